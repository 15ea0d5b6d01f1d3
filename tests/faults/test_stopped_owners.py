"""An owner is stopped past its lease and wakes late: the database refuses what it still wants to write."""

from __future__ import annotations

import asyncio
import signal
import uuid
from dataclasses import replace

import pytest
from sqlalchemy import Connection, select

from buildplan.v1.run_pb2 import Run
from services.coordinator.store.tables import AGENT_RUNS, CHECKPOINTS, EVENTS, PLANS, RUNS
from tests.fakes.specialist import Behaviour, FakeSpecialist
from tests.faults.figures import Figures
from tests.integration.postgres import Postgres
from tests.integration.runs.conftest import POLICY, House, open_house
from tests.integration.runs.processes import coordinator, start
from tests.integration.runs.test_takeover import until

LEASE, AT_ONCE, DIFFERENT_MOMENTS = 1.0, 5, 5


def everything(tx: Connection) -> list[object]:
    """All that a late owner might write over; the lease of a run that it had ended in time is its own to renew."""
    runs = select(*(column for column in RUNS.c if column.name != "lease_expires_us"))
    queries = [runs, *map(select, (AGENT_RUNS, EVENTS, CHECKPOINTS, PLANS))]
    return [sorted(tx.execute(query).all(), key=repr) for query in queries]


async def stop_past_the_lease(house: House, owner: asyncio.subprocess.Process, number: int) -> tuple[int, int]:
    """Runs that did not succeed elsewhere, and whether anything was changed by the owner when it woke."""
    called = house.fakes["qma"].seen.proposes
    names = [await start(owner, f"s{number}-{place}") for place in range(AT_ONCE)]
    await until(lambda: house.fakes["qma"].seen.proposes >= called + AT_ONCE)
    await asyncio.sleep(0.1 * (number % DIFFERENT_MOMENTS))
    owner.send_signal(signal.SIGSTOP)
    async with asyncio.timeout(20):
        await asyncio.gather(*(house.events(name) for name in names))
    stored = await house.store.read(everything)
    owner.send_signal(signal.SIGCONT)
    await asyncio.sleep(0.6)
    changed = await house.store.read(everything) != stored
    states = [(await house.runs.records.get(name)).state for name in names]
    return sum(state != Run.STATE_SUCCEEDED for state in states), int(changed)


@pytest.mark.timeout(300)
async def test_stopped_past_the_lease(postgres: Postgres, fakes: dict[str, FakeSpecialist], figures: Figures) -> None:
    url, stops = postgres.create_database(uuid.uuid4().hex), figures.sized(20, short=3)
    for fake in fakes.values():
        fake.behaviour = Behaviour(delay=0.4, steps=4)
    async with open_house(url, fakes, replace(POLICY, lease=LEASE)) as house:
        await house.runs.recover()
        async with coordinator(url, fakes, "--lease", str(LEASE)) as owner:
            outcomes = [await stop_past_the_lease(house, owner, number) for number in range(stops)]
    figures.note(f"{stops} stops past a lease of {LEASE:g} s", f"{AT_ONCE * stops} runs")
    figures.exactly("wakings that changed anything stored", sum(changed for _, changed in outcomes), 0)
    figures.exactly("runs that did not succeed elsewhere", sum(failed for failed, _ in outcomes), 0)
