"""At most so many runs at once; the rest wait in the database, in turn by customer, and say how many come before."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from buildplan.v1.run_pb2 import Run
from buildplan.v1.run_service_pb2 import StartRunRequest
from services.coordinator.runs.policy import RunPolicy
from tests.fakes.process import AGENTS
from tests.fakes.sessions import add_session
from tests.fakes.specialist import Behaviour
from tests.integration.runs.conftest import POLICY, House

LIMIT = 2


@pytest.fixture
def policy() -> RunPolicy:
    return replace(POLICY, runs_in_flight=LIMIT)


async def start(house: House, customer: str, count: int) -> list[Run]:
    """Runs of a customer, each in a session of its own."""
    sessions = [await add_session(house.store, f"{customer}-{number}", customer) for number in range(count)]
    return [(await house.runs.start(StartRunRequest(parent=session)))[0] for session in sessions]


async def test_one_customers_runs_do_not_starve_anothers(house: House) -> None:
    await house.runs.recover()
    for fake in house.fakes.values():
        fake.behaviour = Behaviour(delay=0.05)
    many = await start(house, "acme", 12)
    [one] = await start(house, "zeta", 1)
    waiting = await house.runs.get(one.name)
    assert waiting.state == Run.STATE_PENDING
    assert "waiting for its turn" in waiting.agents[0].message
    await house.events(one.name)
    ended = [run for run in many if (await house.runs.get(run.name)).state == Run.STATE_SUCCEEDED]
    assert len(ended) < len(many) / 2
    for run in many:
        await house.events(run.name)
    assert {(await house.runs.get(run.name)).state for run in many} == {Run.STATE_SUCCEEDED}
    assert max(house.fakes[agent].seen.most_at_work for agent in AGENTS) <= LIMIT
    assert house.calls() == dict.fromkeys(AGENTS, 13)


async def test_a_waiting_run_says_how_many_are_before_it(house: House) -> None:
    await house.runs.recover()
    for fake in house.fakes.values():
        fake.behaviour = Behaviour(hang=True)
    runs = await start(house, "acme", LIMIT + 3)
    assert runs[-1].agents[0].message == "waiting for its turn, 2 runs before it"
    await house.runs.cancel(runs[LIMIT].name)
    later = await house.runs.get(runs[-1].name)
    assert later.agents[0].message == "waiting for its turn, 1 run before it"
    assert (await house.runs.get(runs[LIMIT].name)).state == Run.STATE_CANCELLED
    assert house.calls() == dict.fromkeys(AGENTS, LIMIT)


async def test_a_waiting_run_keeps_what_was_asked_of_it(house: House) -> None:
    await house.runs.recover()
    first = await house.finished()
    house.fakes["pma"].behaviour = Behaviour(hang=True)
    blocking = await start(house, "acme", LIMIT)
    waiting = await house.start(agents=["qma"], ignore_checkpoints=True)
    house.fakes["pma"].behaviour = Behaviour()
    called = house.calls()["qma"]
    for run in blocking:
        await house.runs.cancel(run.name)
    await house.events(waiting.name)
    ended = await house.runs.get(waiting.name)
    assert ended.state == Run.STATE_SUCCEEDED
    assert [status.agent for status in ended.agents] == ["qma"]
    assert not ended.agents[0].from_checkpoint
    assert house.calls()["qma"] == called + 1
    assert first.name != ended.name


async def test_all_watchers_of_a_waiting_run_see_it_begin(house: House) -> None:
    await house.runs.recover()
    for fake in house.fakes.values():
        fake.behaviour = Behaviour(delay=0.1)
    runs = await start(house, "acme", 3 * LIMIT)
    logs = await asyncio.gather(*(house.events(run.name) for run in runs for _ in range(3)))
    for log in logs:
        assert [event.sequence for event in log] == list(range(1, len(log) + 1))
        assert log[-1].run_state.state == Run.STATE_SUCCEEDED
