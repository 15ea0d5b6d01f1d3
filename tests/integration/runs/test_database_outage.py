"""PostgreSQL goes away under load and comes back: runs wait and go on, whoever calls meanwhile is told."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import replace
from typing import TypeVar

import pytest
from sqlalchemy.exc import IntegrityError

from buildplan.v1.run_pb2 import Run, RunEvent
from buildplan.v1.run_service_pb2 import StartRunRequest
from services.coordinator.runs.policy import RunPolicy
from services.runtime.errors import Unavailable
from tests.fakes.process import AGENTS
from tests.fakes.sessions import add_session
from tests.fakes.specialist import Behaviour, FakeSpecialist
from tests.integration.postgres import Postgres
from tests.integration.runs.conftest import POLICY, House, open_house

T = TypeVar("T")
RESTARTS, LEASE = 10, 1.0


@pytest.fixture
def policy() -> RunPolicy:
    return replace(POLICY, lease=LEASE, deadline=30.0)


@pytest.fixture
async def pair(
    own_postgres: Postgres, fakes: dict[str, FakeSpecialist], policy: RunPolicy
) -> AsyncIterator[tuple[House, House]]:
    """Two coordinators on a server that is theirs."""
    async with AsyncExitStack() as stack:
        first = await stack.enter_async_context(open_house(own_postgres.url(), fakes, policy))
        second = await stack.enter_async_context(open_house(own_postgres.url(), fakes, policy))
        await add_session(first.store)
        for house in (first, second):
            await house.runs.recover()
        yield first, second


async def patient_events(house: House, run: str) -> list[RunEvent]:
    """All events until the last, taken up again behind the last one whenever the watch breaks off."""
    seen: list[RunEvent] = []
    while True:
        try:
            async for event in house.runs.watch(run, len(seen)):
                seen.append(event)  # noqa: PERF401 - what was seen before a break counts
        except Unavailable:
            await asyncio.sleep(0.05)
        else:
            return seen


async def test_an_outage_longer_than_the_lease_costs_no_run_no_call_and_no_owner(
    pair: tuple[House, House], own_postgres: Postgres
) -> None:
    first, second = pair
    for fake in first.fakes.values():
        fake.behaviour = Behaviour(delay=2 * LEASE, steps=20)
    run = await first.start()
    watching = [asyncio.create_task(patient_events(house, run.name)) for house in pair]
    await asyncio.wait_for(first.fakes["qma"].seen.called_event.wait(), 10)
    await asyncio.to_thread(own_postgres.stop)
    for house in pair:
        with pytest.raises(Unavailable, match="database"):
            await house.runs.get(run.name)
        with pytest.raises(Unavailable, match="database"):
            await house.start()
    await asyncio.sleep(2 * LEASE)
    await asyncio.to_thread(own_postgres.start)
    async with asyncio.timeout(30):
        here, elsewhere = await asyncio.gather(*watching)
    assert here == elsewhere
    assert [event.sequence for event in here] == list(range(1, len(here) + 1))
    assert here[-1].run_state.state == Run.STATE_SUCCEEDED
    assert first.calls() == dict.fromkeys(AGENTS, 1)
    assert run.name not in second.runs._active


async def test_ten_restarts_under_load_cost_no_run(pair: tuple[House, House], own_postgres: Postgres) -> None:
    for fake in pair[0].fakes.values():
        fake.behaviour = Behaviour(delay=0.1, steps=2)
    stopped = False
    ended: list[Run] = []

    async def load(house: House, worker: str) -> None:
        number = 0
        while not stopped:
            number += 1
            ended.append(await carry_out(house, f"{worker}-{number}"))

    workers = [
        asyncio.create_task(load(house, f"{name}{worker}"))
        for name, house in zip("ab", pair, strict=True)
        for worker in range(4)
    ]
    for _ in range(RESTARTS):
        before = len(ended)
        await asyncio.to_thread(own_postgres.stop)
        await asyncio.to_thread(own_postgres.start)
        async with asyncio.timeout(30):
            while len(ended) < before + 4:
                await asyncio.sleep(0.02)
    stopped = True
    async with asyncio.timeout(30):
        await asyncio.gather(*workers)
    print(f"{RESTARTS} restarts, {len(ended)} runs")
    assert {run.state for run in ended} == {Run.STATE_SUCCEEDED}


async def carry_out(house: House, session: str) -> Run:
    """One run from its session to its end, as a caller that repeats what is UNAVAILABLE."""
    name = f"sessions/{session}"
    await insist(lambda: add_once(house, session))
    request = StartRunRequest(parent=name, request_id="once")
    run, _ = await insist(lambda: house.runs.start(request))
    events = await patient_events(house, run.name)
    assert [event.sequence for event in events] == list(range(1, len(events) + 1))
    return await insist(lambda: house.runs.get(run.name))


async def add_once(house: House, session: str) -> None:
    """A session; one that an unheard commit has stored is there already."""
    try:
        await add_session(house.store, session)
    except IntegrityError:
        return


async def insist(work: Callable[[], Awaitable[T]]) -> T:
    while True:
        try:
            return await work()
        except Unavailable:
            await asyncio.sleep(0.05)
