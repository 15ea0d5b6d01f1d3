"""The OpenAPI document tells the truth: no answer that it does not declare, no error that is ours."""

from __future__ import annotations

import json
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, cast

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, settings
from schemathesis.checks import CHECKS

from gateway.app import create_app
from gateway.coordinator import Coordinator
from gateway.settings import GatewaySettings
from tests.fakes.process import specialist_processes
from tests.integration.coordinator.papers import DRAWING
from tests.integration.gateway.processes import ServerProcess

DOCUMENT = create_app(GatewaySettings(), cast("Coordinator", None)).openapi()
SCHEMA = schemathesis.openapi.from_dict(DOCUMENT)
TRUE: list[Any] = CHECKS.get_by_names(
    [
        "not_a_server_error",
        "status_code_conformance",
        "content_type_conformance",
        "response_headers_conformance",
        "response_schema_conformance",
    ]
)
BOUNDED = settings(
    max_examples=8,
    derandomize=True,
    deadline=None,
    database=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)


@dataclass(frozen=True)
class Running:
    """A gateway, and the ids of things that exist, by the names of the path's parameters."""

    url: str
    known: dict[str, str]


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    folder = tmp_path_factory.mktemp("openapi")
    with (
        specialist_processes() as specialists,
        ServerProcess.coordinator(folder, specialists) as coordinator,
        ServerProcess.gateway(coordinator.address) as gateway,
    ):
        yield fill(f"http://{gateway.address}")


def fill(url: str) -> Running:
    """A session with a paper, a run and a plan."""
    session = call(f"{url}/sessions", {"metadata": {"project_name": "Frame", "customer": "Acme"}})["name"]
    form = (
        b'--b\r\nContent-Disposition: form-data; name="files"; filename="drawing.md"\r\n\r\n'
        + DRAWING
        + b"\r\n--b--\r\n"
    )
    stored = call(f"{url}/{session}/documents", form, "multipart/form-data; boundary=b")["documents"]
    run = call(f"{url}/agents/run", {"parent": session})["run"]["name"]
    with urllib.request.urlopen(f"{url}/agents/status?run={run}", timeout=20) as status:
        assert b"event: end" in status.read()
    names = {"session": session, "document": stored[0]["name"], "run": run}
    ids = {parameter: name.rpartition("/")[2] for parameter, name in names.items()}
    return Running(url, {**ids, "revision": "latest", "number": "1"})


def call(url: str, body: Any, media_type: str = "application/json") -> Any:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    request = urllib.request.Request(url, content, {"content-type": media_type})
    with urllib.request.urlopen(request, timeout=20) as answer:
        return json.load(answer)


def test_each_operation_is_a_test_of_its_own(request: pytest.FixtureRequest) -> None:
    """Of tests with one node id xdist runs one."""
    names = [item.nodeid for item in request.session.items]
    assert len(names) == len(set(names))


@SCHEMA.parametrize()
@BOUNDED
def test_of_what_may_not_exist(case: schemathesis.Case[Any], running: Running) -> None:
    case.call_and_validate(base_url=running.url, checks=TRUE)


@SCHEMA.exclude(method="DELETE").parametrize()
@BOUNDED
def test_of_what_exists(case: schemathesis.Case[Any], running: Running) -> None:
    for parameter in case.path_parameters.keys() & running.known.keys():
        case.path_parameters[parameter] = running.known[parameter]
    if "run" in (case.query or {}):
        case.query["run"] = f"sessions/{running.known['session']}/runs/{running.known['run']}"
    case.call_and_validate(base_url=running.url, checks=TRUE)
