"""AG-UI's own client follows our runs."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import grpc
import pytest

from tests.fakes.specialist import Behaviour, Seen
from tests.integration import npm
from tests.integration.coordinator.papers import DRAWING
from tests.integration.gateway.web import Told

pytestmark = pytest.mark.asyncio(loop_scope="package")
VERSION = "1.0.0"
_CLIENT = Path(__file__).parent / "ag_ui_client.mjs"


async def ready_session(told: Told, **behaviours: Behaviour) -> str:
    for agent, fake in told.fakes.items():
        fake.behaviour = behaviours.get(agent, Behaviour(delay=0.05, steps=2))
        fake.seen = Seen()
    session = await told.house.session()
    await told.house.upload(session, "drawing.md", DRAWING)
    return session


async def follow(told: Told, session: str, run: str) -> list[dict[str, Any]]:
    """What the client prints; a warning of its, such as of a patch that does not apply, fails the test."""
    if npm.missing():
        pytest.skip(npm.missing())
    folder = await asyncio.to_thread(npm.install, "@ag-ui/client", VERSION)
    url = f"http://{told.web.address}/agents/ag-ui"
    process = await asyncio.create_subprocess_exec(
        "node", _CLIENT, folder, url, session, run, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
    )
    printed, warnings = await asyncio.wait_for(process.communicate(), 40)
    lines = [json.loads(line) for line in printed.splitlines()]
    assert "failure" in lines[-1] or not warnings, warnings.decode()
    return lines


def kinds(events: list[dict[str, Any]]) -> list[str]:
    return [event["type"] for event in events if "type" in event]


async def test_a_run_from_its_start_to_its_plan(told: Told) -> None:
    session = await ready_session(told)
    *events, last = await follow(told, session, "kick-off")
    assert kinds(events)[:2] == ["RUN_STARTED", "STATE_SNAPSHOT"]
    assert kinds(events)[-1] == "RUN_FINISHED"
    started = [event for event in events if event["type"] == "SUBAGENT_STARTED"]
    finished = [event for event in events if event["type"] == "SUBAGENT_FINISHED"]
    assert {event["name"] for event in started} == {"qma", "pma", "sca", "ema"}
    assert {event["subagentRunId"] for event in started} == {event["subagentRunId"] for event in finished}
    state = last["state"]
    run = (await told.web.http.get(f"/{state['name']}")).json()
    assert state["state"] == run["state"] == "STATE_SUCCEEDED"
    assert [(one["agent"], one["state"], one["message"]) for one in state["agents"]] == [
        (one["agent"], one["state"], one["message"]) for one in run["agents"]
    ]
    assert events[-1]["result"]["plan"] == f"{session}/plans/1"
    again = await follow(told, session, "kick-off")
    assert kinds(again) == kinds(events)
    assert told.fakes["qma"].seen.proposes == 1


async def test_a_failing_agent_is_a_subagents_error_and_the_run_finishes(told: Told) -> None:
    broken = Behaviour(code=grpc.StatusCode.INVALID_ARGUMENT)
    session = await ready_session(told, sca=broken)
    *events, last = await follow(told, session, "partial")
    (error,) = [event for event in events if event["type"] == "SUBAGENT_ERROR"]
    assert "-sca-" in error["subagentRunId"]
    assert error["code"]
    assert events[-1]["result"]["state"] == last["state"]["state"] == "STATE_PARTIAL"


async def test_a_run_in_which_nothing_worked_is_an_error(told: Told) -> None:
    broken = Behaviour(code=grpc.StatusCode.INVALID_ARGUMENT)
    session = await ready_session(told, qma=broken, pma=broken, sca=broken, ema=broken)
    *events, _ = await follow(told, session, "failed")
    assert kinds(events)[-1] == "RUN_ERROR"
    assert kinds(events).count("SUBAGENT_ERROR") == 4


async def test_a_cancelled_run_says_so(told: Told) -> None:
    session = await ready_session(told, qma=Behaviour(hang=True))
    following = asyncio.create_task(follow(told, session, "cancelled"))
    while not (runs := (await told.web.http.get(f"/{session}/runs")).json().get("runs")):
        await asyncio.sleep(0.05)
    await told.fakes["qma"].seen.called_event.wait()
    await told.web.http.post("/agents/cancel", json={"name": runs[0]["name"]})
    *events, _ = await following
    assert events[-1]["outcome"] == {"type": "cancelled"}


async def test_a_session_that_is_not_ready_is_a_problem_before_the_stream(told: Told) -> None:
    session = await told.house.session()
    refused = await told.web.http.post("/agents/ag-ui", json={"threadId": session, "runId": "r"})
    await told.web.problem(refused, 409, "PREFLIGHT_FAILED")
    await told.web.problem(await told.web.http.post("/agents/ag-ui", json={"threadId": 1}), 400, "INVALID_ARGUMENT")
