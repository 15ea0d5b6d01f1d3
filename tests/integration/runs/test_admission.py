"""At most so many runs at once; the rest wait in the database, in turn by customer, and say how many come before."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from buildplan.v1.run_pb2 import Run
from buildplan.v1.run_service_pb2 import StartRunRequest
from services.coordinator.runs.policy import RunPolicy
from services.runtime.errors import FailedPrecondition
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
    blocking = await block(house)
    many = await start(house, "acme", 12)
    [one] = await start(house, "zeta", 1)
    assert (await house.runs.records.get(one.name)).state == Run.STATE_PENDING
    for fake in house.fakes.values():
        fake.behaviour = Behaviour(delay=0.02)
    for run in blocking:
        await house.runs.cancel(run.name)
    begun = {run.name: await begin_of(house, run) for run in (*many, one)}
    before = [run for run in many if begun[run.name] < begun[one.name]]
    assert len(before) <= LIMIT
    assert {(await house.runs.records.get(run.name)).state for run in many} == {Run.STATE_SUCCEEDED}
    assert max(house.fakes[agent].seen.most_at_work for agent in AGENTS) <= LIMIT


async def test_watchers_of_waiting_runs_do_not_look_until_something_happens(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A thousand that looked twice a second would keep a coordinator from its runs."""
    await house.runs.recover()
    await block(house)
    runs = await start(house, "acme", 3)
    watchers = [asyncio.create_task(house.events(run.name)) for run in runs]
    await asyncio.sleep(10 * POLICY.foreign_poll)
    with monkeypatch.context() as unread:
        unread.setattr(house.store, "read", _refuse)
        await asyncio.sleep(10 * POLICY.foreign_poll)
        assert not any(watcher.done() for watcher in watchers)
    for run in runs:
        await house.runs.cancel(run.name)
    for log in await asyncio.gather(*watchers):
        assert log[-1].run_state.state == Run.STATE_CANCELLED


async def _refuse(_: object) -> None:
    raise FailedPrecondition("READ", "the store was read")


async def block(house: House) -> list[Run]:
    """Runs that take all the room there is, until they are cancelled."""
    for fake in house.fakes.values():
        fake.behaviour = Behaviour(hang=True)
    return await start(house, "blocking", LIMIT)


async def begin_of(house: House, run: Run) -> int:
    """When a run left the queue, in microseconds; waits for its end."""
    events = await house.events(run.name)
    return next(event.create_time.ToMicroseconds() for event in events if event.run_state.state == Run.STATE_RUNNING)


async def test_a_waiting_run_says_how_many_are_before_it(house: House) -> None:
    await house.runs.recover()
    await block(house)
    runs = await start(house, "acme", 3)
    assert runs[-1].agents[0].message == "waiting for its turn, 2 runs before it"
    await house.runs.cancel(runs[0].name)
    later = await house.runs.records.get(runs[-1].name)
    assert later.agents[0].message == "waiting for its turn, 1 run before it"
    assert (await house.runs.records.get(runs[0].name)).state == Run.STATE_CANCELLED
    assert house.calls()["qma"] <= LIMIT


async def test_a_waiting_run_keeps_what_was_asked_of_it(house: House) -> None:
    await house.runs.recover()
    first = await house.finished()
    blocking = await block(house)
    waiting = await house.start(agents=["qma"], ignore_checkpoints=True)
    for fake in house.fakes.values():
        fake.behaviour = Behaviour()
    async with asyncio.timeout(10):
        while house.calls()["qma"] < 1 + LIMIT:
            await asyncio.sleep(0.01)
    called = house.calls()["qma"]
    for run in blocking:
        await house.runs.cancel(run.name)
    await house.events(waiting.name)
    ended = await house.runs.records.get(waiting.name)
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
