"""Coordinators in processes of their own on one PostgreSQL: stopped past their lease, or drained, runs in flight."""

from __future__ import annotations

import asyncio
import signal
import time
import uuid
from collections.abc import Callable
from contextlib import AsyncExitStack
from dataclasses import replace

import pytest
from sqlalchemy import Connection, select

from buildplan.v1.run_pb2 import Run
from services.coordinator.runs.policy import RunPolicy
from services.coordinator.store.tables import AGENT_RUNS, CHECKPOINTS, EVENTS, PLANS, RUNS
from tests.fakes.process import AGENTS
from tests.fakes.specialist import Behaviour, FakeSpecialist
from tests.integration.postgres import Postgres
from tests.integration.runs.conftest import POLICY, open_house
from tests.integration.runs.processes import coordinator, start

LEASE, ROUNDS, MANY = 1.0, 4, 5


@pytest.fixture
def policy() -> RunPolicy:
    return replace(POLICY, lease=LEASE)


async def until(reached: Callable[[], bool]) -> None:
    async with asyncio.timeout(20):
        while not reached():
            await asyncio.sleep(0.01)


def everything(tx: Connection) -> list[object]:
    """All that a late owner might write over; the lease of a run that it had ended in time is its own to renew."""
    runs = select(*(column for column in RUNS.c if column.name != "lease_expires_us"))
    queries = [runs, *map(select, (AGENT_RUNS, EVENTS, CHECKPOINTS, PLANS))]
    return [sorted(tx.execute(query).all(), key=repr) for query in queries]


async def test_an_owner_that_was_stopped_past_its_lease_writes_nothing_when_it_wakes(
    postgres: Postgres, fakes: dict[str, FakeSpecialist], policy: RunPolicy
) -> None:
    url = postgres.create_database(uuid.uuid4().hex)
    async with open_house(url, fakes, policy) as house, AsyncExitStack() as stack:
        await house.runs.recover()
        owner = await stack.enter_async_context(coordinator(url, fakes, "--lease", str(LEASE)))
        for number in range(ROUNDS):
            for fake in fakes.values():
                fake.behaviour = Behaviour(delay=0.4, steps=4)
            called = fakes["qma"].seen.proposes
            names = [await start(owner, f"s{number}-{place}") for place in range(MANY)]
            await until(lambda called=called: fakes["qma"].seen.proposes >= called + MANY)  # type: ignore[misc]
            await asyncio.sleep(0.1 * number)
            owner.send_signal(signal.SIGSTOP)
            async with asyncio.timeout(20):
                await asyncio.gather(*(house.events(name) for name in names))
            stored = await house.store.read(everything)
            owner.send_signal(signal.SIGCONT)
            await asyncio.sleep(0.6)
            assert await house.store.read(everything) == stored
            for name in names:
                assert (await house.runs.get(name)).state == Run.STATE_SUCCEEDED


async def test_a_coordinator_that_is_told_to_end_hands_its_runs_over(
    postgres: Postgres, fakes: dict[str, FakeSpecialist], policy: RunPolicy
) -> None:
    url = postgres.create_database(uuid.uuid4().hex)
    async with open_house(url, fakes, replace(policy, lease=30.0)) as house, AsyncExitStack() as stack:
        await house.runs.recover()
        leaving = await stack.enter_async_context(coordinator(url, fakes, "--lease", "30"))
        fakes["pma"].behaviour = Behaviour(hang=True)
        names = [await start(leaving, f"s{place}") for place in range(MANY)]
        finished = [fake for agent, fake in fakes.items() if agent != "pma"]
        await until(lambda: all(fake.seen.finished == MANY for fake in finished) and fakes["pma"].seen.at_work == MANY)
        await asyncio.sleep(0.1)
        fakes["pma"].behaviour = Behaviour()
        begun = time.monotonic()
        leaving.send_signal(signal.SIGTERM)
        async with asyncio.timeout(20):
            await asyncio.gather(*(house.events(name) for name in names))
        assert time.monotonic() - begun < 10
        assert await asyncio.wait_for(leaving.wait(), 10) == 0
        states = [(await house.runs.get(name)).state for name in names]
        assert states == [Run.STATE_SUCCEEDED] * MANY
        assert {agent: fakes[agent].seen.proposes for agent in AGENTS} == {
            agent: 2 * MANY if agent == "pma" else MANY for agent in AGENTS
        }
