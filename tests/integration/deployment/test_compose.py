"""docker-compose.yml is valid, and the processes that it names run a plan, service names mapped to loopback."""

from __future__ import annotations

import asyncio
import json
import os
import re
import subprocess
import sys
import urllib.request
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from google.protobuf.json_format import ParseDict
from ruamel.yaml import YAML

from buildplan.v1.document_service_pb2 import UploadDocumentRequest, UploadHeader
from buildplan.v1.document_service_pb2_grpc import DocumentServiceStub
from buildplan.v1.plan_pb2 import Plan
from buildplan.v1.run_pb2 import Run
from buildplan.v1.run_service_pb2 import StartRunRequest, WatchRunRequest
from buildplan.v1.run_service_pb2_grpc import RunServiceStub
from buildplan.v1.session_pb2 import SessionMetadata
from buildplan.v1.session_service_pb2 import CreateSessionRequest
from buildplan.v1.session_service_pb2_grpc import SessionServiceStub
from services.contract.statements import lines
from services.runtime.channels import open_channel
from services.runtime.ending import longest_end
from services.runtime.probe import serving
from services.runtime.settings import Environment, ServerSettings
from services.specialist.engine_choice import engine_name
from services.specialist.openai.settings import OpenAISettings
from tests.integration.postgres import Postgres
from tests.ports import free_port

ROOT = Path(__file__).parents[3]
COMPOSE = ROOT / "docker-compose.yml"
MONITORING = ROOT / "deploy" / "monitoring"
AGENTS = ("qma", "pma", "sca", "ema")
PAPER = b"PURCHASE ORDER 4711\n\nMaterial shall be AISI 316L with EN 10204 3.1 certificates.\n\nDelivery: 2027-03-31.\n"


def services() -> dict[str, Any]:
    """Those that are ours."""
    composed: dict[str, Any] = YAML(typ="safe").load(COMPOSE.read_text())["services"]
    return {name: definition for name, definition in composed.items() if definition.get("image") == "buildplan"}


def read_json(url: str) -> Any:
    with urllib.request.urlopen(url, timeout=10) as answer:
        return json.load(answer)


@dataclass
class Place:
    """Where the composed services are here: the ports of each one's replicas, and the folder of their secrets."""

    ports: dict[str, list[int]]
    secrets: Path

    def port(self, name: str) -> int:
        """The only replica's, or the first one's."""
        return self.ports[name][0]

    def adapt(self, value: str) -> str:
        """A setting with service names as addresses and secrets as files of this machine."""

        def replicas(found: re.Match[str]) -> str:
            return "+".join(f"127.0.0.1:{port}" for port in self.ports[found[1]])

        return re.sub(r"dns:///([a-z]+):50051", replicas, value).replace("/run/secrets", str(self.secrets))


def probed(definition: dict[str, Any], port: int) -> str:
    """What the health check looks at, on the port that the service has here."""
    composed: str = definition["healthcheck"]["test"][-1]
    return composed.replace(f":{definition['environment']['BUILDPLAN_PORT']}", f":{port}")


def own_ports(port: int) -> dict[str, str]:
    """In containers of their own all may have the same."""
    return {"BUILDPLAN_PORT": str(port), "BUILDPLAN_METRICS_PORT": str(free_port())}


@asynccontextmanager
async def process(definition: dict[str, Any], name: str, port: int, place: Place, data: Path) -> AsyncIterator[None]:
    interpreter, *arguments = definition["command"]
    assert interpreter == "python"
    environment = {key: place.adapt(value) for key, value in definition["environment"].items()}
    started = await asyncio.create_subprocess_exec(
        sys.executable,
        *arguments,
        cwd=ROOT,
        stderr=subprocess.DEVNULL,
        env={**os.environ, **environment, **own_ports(port), "BUILDPLAN_DATA": str(data)},
    )
    try:
        async with asyncio.timeout(20):
            while not await asyncio.to_thread(serving, probed(definition, port)):
                assert started.returncode is None, f"{name} ended with {started.returncode}"
                await asyncio.sleep(0.1)
        yield
    finally:
        started.terminate()
        assert await started.wait() == 0


def test_compose_file_is_valid() -> None:
    checker = Path(sys.executable).parent / "check-jsonschema"
    subprocess.run([checker, "--builtin-schema", "vendor.compose-spec", COMPOSE], check=True, capture_output=True)


def test_every_service_is_probed_and_comes_back() -> None:
    for name, definition in services().items():
        assert "services.runtime.probe" in definition["healthcheck"]["test"], name
        assert definition["restart"] == "unless-stopped", name


@pytest.mark.parametrize("name", services())
def test_a_stopped_container_has_time_for_its_longest_end(name: str) -> None:
    definition = services()[name]
    told = ServerSettings.read(Environment(definition["environment"]), 0)
    assert float(definition["stop_grace_period"].removesuffix("s")) > longest_end(told)


@pytest.mark.parametrize("name", AGENTS)
def test_a_drain_does_not_cut_off_a_call_that_is_paid_for(name: str) -> None:
    definition = services()[name]
    told = {key: value for key, value in definition["environment"].items() if key != "OPENAI_API_KEY_FILE"}
    timeout = OpenAISettings.read(Environment({**told, "OPENAI_API_KEY": "k"}), name).timeout
    assert drain_seconds(definition) > timeout


def drain_seconds(definition: dict[str, Any]) -> float:
    return ServerSettings.read(Environment(definition["environment"]), 0).drain_seconds


@pytest.mark.parametrize(("key", "engine"), [("", "offline"), ("sk-of-mine", "openai")])
def test_a_key_in_its_file_is_all_that_the_openai_engine_wants(tmp_path: Path, key: str, engine: str) -> None:
    (tmp_path / "openai-api-key").write_text(key)
    for name in AGENTS:
        definition = services()[name]
        assert "openai-api-key" in definition["secrets"]
        told = {key: Place({}, tmp_path).adapt(value) for key, value in definition["environment"].items()}
        assert engine_name(Environment(told)) == engine


def test_clients_connect_anew_and_find_replicas_of_whatever_is_scaled() -> None:
    for name in (*AGENTS, "coordinator"):
        assert float(services()[name]["environment"]["BUILDPLAN_MAX_CONNECTION_AGE_SECONDS"]) <= 60, name


def test_containers_have_limits_and_no_rights_that_they_do_not_need() -> None:
    for name, definition in services().items():
        assert definition["read_only"], name
        assert definition["cap_drop"] == ["ALL"], name
        assert {"cpus", "memory"} <= definition["deploy"]["resources"]["limits"].keys(), name


def test_prometheus_finds_every_service() -> None:
    (job,) = YAML(typ="safe").load((MONITORING / "prometheus.yaml").read_text())["scrape_configs"]
    (names,) = job["dns_sd_configs"]
    assert set(names["names"]) == services().keys()
    shown = {definition["environment"]["BUILDPLAN_METRICS_PORT"] for definition in services().values()}
    assert shown == {str(names["port"])}


def test_a_service_of_which_nothing_is_left_is_missed() -> None:
    missed = re.findall(r'absent\(up\{job="buildplan", service="(\w+)"\}\)', (MONITORING / "alerts.yaml").read_text())
    assert sorted(missed) == sorted(services())


def test_make_secrets_writes_what_the_file_names() -> None:
    named = YAML(typ="safe").load(COMPOSE.read_text())["secrets"]
    _, _, recipe = (ROOT / "Makefile").read_text().partition("\nsecrets: ")
    assert named.keys() == {"postgres-password", "database-url", "openai-api-key"}
    assert all(secret["file"].removeprefix("./") in recipe for secret in named.values())


async def test_composed_processes_make_a_plan_with_one_agent_scaled(tmp_path: Path, postgres: Postgres) -> None:
    composed = services()
    (tmp_path / "database-url").write_text(postgres.create_database("composed"))
    (tmp_path / "openai-api-key").touch()
    replicas = {"qma": 3}
    place = Place({name: [free_port() for _ in range(replicas.get(name, 1))] for name in composed}, tmp_path)
    async with AsyncExitStack() as stack:
        order = sorted(composed, key=["coordinator", "gateway"].count)
        for name in order:
            for port in place.ports[name]:
                await stack.enter_async_context(process(composed[name], name, port, place, tmp_path / f"{port}"))
        channel = await stack.enter_async_context(open_channel(f"127.0.0.1:{place.port('coordinator')}"))

        metadata = SessionMetadata(project_name="Bracket", customer="Acme", family="Brackets")
        created = await SessionServiceStub(channel).CreateSession(CreateSessionRequest(metadata=metadata))
        header = UploadHeader(parent=created.session.name, file_name="po.txt")
        upload = [UploadDocumentRequest(header=header), UploadDocumentRequest(chunk=PAPER)]
        await DocumentServiceStub(channel).UploadDocument(iter(upload))
        runs = RunServiceStub(channel)
        started = await runs.StartRun(StartRunRequest(parent=created.session.name))
        events = [answer.event async for answer in runs.WatchRun(WatchRunRequest(name=started.run.name))]
        assert events[-1].run_state.state == Run.STATE_SUCCEEDED
        url = f"http://127.0.0.1:{place.port('gateway')}/{created.session.name}/plans/latest"
        plan = ParseDict(await asyncio.to_thread(read_json, url), Plan())
        stated = [line.statement for line in lines(plan.sections.purchasing)]
        assert any("316L" in statement.text and statement.verified for statement in stated)
