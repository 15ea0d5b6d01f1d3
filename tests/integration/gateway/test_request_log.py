"""One line for each request: what route, how it ended, how long it took, and which job it was about."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import structlog

from buildplan.v1.run_service_pb2 import StartRunRequest
from gateway.settings import GatewaySettings
from tests.fakes.specialist import Behaviour
from tests.integration.coordinator.house import House
from tests.integration.coordinator.papers import DRAWING
from tests.integration.gateway.event_source import Log, listen
from tests.integration.gateway.web import JSON, Told, Web, open_web
from tests.ports import free_port

pytestmark = pytest.mark.asyncio(loop_scope="package")


@contextmanager
def logged() -> Iterator[list[dict[str, Any]]]:
    """The lines about requests, as they come to be written."""
    found: list[dict[str, Any]] = []
    with structlog.testing.capture_logs(processors=[structlog.contextvars.merge_contextvars]) as logs:
        yield found
    found += [dict(line) for line in logs if line["event"] == "request"]
    assert all(line["milliseconds"] > 0 for line in found)


async def test_a_run_can_be_followed_through_the_log(told: Told) -> None:
    for fake in told.fakes.values():
        fake.behaviour = Behaviour()
    http = told.web.http
    with logged() as lines:
        session = (await http.post("/sessions", json={"metadata": {"project_name": "P", "customer": "C"}})).json()[
            "name"
        ]
        await http.post(f"/{session}/documents", files={"files": ("drawing.md", DRAWING * 100)})
        run = (await http.post("/agents/run", json={"parent": session})).json()["run"]["name"]
        await listen(http, run, Log())
        assert (await http.get(f"/{run}")).status_code == 200
        assert (await http.get(f"/jobs/{session.removeprefix('sessions/')}/run")).status_code == 200
    told_of = [(line["method"], line["route"], line["status"], line.get("session"), line.get("run")) for line in lines]
    assert told_of == [
        ("POST", "/sessions", 201, None, None),
        ("POST", "/sessions/{session}/documents", 201, session, None),
        ("POST", "/agents/run", 202, None, run),
        ("GET", "/agents/status", 200, None, run),
        ("GET", "/sessions/{session}/runs/{run}", 200, session, run),
        ("GET", "/jobs/{session}/run", 200, session, None),
    ]
    assert {line["log_level"] for line in lines} == {"debug"}


async def test_the_next_request_of_a_connection_is_not_about_the_run_of_the_one_before(told: Told) -> None:
    session = await told.house.session()
    await told.house.upload(session, "drawing.md", DRAWING)
    run = (await told.house.runs.StartRun(StartRunRequest(parent=session))).run.name
    body = f'{{"name": "{run}"}}' + " " * 200_000  # large enough for the connection to pause
    with logged() as lines:
        for _ in range(5):
            await told.web.http.post("/agents/cancel", content=body, headers=JSON)
            await told.web.http.get("/sessions")
    assert [line.get("run") for line in lines] == [run, None] * 5


async def test_lines_hold_no_query_no_token_and_no_path_of_strangers(web: Web) -> None:
    secret = "secret-0123456789"
    with logged() as lines:
        await web.http.get("/sessions", params={"query": secret}, headers={"authorization": f"Bearer {secret}"})
        await web.http.get(f"/{secret}")
        await web.http.get("/sessions/none", params={"q": secret})
    assert [(line["route"], line["status"], line["log_level"]) for line in lines] == [
        ("/sessions", 200, "debug"),
        ("none", 404, "info"),
        ("/sessions/{session}", 404, "info"),
    ]
    assert lines[-1]["session"] == "sessions/none"
    assert secret not in str(lines)


async def test_a_failure_of_ours_is_a_warning(web: Web) -> None:
    nobody = f"127.0.0.1:{free_port()}"
    async with open_web(House(nobody, web.house.channel, web.house.folder), GatewaySettings(nobody)) as alone:
        with logged() as lines:
            await alone.http.get("/sessions/abc")
    ((status, level),) = {(line["status"], line["log_level"]) for line in lines}
    assert (status, level) == (503, "warning")
