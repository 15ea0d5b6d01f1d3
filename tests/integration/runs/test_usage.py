"""What model calls used: told while it happens, kept over attempts, summed in the plan, never counted twice."""

from __future__ import annotations

import grpc
import pytest

from buildplan.v1.agent_pb2 import AgentStatus, Usage
from buildplan.v1.run_pb2 import Run
from services.contract.usage import total
from services.runtime.errors import ResourceExhausted
from tests.fakes.specialist import Behaviour
from tests.integration.runs.conftest import House, status_of

USED = Usage(input_tokens=1000, cached_input_tokens=400, output_tokens=100, cost_usd=0.25)
TWICE = Usage(input_tokens=2000, cached_input_tokens=800, output_tokens=200, cost_usd=0.5)


@pytest.fixture(autouse=True)
def paid(house: House) -> None:
    for agent in ("qma", "pma"):
        house.fakes[agent].behaviour = Behaviour(usage=USED)


async def test_status_checkpoint_and_plan_say_what_was_used(house: House) -> None:
    run = await house.finished()
    assert status_of(run, "qma").usage == USED
    assert not status_of(run, "sca").HasField("usage")
    kept = {checkpoint.agent: checkpoint for checkpoint in await house.runs.records.checkpoints(run.name)}
    assert kept["pma"].usage == USED
    assert not kept["ema"].HasField("usage")
    assert (await house.plan(run)).usage == TWICE


async def test_a_reused_result_is_not_spent_again_and_still_counts_in_the_plan(house: House) -> None:
    await house.finished()
    run = await house.finished()
    reused = status_of(run, "qma")
    assert reused.from_checkpoint
    assert not reused.HasField("usage")
    assert reused.message.endswith("its input is the same; nothing was paid for it again")
    assert status_of(run, "ema").message.endswith("its input is the same")
    assert (await house.plan(run)).usage == TWICE


async def test_a_call_that_broke_off_is_counted_with_the_next(house: House) -> None:
    house.fakes["qma"].behaviour = Behaviour(usage=USED, code=grpc.StatusCode.UNAVAILABLE, failing_calls=1)
    run = await house.finished(agents=["qma"])
    assert run.state == Run.STATE_SUCCEEDED
    assert status_of(run, "qma").usage == TWICE
    assert (await house.runs.records.checkpoints(run.name))[0].usage == TWICE
    assert (await house.plan(run)).usage == TWICE


async def test_what_a_failed_agent_used_stays_on_its_status_through_resume(house: House) -> None:
    house.fakes["qma"].behaviour = Behaviour(usage=USED, error=ResourceExhausted("QUOTA_EXHAUSTED", "no money"))
    run = await house.finished(agents=["qma", "pma"])
    failed = status_of(run, "qma")
    assert (failed.state, failed.usage) == (AgentStatus.STATE_ERROR, USED)
    assert (await house.plan(run)).usage == USED
    house.fakes["qma"].behaviour = Behaviour(usage=USED)
    await house.runs.resume(run.name)
    await house.events(run.name, run.last_sequence)
    resumed = await house.runs.records.get(run.name)
    assert status_of(resumed, "qma").usage == TWICE
    assert status_of(resumed, "pma").usage == USED
    assert (await house.plan(resumed)).usage == TWICE


async def test_every_ended_attempt_is_kept_with_what_it_used(house: House) -> None:
    house.fakes["qma"].behaviour = Behaviour(usage=USED, code=grpc.StatusCode.UNAVAILABLE, failing_calls=1)
    run = await house.finished()
    kept = await house.runs.records.attempts(run.name)
    told = sorted((one.agent, one.number, one.agent_attempt, one.attempt, one.outcome) for one in kept)
    assert told == [("pma", 1, 1, 1, "COMPLETED"), ("qma", 1, 1, 1, "COMPLETED"), ("qma", 2, 2, 1, "COMPLETED")]
    assert total(one.usage for one in kept if one.agent == "qma") == status_of(run, "qma").usage == TWICE
    await house.runs.retry_agent(run.name, "qma")
    await house.events(run.name, run.last_sequence)
    assert [one.number for one in await house.runs.records.attempts(run.name) if one.agent == "qma"] == [1, 2, 3]


async def test_a_result_that_is_used_again_and_an_engine_that_asks_nobody_leave_no_attempt(house: House) -> None:
    await house.finished()
    again = await house.finished()
    assert await house.runs.records.attempts(again.name) == []


async def test_a_retry_of_one_agent_leaves_the_others_cost_in_the_plan(house: House) -> None:
    run = await house.finished()
    await house.runs.retry_agent(run.name, "qma")
    await house.events(run.name, run.last_sequence)
    retried = await house.runs.records.get(run.name)
    assert status_of(retried, "qma").usage == TWICE
    assert (await house.plan(retried)).usage == TWICE
    assert house.calls()["pma"] == 1
