"""Runs change hands: each is claimed once, and who lost it changes nothing."""

from __future__ import annotations

import asyncio
import uuid
from datetime import timedelta

import pytest

from buildplan.v1.agent_pb2 import AgentStatus
from services.coordinator.store import Store, events, leases, queue, runs
from services.coordinator.store.errors import FenceLost
from services.coordinator.store.leases import Kept, Lease
from tests.integration.postgres import Postgres
from tests.integration.store.conftest import NOW
from tests.integration.store.examples import LEASE, add_run, add_session, agent_event, lease_of, run

RUNS = 40


async def leave_runs(store: Store, count: int, prefix: str = "s") -> None:
    """Runs in flight whose owner is gone."""
    for number in range(count):
        await add_session(store, f"sessions/{prefix}{number}")
        await add_run(store, run(session=f"{prefix}{number}"), owner="dead")
    await store.write(lambda tx: leases.release(tx, "dead"))


async def claim(store: Store, owner: str) -> list[tuple[str, int]]:
    claimed = await store.write(lambda tx: queue.claim(tx, lease_of(owner), 1000))
    return [(found.run.name, found.fence) for found in claimed]


async def test_two_coordinators_claim_each_run_once(postgres: Postgres) -> None:
    url = postgres.create_database(uuid.uuid4().hex)
    first, second = await Store.open(url), await Store.open(url)
    for turn in ("a", "b", "c"):
        await leave_runs(first, RUNS, turn)
        claims = await asyncio.gather(*(claim(store, f"owner {n}") for n in range(4) for store in (first, second)))
        names = [name for claimed in claims for name, _ in claimed]
        assert len(names) == len(set(names)) == RUNS
    await first.close()
    await second.close()


async def test_postgresql_measures_leases_by_its_own_clock(postgres: Postgres) -> None:
    store = await Store.open(postgres.create_database(uuid.uuid4().hex))
    await add_session(store)
    await add_run(store, run(), owner="alive")
    in_a_year = NOW + timedelta(days=365)
    assert await store.write(lambda tx: queue.claim(tx, Lease("me", LEASE, in_a_year), 10)) == []
    await store.close()


async def test_a_second_acquisition_gets_a_new_fence_and_the_first_is_void(store: Store) -> None:
    await leave_runs(store, 1)
    [(_, first)] = await claim(store, "first")
    await store.write(lambda tx: leases.release(tx, "first"))
    [(_, second)] = await claim(store, "second")
    assert second > first
    event = agent_event("qma", AgentStatus.STATE_COMPLETE)
    with pytest.raises(FenceLost):
        await store.write(lambda tx: runs.record(tx, "s0", "r1", first, [event]))
    assert await store.read(lambda tx: events.after(tx, "s0", "r1", 0, 10)) == []
    kept = await store.write(lambda tx: leases.renew(tx, {"sessions/s0/runs/r1": first}, lease_of("first")))
    assert kept.lost == ("sessions/s0/runs/r1",)


async def test_a_lease_that_is_kept_is_not_claimed(store: Store) -> None:
    await leave_runs(store, 1)
    [(name, fence)] = await claim(store, "me")
    assert await store.write(lambda tx: leases.renew(tx, {name: fence}, lease_of("me"))) == Kept()
    assert await claim(store, "me") == []


async def test_a_run_that_was_let_go_is_told_from_one_whose_owner_is_gone(store: Store) -> None:
    await leave_runs(store, 1, "let-go")
    await leave_runs(store, 1, "left")
    await store.write(lambda tx: leases.acquire(tx, "left0", "r1", 2, Lease("dead", 0, NOW)))
    claimed = await store.write(lambda tx: queue.claim(tx, Lease("me", 0, NOW), 10))
    assert {found.run.name: found.abandoned for found in claimed} == {
        "sessions/let-go0/runs/r1": False,
        "sessions/left0/runs/r1": True,
    }
