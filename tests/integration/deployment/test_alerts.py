"""Prometheus' own tool takes rules and configurations, and every alert fires on series that deserve it."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

MONITORING = Path(__file__).parents[3] / "deploy" / "monitoring"
RULES = MONITORING / "alerts.yaml"
TESTS = Path(__file__).with_name("alerts_test.yaml")

with_promtool = pytest.mark.skipif(
    shutil.which("promtool") is None, reason="promtool is not installed (apt-get install prometheus)"
)


def promtool(*arguments: str | Path) -> None:
    done = subprocess.run(["promtool", *arguments], capture_output=True, text=True, check=False, timeout=60)  # noqa: S607
    assert done.returncode == 0, done.stdout + done.stderr


def load(file: Path) -> Any:
    return YAML(typ="safe").load(file.read_text())


@with_promtool
def test_prometheus_takes_the_rules() -> None:
    promtool("check", "rules", RULES)


@with_promtool
@pytest.mark.parametrize("name", ["prometheus.yaml", "prometheus-kubernetes.yaml"])
def test_prometheus_takes_the_configuration(name: str, tmp_path: Path) -> None:
    """Targets are left out: Debian's build does not know Kubernetes; the manifests' tests look at them."""
    configuration = load(MONITORING / name)
    for job in configuration["scrape_configs"]:
        job.pop("kubernetes_sd_configs", None)
    with (tmp_path / name).open("w") as file:
        YAML(typ="safe").dump(configuration, file)
    shutil.copy(RULES, tmp_path)
    promtool("check", "config", tmp_path / name)


@with_promtool
def test_alerts_fire_and_are_silent_as_they_should() -> None:
    promtool("test", "rules", TESTS)


def test_every_alert_has_a_test_in_which_it_fires_and_one_in_which_it_is_silent() -> None:
    alerts = {rule["alert"] for group in load(RULES)["groups"] for rule in group["rules"]}
    cases = [case for test in load(TESTS)["tests"] for case in test["alert_rule_test"]]
    for fires in (True, False):
        assert {case["alertname"] for case in cases if bool(case.get("exp_alerts")) == fires} == alerts
