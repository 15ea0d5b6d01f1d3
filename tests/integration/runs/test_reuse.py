"""Never paying twice: checkpoints stand for calls, and only for the same input."""

from __future__ import annotations

import pytest

from buildplan.v1.agent_pb2 import AgentStatus
from buildplan.v1.run_pb2 import Run
from services.runtime.errors import FailedPrecondition, InvalidArgument
from tests.fakes.specialist import Behaviour
from tests.integration.runs.conftest import House, status_of

ONCE = {"qma": 1, "pma": 1, "sca": 1, "ema": 1}


async def resumed(house: House, run: Run) -> Run:
    await house.runs.resume(run.name)
    await house.events(run.name, run.last_sequence)
    return await house.runs.records.get(run.name)


async def test_a_second_run_of_the_same_input_calls_nobody(house: House) -> None:
    first = await house.finished()
    assert sum(fake.seen.describes for fake in house.fakes.values()) == 0
    second = await house.finished()
    assert house.calls() == ONCE
    assert all(status.from_checkpoint for status in second.agents)
    assert first.name.rpartition("/")[2] in status_of(second, "qma").message
    plan = await house.plan(second)
    assert plan.sections.purchasing.materials[0].text == "a line of pma"
    assert {checkpoint.agent for checkpoint in await house.runs.records.checkpoints(second.name)} == set(ONCE)


async def test_another_input_calls_everybody(house: House) -> None:
    await house.finished()
    house.sessions.notes = "revision B"
    await house.finished()
    assert set(house.calls().values()) == {2}


async def test_another_version_of_an_agent_calls_that_agent(house: House) -> None:
    await house.finished()
    house.fakes["ema"].behaviour = Behaviour(version="2")
    run = await house.finished()
    assert house.calls() == ONCE | {"ema": 2}
    assert not status_of(run, "ema").from_checkpoint


async def test_checkpoints_may_be_ignored(house: House) -> None:
    await house.finished()
    await house.finished(ignore_checkpoints=True)
    assert set(house.calls().values()) == {2}


async def test_resume_runs_only_what_is_missing(house: House) -> None:
    house.fakes["sca"].behaviour = Behaviour(patches=())
    run = await house.finished()
    house.fakes["sca"].behaviour = Behaviour()
    ended = await resumed(house, run)
    assert ended.state == Run.STATE_SUCCEEDED
    assert house.calls() == ONCE | {"sca": 2}
    assert ended.revision == 2
    plan = await house.plan(ended)
    assert plan.reason == "resume"
    assert plan.sections.quality_plan.required_tests[0].text == "a line of qma"
    with pytest.raises(FailedPrecondition) as caught:
        await house.runs.resume(run.name)
    assert caught.value.reason == "NOTHING_MISSING"


async def test_resume_after_a_change_runs_everybody_once_more(house: House) -> None:
    run = await house.finished()
    house.sessions.notes = "revision B"
    ended = await resumed(house, run)
    assert set(house.calls().values()) == {2}
    with pytest.raises(FailedPrecondition):
        await house.runs.resume(run.name)
    house.sessions.notes = "as ordered"
    back = await resumed(house, ended)
    assert set(house.calls().values()) == {2}
    assert all(status.from_checkpoint for status in back.agents)


async def test_a_retry_calls_the_agent_though_it_has_a_result(house: House) -> None:
    run = await house.finished()
    await house.runs.retry_agent(run.name, "qma")
    await house.events(run.name, run.last_sequence)
    assert house.calls() == ONCE | {"qma": 2}
    with pytest.raises(InvalidArgument, match="xyz"):
        await house.runs.retry_agent(run.name, "xyz")


async def test_one_agent_is_not_retried_on_other_papers(house: House) -> None:
    run = await house.finished()
    house.sessions.notes = "revision B"
    with pytest.raises(FailedPrecondition) as caught:
        await house.runs.retry_agent(run.name, "qma")
    assert caught.value.reason == "INPUT_CHANGED"
    assert house.calls() == ONCE


async def test_a_failed_retry_keeps_the_earlier_result_in_the_plan(house: House) -> None:
    run = await house.finished()
    house.fakes["qma"].behaviour = Behaviour(patches=())
    await house.runs.retry_agent(run.name, "qma")
    await house.events(run.name, run.last_sequence)
    ended = await house.runs.records.get(run.name)
    assert ended.state == Run.STATE_PARTIAL
    assert status_of(ended, "qma").state == AgentStatus.STATE_ERROR
    plan = await house.plan(ended)
    assert plan.sections.quality_plan.required_tests[0].text == "a line of qma"
    assert plan.section_statuses[0].agent.failure.reason == "NO_PATCH"


async def test_neither_resume_nor_retry_while_in_flight(house: House) -> None:
    house.fakes["qma"].behaviour = Behaviour(hang=True)
    run = await house.start()
    for call in (house.runs.resume(run.name), house.runs.retry_agent(run.name, "qma")):
        with pytest.raises(FailedPrecondition) as caught:
            await call
        assert caught.value.reason == "RUN_IN_FLIGHT"
    await house.runs.cancel(run.name)
