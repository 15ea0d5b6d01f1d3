"""PostgreSQL goes away under load and comes back: runs wait and go on, whoever calls meanwhile is told."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import replace

import pytest

from buildplan.v1.run_pb2 import Run, RunEvent
from services.coordinator.runs.policy import RunPolicy
from services.runtime.errors import Unavailable
from tests.fakes.process import AGENTS
from tests.fakes.sessions import add_session
from tests.fakes.specialist import Behaviour, FakeSpecialist
from tests.integration.postgres import Postgres
from tests.integration.runs.conftest import POLICY, House, open_house

LEASE = 1.0


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


async def begun_and_watched(pair: tuple[House, House]) -> tuple[Run, list[asyncio.Task[list[RunEvent]]]]:
    """A run of two seconds that has called its agents, and who watches it through each coordinator."""
    first, _ = pair
    for fake in first.fakes.values():
        fake.behaviour = Behaviour(delay=2 * LEASE, steps=20)
    run = await first.start()
    watching = [asyncio.create_task(patient_events(house, run.name)) for house in pair]
    await asyncio.wait_for(first.fakes["qma"].seen.called_event.wait(), 10)
    return run, watching


async def test_an_outage_longer_than_the_lease_costs_no_run_no_call_and_no_owner(
    pair: tuple[House, House], own_postgres: Postgres
) -> None:
    first, second = pair
    run, watching = await begun_and_watched(pair)
    await asyncio.to_thread(own_postgres.stop)
    for house in pair:
        with pytest.raises(Unavailable, match="database"):
            await house.runs.records.get(run.name)
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


@pytest.mark.parametrize("policy", [replace(POLICY, lease=5 * LEASE, deadline=30.0)])
async def test_a_failover_drops_no_run(pair: tuple[House, House], own_postgres: Postgres) -> None:
    """PostgreSQL ends its connections and is read-only for less than a lease."""
    first, second = pair
    run, watching = await begun_and_watched(pair)
    await asyncio.to_thread(own_postgres.take_writes, "postgres", yes=False)
    await asyncio.sleep(1.2)
    await asyncio.to_thread(own_postgres.take_writes, "postgres", yes=True)
    async with asyncio.timeout(30):
        here, elsewhere = await asyncio.gather(*watching)
    assert here == elsewhere
    assert here[-1].run_state.state == Run.STATE_SUCCEEDED
    assert first.calls() == dict.fromkeys(AGENTS, 1)
    assert run.name not in second.runs._active
