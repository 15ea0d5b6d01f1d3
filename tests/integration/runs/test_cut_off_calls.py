"""A call of a model that is cut off may have cost something: it is on record, and nobody says that it cost nothing."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from buildplan.v1.agent_pb2 import AgentStatus, Attempt, Usage
from buildplan.v1.run_pb2 import Run
from services.contract.usage import money
from services.coordinator.runs.policy import RunPolicy
from services.coordinator.runs.runs import Runs
from tests.fakes.specialist import Behaviour
from tests.integration.runs.conftest import POLICY, House, status_of

USED = Usage(input_tokens=1000, output_tokens=100, cost_usd=0.25)
HANGS = Behaviour(usage=USED, hang=True)


@pytest.fixture
def policy() -> RunPolicy:
    return replace(POLICY, deadlines={"pma": 0.5})


async def asked(house: House, run: Run) -> list[Attempt]:
    """The run's attempts as soon as there are some."""
    async with asyncio.timeout(5):
        while not (found := await house.runs.records.attempts(run.name)):
            await asyncio.sleep(0.01)
    return found


def told(attempts: list[Attempt]) -> list[tuple[int, int, str, bool]]:
    return [(one.number, one.agent_attempt, one.outcome, one.HasField("usage")) for one in attempts]


async def test_a_call_is_on_record_while_it_is_under_way(house: House) -> None:
    house.fakes["qma"].behaviour = HANGS
    run = await house.start(agents=["qma"])
    [attempt] = await asked(house, run)
    assert told([attempt]) == [(1, 1, "", False)]
    assert (attempt.agent, attempt.model, attempt.question) == ("qma", "fake", "asking")
    assert attempt.HasField("start_time")
    assert not attempt.HasField("end_time")
    assert not status_of(await house.runs.records.get(run.name), "qma").usage.cost_unknown
    await house.runs.cancel(run.name)


async def test_cancelling_a_run_ends_it_as_cancelled_with_an_unknown_cost(house: House) -> None:
    house.fakes["qma"].behaviour = HANGS
    run = await house.start(agents=["qma"])
    await asked(house, run)
    cancelled = await house.runs.cancel(run.name)
    assert cancelled.state == Run.STATE_CANCELLED
    [attempt] = await house.runs.records.attempts(run.name)
    assert told([attempt]) == [(1, 1, "CANCELLED", False)]
    assert attempt.end_time.ToNanoseconds() >= attempt.start_time.ToNanoseconds()
    assert status_of(cancelled, "qma").usage == Usage(cost_unknown=True)
    last = (await house.events(run.name))[-2].agent_status
    assert (last.agent, last.state, money(last.usage)) == ("qma", AgentStatus.STATE_ERROR, "cost unknown")


async def test_a_deadline_ends_it_too(house: House) -> None:
    house.fakes["pma"].behaviour = HANGS
    run = await house.finished(agents=["pma"])
    assert status_of(run, "pma").failure.reason == "DEADLINE_EXCEEDED"
    assert told(await house.runs.records.attempts(run.name)) == [(1, 1, "CANCELLED", False)]


async def test_a_specialist_that_dies_ends_it_and_the_next_call_is_counted_with_it(house: House) -> None:
    qma = house.fakes["qma"]
    qma.behaviour = HANGS
    run = await house.start(agents=["qma"])
    await asked(house, run)
    qma.behaviour = Behaviour(usage=USED)
    await qma.stop()
    await qma.start()
    await house.events(run.name)
    ended = await house.runs.records.get(run.name)
    assert [one.outcome for one in await house.runs.records.attempts(run.name)] == ["CANCELLED", "COMPLETED"]
    used = status_of(ended, "qma").usage
    assert (used.cost_usd, used.cost_unknown) == (0.25, True)
    assert money((await house.plan(ended)).usage) == "$0.25 and more, a part is unknown"


async def test_whoever_takes_a_run_up_ends_what_its_owner_left(house: House) -> None:
    qma = house.fakes["qma"]
    qma.behaviour = HANGS
    run = await house.start(agents=["qma"])
    await asked(house, run)
    await house.runs.drain()
    assert told(await house.runs.records.attempts(run.name)) == [(1, 1, "", False)]
    qma.behaviour = Behaviour(usage=USED)
    house.runs = Runs(house.store, house.specialists, POLICY, house.sessions.inputs())
    await house.runs.recover()
    await house.events(run.name)
    assert told(await house.runs.records.attempts(run.name)) == [(1, 1, "CANCELLED", False), (2, 1, "COMPLETED", True)]
    used = status_of(await house.runs.records.get(run.name), "qma").usage
    assert (used.cost_usd, used.cost_unknown) == (0.25, True)
