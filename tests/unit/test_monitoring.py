"""Alerts and dashboard ask for metrics that the code has, in PromQL that parses; operations.md has each alert."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import promql_parser
import pytest
from ruamel.yaml import YAML

ROOT = Path(__file__).parents[2]
MONITORING = ROOT / "deploy" / "monitoring"
METRIC = re.compile(r'\b(Counter|Histogram|Gauge)\(\s*"(buildplan_\w+)",\s*"[^"]+"(?:,\s*\(([^)]*)\))?')
SUFFIXES = ("_bucket", "_count", "_sum")


def defined() -> dict[str, set[str]]:
    """Metric to its labels."""
    code = "".join(file.read_text() for room in ("services", "gateway") for file in (ROOT / room).rglob("*.py"))
    return {name: set(re.findall(r'"(\w+)"', labels)) for _, name, labels in METRIC.findall(code)}


def alerts() -> list[dict[str, Any]]:
    (group,) = YAML(typ="safe").load((MONITORING / "alerts.yaml").read_text())["groups"]
    rules: list[dict[str, Any]] = group["rules"]
    return rules


def expressions() -> Iterator[str]:
    yield from (rule["expr"] for rule in alerts())
    for panel in json.loads((MONITORING / "dashboard.json").read_text())["panels"]:
        yield from (target["expr"] for target in panel["targets"])


@pytest.mark.parametrize("expression", list(expressions()))
def test_asks_for_what_there_is(expression: str) -> None:
    promql_parser.parse(expression)
    known = defined()
    for name in re.findall(r"buildplan_\w+", expression):
        base = next((name.removesuffix(end) for end in SUFFIXES if name.endswith(end)), name)
        assert base in known or name in known
    labels = {found for each in re.findall(r"by \(([^)]*)\)", expression) for found in re.findall(r"\w+", each)}
    asked = {
        label
        for name in re.findall(r"buildplan_\w+", expression)
        for label in known.get(name, known.get(re.sub(r"_(bucket|count|sum)$", "", name), set()))
    }
    assert labels <= asked | {"le", "instance"}


@pytest.mark.parametrize("file", ["prometheus.yaml", "prometheus-kubernetes.yaml"])
def test_the_alerts_ask_for_the_job_that_prometheus_is_told(file: str) -> None:
    configuration = YAML(typ="safe").load((MONITORING / file).read_text())
    assert configuration["rule_files"] == ["alerts.yaml"]
    jobs = {job["job_name"] for job in configuration["scrape_configs"]}
    assert {job for expression in expressions() for job in re.findall(r'job="(\w+)"', expression)} == jobs


def test_every_metric_is_on_the_dashboard() -> None:
    shown = (MONITORING / "dashboard.json").read_text()
    assert [name for name in defined() if name not in shown] == []


@pytest.mark.parametrize("metric", ["buildplan_model_call_seconds_count", "buildplan_agent_failures_total"])
def test_what_somebody_cancelled_fires_no_alert(metric: str) -> None:
    asked = [found for rule in alerts() for found in re.findall(metric + r"(\{[^}]*\})?", rule["expr"])]
    assert asked
    assert all(re.search(r'!=?~?"([A-Z|]*\|)?CANCELLED"', selector) for selector in asked)


@pytest.mark.parametrize("rule", alerts(), ids=lambda rule: rule["alert"])
def test_the_operations_page_says_what_to_do(rule: dict[str, Any]) -> None:
    page = (ROOT / "docs" / "operations.md").read_text()
    _, _, section = page.partition(f"### {rule['alert']}\n")
    what_to_do, _, _ = section.partition("\n### ")
    assert len(what_to_do.split()) > 15
    assert rule["labels"]["severity"] in ("warning", "critical")
    assert rule["annotations"]["summary"]
