"""Coordinators in processes of their own on one PostgreSQL: drained, runs in flight."""

from __future__ import annotations

import asyncio
import signal
import time
import uuid
from collections.abc import Callable
from contextlib import AsyncExitStack
from dataclasses import replace

import pytest

from buildplan.v1.run_pb2 import Run
from services.coordinator.runs.policy import RunPolicy
from tests.fakes.process import AGENTS
from tests.fakes.specialist import Behaviour, FakeSpecialist
from tests.integration.postgres import Postgres
from tests.integration.runs.conftest import POLICY, open_house
from tests.integration.runs.processes import coordinator, start

LEASE, MANY = 1.0, 5


@pytest.fixture
def policy() -> RunPolicy:
    return replace(POLICY, lease=LEASE)


async def until(reached: Callable[[], bool]) -> None:
    async with asyncio.timeout(20):
        while not reached():
            await asyncio.sleep(0.01)


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
        states = [(await house.runs.records.get(name)).state for name in names]
        assert states == [Run.STATE_SUCCEEDED] * MANY
        assert {agent: fakes[agent].seen.proposes for agent in AGENTS} == {
            agent: 2 * MANY if agent == "pma" else MANY for agent in AGENTS
        }
