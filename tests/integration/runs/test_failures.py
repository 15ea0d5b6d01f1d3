"""Specialists that fail: the run is PARTIAL, the failure is told within a second, and a retry mends it."""

from __future__ import annotations

import asyncio
import time
from dataclasses import replace

import grpc
import pytest
import structlog

from buildplan.v1.agent_pb2 import AgentStatus
from buildplan.v1.run_pb2 import Run
from services.coordinator.runs.policy import RunPolicy
from services.coordinator.runs.runs import Runs
from services.coordinator.runs.specialists import Specialists
from tests.fakes.patches import patch_of
from tests.fakes.process import SpecialistProcess
from tests.fakes.sessions import FakeSessions
from tests.fakes.specialist import Behaviour
from tests.integration.runs.conftest import POLICY, House, status_of


@pytest.fixture
def policy() -> RunPolicy:
    return replace(POLICY, deadlines={"pma": 0.3})


async def check_mended(house: House, run: Run) -> None:
    """The retry runs the failed agent alone and makes a new revision."""
    others = {agent: calls for agent, calls in house.calls().items() if agent != "pma"}
    house.fakes["pma"].behaviour = Behaviour()
    await house.runs.retry_agent(run.name, "pma")
    await house.events(run.name, run.last_sequence)
    mended = await house.runs.records.get(run.name)
    assert mended.state == Run.STATE_SUCCEEDED
    assert mended.revision == run.revision + 1
    assert {agent: calls for agent, calls in house.calls().items() if agent != "pma"} == others
    plan = await house.plan(mended)
    assert plan.reason == "retry pma"
    assert plan.sections.purchasing.materials[0].text == "a line of pma"
    assert plan.sections.quality_plan.required_tests[0].text == "a line of qma"


async def check_partial(house: House, reason: str) -> Run:
    """Starts a run in which pma fails."""
    begun = time.perf_counter()
    run = await house.start()
    failed = await house.until(run.name, "pma", AgentStatus.STATE_ERROR)
    assert time.perf_counter() - begun < 1.0
    assert failed.failure.reason == reason
    assert "pma" in failed.failure.message
    await house.events(run.name)
    ended = await house.runs.records.get(run.name)
    assert ended.state == Run.STATE_PARTIAL
    assert f"pma ({reason})" in ended.failure.message
    plan = await house.plan(ended)
    assert not plan.sections.HasField("purchasing")
    section = next(status for status in plan.section_statuses if status.section == "purchasing")
    assert section.agent.failure.reason == reason
    return ended


@pytest.mark.parametrize(
    ("behaviour", "reason"),
    [
        (Behaviour(hang=True), "DEADLINE_EXCEEDED"),
        (Behaviour(patches=(patch_of("qma"),)), "FOREIGN_SECTION"),
        (Behaviour(patches=()), "NO_PATCH"),
        (Behaviour(patches=(patch_of("pma"), patch_of("pma"))), "TWO_PATCHES"),
        (Behaviour(answers_as="qma"), "WRONG_AGENT"),
    ],
)
async def test_a_failing_specialist_leaves_a_partial_run_that_a_retry_mends(
    house: House, behaviour: Behaviour, reason: str
) -> None:
    house.fakes["pma"].behaviour = behaviour
    ended = await check_partial(house, reason)
    assert house.calls()["pma"] == 1
    await check_mended(house, ended)


async def test_the_log_says_which_runs_are_to_be_resumed_and_why(house: House) -> None:
    with structlog.testing.capture_logs() as logs:
        good = await house.finished()
        house.fakes["pma"].behaviour = Behaviour(patches=())
        bad = await house.finished(ignore_checkpoints=True)
    ends = [line for line in logs if line["event"] == "run ended"]
    assert [(line["log_level"], line["run"], line["state"]) for line in ends] == [
        ("info", good.name, "SUCCEEDED"),
        ("warning", bad.name, "PARTIAL"),
    ]
    assert "pma (NO_PATCH)" in ends[1]["why"]


async def test_a_specialist_that_is_down(house: House) -> None:
    await house.fakes["pma"].stop()
    ended = await check_partial(house, "UNREACHABLE")
    events = [event.agent_status for event in await house.events(ended.name) if event.agent_status.agent == "pma"]
    waits = [status for status in events if status.HasField("next_attempt_time")]
    assert {status.message for status in waits} == {"pma cannot be reached; it is tried again for 0.3 s"}
    assert len(waits) >= 3
    assert {status.attempt for status in events if status.state == AgentStatus.STATE_RUNNING} == {1}
    await house.fakes["pma"].start()
    async with asyncio.timeout(5):
        await house.specialists["pma"].channel.channel_ready()
    await check_mended(house, ended)


async def test_a_call_that_is_lost_while_it_works_is_an_attempt(house: House) -> None:
    house.fakes["pma"].behaviour = Behaviour(code=grpc.StatusCode.UNAVAILABLE)
    ended = await check_partial(house, "UNREACHABLE")
    assert house.calls()["pma"] == POLICY.attempts
    events = [event.agent_status for event in await house.events(ended.name) if event.agent_status.agent == "pma"]
    waits = [status for status in events if status.HasField("next_attempt_time")]
    assert [status.message.partition(" in ")[0] for status in waits] == [
        "the connection to pma was lost; attempt 2 of 3",
        "the connection to pma was lost; attempt 3 of 3",
    ]
    assert [status.attempt for status in events if status.state == AgentStatus.STATE_RUNNING][-1] == 3
    await check_mended(house, ended)


async def test_a_specialist_that_comes_up_meanwhile_needs_no_retry(house: House) -> None:
    await house.fakes["pma"].stop()
    run = await house.start()
    async with asyncio.timeout(5):
        async for event in house.runs.watch(run.name, 0):
            if event.agent_status.agent == "pma" and event.agent_status.HasField("next_attempt_time"):
                break
    await house.fakes["pma"].start()
    await house.events(run.name)
    assert (await house.runs.records.get(run.name)).state == Run.STATE_SUCCEEDED


async def test_a_specialist_that_is_killed_in_the_middle(house: House, policy: RunPolicy) -> None:
    process = SpecialistProcess("pma", delay=30.0)
    addresses = {agent: fake.address for agent, fake in house.fakes.items()} | {"pma": process.address}
    specialists = Specialists.connect(addresses)
    patient = replace(policy, deadlines={})
    runs = Runs(house.store, specialists, patient, FakeSessions().inputs())
    house.runs, plain = runs, house.runs
    try:
        run = await house.start()
        async with asyncio.timeout(5):
            async for event in runs.watch(run.name, 0):
                if event.agent_status.agent == "pma" and event.agent_status.engine:
                    break
        process.kill()
        killed = time.perf_counter()
        failed = await house.until(run.name, "pma", AgentStatus.STATE_ERROR)
        assert time.perf_counter() - killed < 1.0
        assert failed.failure.reason == "UNREACHABLE"
        assert failed.failure.retryable
        await house.events(run.name)
        ended = await runs.records.get(run.name)
        assert ended.state == Run.STATE_PARTIAL
        house.runs = plain
        await check_mended(house, ended)
    finally:
        process.kill()
        await runs.drain()
        await specialists.close()


async def test_one_agents_defect_leaves_its_siblings_alone(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(agent: str, *_: object) -> None:
        if agent == "pma":
            raise ZeroDivisionError("a defect")

    monkeypatch.setattr("services.coordinator.runs.dispatch.check_patch", broken)
    run = await house.finished()
    assert run.state == Run.STATE_PARTIAL
    assert status_of(run, "pma").failure.reason == "INTERNAL"
    assert "a defect" not in status_of(run, "pma").failure.message
    assert status_of(run, "qma").state == AgentStatus.STATE_COMPLETE


async def test_an_unknown_failure_is_not_repeated(house: House) -> None:
    house.fakes["pma"].behaviour = Behaviour(code=grpc.StatusCode.UNKNOWN)
    run = await house.finished()
    assert house.calls()["pma"] == 1
    assert status_of(run, "pma").failure.reason == "INTERNAL"
