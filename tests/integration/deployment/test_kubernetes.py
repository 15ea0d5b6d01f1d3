"""The manifests under deploy/kubernetes follow Kubernetes' own schemas and this system's rules."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path
from typing import Any

import kubernetes_validate
import promql_parser
import pytest
from ruamel.yaml import YAML

from services.runtime.ending import longest_end
from services.runtime.settings import Environment, ServerSettings, names_read
from services.specialist.openai.settings import OpenAISettings
from tests.integration.deployment.kustomize import MANIFESTS, Manifest, build, build_by_kubectl

ROOT = Path(__file__).parents[3]
MONITORING = ROOT / "deploy" / "monitoring"
AGENTS = ("qma", "pma", "sca", "ema")
SERVICES = (*AGENTS, "coordinator", "gateway")
COMPONENTS = ("mtls", "calls-in-flight")
KUBERNETES = "1.30"
KEY = {"OPENAI_API_KEY": "k"}


def find(kind: str, name: str, *components: str) -> Manifest:
    (found,) = (each for each in build(*components) if each["kind"] == kind and each["metadata"]["name"] == name)
    return found


def pod(name: str, *components: str) -> Manifest:
    found: Manifest = find("Deployment", name, *components)["spec"]["template"]["spec"]
    return found


def container(name: str, *components: str) -> Manifest:
    (only,) = pod(name, *components)["containers"]
    found: Manifest = only
    return found


def settings_of(name: str, *components: str) -> dict[str, str]:
    """What the process of a service is told, its own settings above those of all."""
    shared: dict[str, str] = find("ConfigMap", "buildplan-settings", *components)["data"]
    return shared | {entry["name"]: entry["value"] for entry in container(name, *components)["env"]}


def named(manifest: Manifest) -> str:
    return f"{manifest['kind']}-{manifest['metadata']['name']}"


@pytest.mark.parametrize("manifest", build() + build(*COMPONENTS), ids=named)
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
    whole, only = pod(name), container(name)
    assert whole["securityContext"]["runAsNonRoot"]
    assert not whole["automountServiceAccountToken"]
    assert only["securityContext"]["readOnlyRootFilesystem"]
    assert only["securityContext"]["capabilities"] == {"drop": ["ALL"]}
    assert {"cpu", "memory"} <= only["resources"]["limits"].keys()


def pre_stop_seconds(name: str) -> int:
    """How long a pod waits before it is told to end."""
    hook = container(name).get("lifecycle")
    if hook is None:
        return 0
    sleep, seconds = hook["preStop"]["exec"]["command"]
    assert sleep == "sleep"
    return int(seconds)


def drain_seconds(name: str) -> int:
    return int(settings_of(name)["BUILDPLAN_DRAIN_SECONDS"])


@pytest.mark.parametrize("name", SERVICES)
def test_a_pod_has_time_for_its_longest_end(name: str) -> None:
    told = ServerSettings.read(Environment(settings_of(name)), default_port=0)
    assert pod(name)["terminationGracePeriodSeconds"] > pre_stop_seconds(name) + longest_end(told)


@pytest.mark.parametrize("name", AGENTS)
def test_a_drain_does_not_cut_off_a_call_that_is_paid_for(name: str) -> None:
    assert drain_seconds(name) > OpenAISettings.read(Environment({**settings_of(name), **KEY}), name).timeout


def test_a_gateway_waits_for_the_ingress_to_forget_it() -> None:
    assert pre_stop_seconds("gateway") >= 5


@pytest.mark.parametrize("name", SERVICES)
def test_replicas_are_spread_over_nodes(name: str) -> None:
    (spread,) = pod(name)["topologySpreadConstraints"]
    assert spread["topologyKey"] == "kubernetes.io/hostname"
    assert spread["labelSelector"] == find("Deployment", name)["spec"]["selector"]


@pytest.mark.parametrize("name", SERVICES)
def test_containers_run_modules_that_exist(name: str) -> None:
    python, flag, module = container(name)["command"]
    assert (python, flag) == ("python", "-m")
    assert importlib.util.find_spec(f"{module}.__main__") is not None


def test_settings_are_ones_that_the_code_reads() -> None:
    given = {setting for name in SERVICES for setting in settings_of(name, *COMPONENTS)}
    code = "".join(file.read_text() for room in ("services", "gateway") for file in (ROOT / room).rglob("*.py"))
    read = set(re.findall(r'"((?:BUILDPLAN|OPENAI|OTEL)_[A-Z_]+)"', code))
    read |= names_read(lambda environment: ServerSettings.read(environment, 0))
    read |= {f"{name}_FILE" for name in re.findall(r'secret\(\s*"([A-Z_]+)"', code)}
    assert given - read == set()


def test_prometheus_finds_the_port_of_every_pod() -> None:
    (job,) = YAML(typ="safe").load((MONITORING / "prometheus-kubernetes.yaml").read_text())["scrape_configs"]
    (pods,) = job["kubernetes_sd_configs"]
    kept = [rule["regex"] for rule in job["relabel_configs"] if rule.get("action") == "keep"]
    ports = [port["containerPort"] for name in SERVICES for port in container(name)["ports"] if [port["name"]] == kept]
    assert ports == [int(settings_of(name)["BUILDPLAN_METRICS_PORT"]) for name in SERVICES]
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


def test_names_are_asked_of_the_clusters_dns_alone() -> None:
    (rule,) = find("NetworkPolicy", "names")["spec"]["egress"]
    (peer,) = rule["to"]
    assert peer["namespaceSelector"]["matchLabels"] == {"kubernetes.io/metadata.name": "kube-system"}
    assert peer["podSelector"]["matchLabels"] == {"k8s-app": "kube-dns"}


def by_name(manifests: list[Manifest]) -> dict[str, Manifest]:
    return {named(manifest): manifest for manifest in manifests}


def test_kustomize_itself_makes_the_same_of_the_components(tmp_path: Path) -> None:
    built = build_by_kubectl(tmp_path, *COMPONENTS)
    if built is None:
        pytest.skip("kubectl is not installed")
    ours = by_name(build(*COMPONENTS))
    for name in SERVICES:
        (only,) = ours[f"Deployment-{name}"]["spec"]["template"]["spec"]["containers"]
        only["image"] = "registry.example.com/buildplan:latest"
    assert by_name(built) == ours


def test_the_file_that_is_applied_names_the_components() -> None:
    offered = re.findall(r"^#   - (\S+)", (MANIFESTS / "kustomization.yaml").read_text(), re.MULTILINE)
    assert offered == list(COMPONENTS) == sorted((each.parent.name for each in MANIFESTS.glob("*/kust*")), reverse=True)


@pytest.mark.parametrize("name", AGENTS)
def test_an_autoscaler_can_follow_the_calls_in_flight(name: str) -> None:
    (metric,) = find("HorizontalPodAutoscaler", name, "calls-in-flight")["spec"]["metrics"]
    (rule,) = adapter_rules()
    series, _, labels = rule["seriesQuery"].partition("{")
    assert metric["pods"]["metric"]["name"] == series
    assert f'"{series}"' in (ROOT / "services" / "runtime" / "places.py").read_text()
    limits = OpenAISettings.read(Environment({**settings_of(name), **KEY}), name).limits
    assert float(metric["pods"]["target"]["averageValue"]) < limits.concurrency
    (job,) = YAML(typ="safe").load((MONITORING / "prometheus-kubernetes.yaml").read_text())["scrape_configs"]
    given = {rule["target_label"] for rule in job["relabel_configs"] if "target_label" in rule}
    assert set(re.findall(r"(\w+)!=", labels)) == rule["resources"]["overrides"].keys() <= given


def test_the_adapters_question_is_promql() -> None:
    (rule,) = adapter_rules()
    filled = {"GroupBy": "pod", "Series": "buildplan_rpcs_in_flight", "LabelMatchers": 'namespace="buildplan"'}
    promql_parser.parse(re.sub(r"<<\.(\w+)>>", lambda found: filled[found[1]], rule["metricsQuery"]))


def adapter_rules() -> list[dict[str, Any]]:
    values = YAML(typ="safe").load((MANIFESTS / "calls-in-flight" / "prometheus-adapter.yaml").read_text())
    rules: list[dict[str, Any]] = values["rules"]["custom"]
    return rules
