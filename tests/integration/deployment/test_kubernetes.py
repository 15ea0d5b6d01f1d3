"""The manifests under deploy/kubernetes follow Kubernetes' own schemas and this system's rules."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path
from typing import Any

import kubernetes_validate
import pytest
from ruamel.yaml import YAML

ROOT = Path(__file__).parents[3]
MANIFESTS = ROOT / "deploy" / "kubernetes"
MONITORING = ROOT / "deploy" / "monitoring"
AGENTS = ("qma", "pma", "sca", "ema")
SERVICES = (*AGENTS, "coordinator", "gateway")
KUBERNETES = "1.30"
Manifest = dict[str, Any]


def manifests() -> list[Manifest]:
    files = sorted(MANIFESTS.glob("*.yaml"))
    parsed = [each for file in files for each in YAML(typ="safe").load_all(file.read_text())]
    return [each for each in parsed if each["kind"] != "Kustomization"]


def find(kind: str, name: str) -> Manifest:
    (found,) = (each for each in manifests() if each["kind"] == kind and each["metadata"]["name"] == name)
    return found


def container(name: str) -> Manifest:
    (only,) = find("Deployment", name)["spec"]["template"]["spec"]["containers"]
    found: Manifest = only
    return found


@pytest.mark.parametrize("manifest", manifests(), ids=lambda each: f"{each['kind']}-{each['metadata']['name']}")
def test_follows_the_schema(manifest: Manifest) -> None:
    kubernetes_validate.validate(manifest, KUBERNETES, strict=True)


def test_the_schema_finds_a_misspelt_field() -> None:
    wrong = find("Deployment", "qma")
    wrong["spec"]["replicaCount"] = 2
    with pytest.raises(kubernetes_validate.ValidationError, match="replicaCount"):
        kubernetes_validate.validate(wrong, KUBERNETES, strict=True)


def test_every_file_is_applied() -> None:
    listed = YAML(typ="safe").load((MANIFESTS / "kustomization.yaml").read_text())["resources"]
    assert sorted(listed) == sorted(file.name for file in MANIFESTS.glob("*.yaml") if file.stem != "kustomization")


@pytest.mark.parametrize("name", SERVICES)
def test_each_service_scales_and_survives_a_drain(name: str) -> None:
    labels = find("Deployment", name)["spec"]["template"]["metadata"]["labels"]
    assert find("HorizontalPodAutoscaler", name)["spec"]["minReplicas"] >= 2
    budget = find("PodDisruptionBudget", name)["spec"]
    service = find("Service", name)["spec"]
    assert budget["minAvailable"] == 1
    for selector in (budget["selector"]["matchLabels"], service["selector"]):
        assert selector.items() <= labels.items()
    assert name == "gateway" or service["clusterIP"] == "None"


@pytest.mark.parametrize("name", SERVICES)
def test_pods_have_no_rights_that_they_do_not_need(name: str) -> None:
    pod, only = find("Deployment", name)["spec"]["template"]["spec"], container(name)
    assert pod["securityContext"]["runAsNonRoot"]
    assert not pod["automountServiceAccountToken"]
    assert only["securityContext"]["readOnlyRootFilesystem"]
    assert only["securityContext"]["capabilities"] == {"drop": ["ALL"]}
    assert {"cpu", "memory"} <= only["resources"]["limits"].keys()
    assert pod["terminationGracePeriodSeconds"] > int(settings()["BUILDPLAN_DRAIN_SECONDS"])


@pytest.mark.parametrize("name", SERVICES)
def test_containers_run_modules_that_exist(name: str) -> None:
    python, flag, module = container(name)["command"]
    assert (python, flag) == ("python", "-m")
    assert importlib.util.find_spec(f"{module}.__main__") is not None


def settings() -> dict[str, str]:
    data: dict[str, str] = find("ConfigMap", "buildplan-settings")["data"]
    return data


def test_settings_are_ones_that_the_code_reads() -> None:
    given = {entry["name"] for name in SERVICES for entry in container(name).get("env", ())} | settings().keys()
    code = "".join(file.read_text() for room in ("services", "gateway") for file in (ROOT / room).rglob("*.py"))
    read = set(re.findall(r'"((?:BUILDPLAN|OPENAI|OTEL)_[A-Z_]+)"', code))
    read |= {f"{name}_FILE" for name in re.findall(r'secret\(\s*"([A-Z_]+)"', code)}
    assert given - read == set()


def test_prometheus_finds_the_port_of_every_pod() -> None:
    (job,) = YAML(typ="safe").load((MONITORING / "prometheus-kubernetes.yaml").read_text())["scrape_configs"]
    (pods,) = job["kubernetes_sd_configs"]
    kept = [rule["regex"] for rule in job["relabel_configs"] if rule.get("action") == "keep"]
    ports = [port["containerPort"] for name in SERVICES for port in container(name)["ports"] if [port["name"]] == kept]
    assert ports == [int(settings()["BUILDPLAN_METRICS_PORT"])] * len(SERVICES)
    assert pods["namespaces"]["names"] == [find("ConfigMap", "buildplan-settings")["metadata"]["namespace"]]


def test_specialists_differ_in_their_name_alone() -> None:
    texts = {re.sub(rf"\b{agent}\b", "AGENT", (MANIFESTS / f"{agent}.yaml").read_text()) for agent in AGENTS}
    assert len(texts) == 1


def test_specialists_are_called_by_the_coordinator_alone() -> None:
    policy = find("NetworkPolicy", "specialists")["spec"]
    callers = [peer for rule in policy["ingress"] for peer in rule["from"]]
    assert callers == [{"podSelector": {"matchLabels": {"app.kubernetes.io/name": "coordinator"}}}]
    for agent in AGENTS:
        labels = find("Deployment", agent)["spec"]["template"]["metadata"]["labels"]
        assert policy["podSelector"]["matchLabels"].items() <= labels.items()
