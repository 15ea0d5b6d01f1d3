"""Runs that wait are taken up in turn by customer, however many one of them has."""

from __future__ import annotations

import random

from sqlalchemy import Connection, select

from buildplan.v1.run_pb2 import Run
from services.coordinator.store import Store, queue
from services.coordinator.store.leases import NOBODY
from services.coordinator.store.tables import RUNS
from tests.integration.store.examples import add_run, add_session, lease_of, run


async def wait_in_line(store: Store, customer: str, count: int, tenant: str = "local") -> None:
    """Runs of a customer, each in a session of its own, the oldest first."""
    for number in range(count):
        session = f"{tenant}-{customer}-{number}".lower()
        await add_session(store, f"sessions/{session}", customer=customer, tenant=tenant)
        made = run(session=session)
        made.create_time.FromMicroseconds(1_000_000 + number)
        await add_run(store, made, owner=NOBODY)


async def take(store: Store, room: int, owner: str = "me") -> list[str]:
    """The sessions of the runs that are claimed, in any order."""
    claimed = await store.write(lambda tx: queue.claim(tx, lease_of(owner), room))
    return sorted(found.run.name.split("/")[1] for found in claimed)


async def place(store: Store, session: str) -> int | None:
    """That of the session's run among all that wait."""
    return await store.read(lambda tx: queue.position(tx, session, "r1", lease_of("me")))


async def test_a_hundred_runs_of_one_customer_do_not_starve_anothers_one(store: Store) -> None:
    await wait_in_line(store, "Acme", 100)
    await wait_in_line(store, "Zeta", 1)
    assert await take(store, 2) == ["local-acme-0", "local-zeta-0"]
    assert await take(store, 2) == ["local-acme-1", "local-acme-2"]


async def test_who_has_fewer_runs_under_way_comes_first(store: Store) -> None:
    await wait_in_line(store, "Acme", 6)
    assert len(await take(store, 3)) == 3
    await wait_in_line(store, "Zeta", 3)
    assert await take(store, 3) == ["local-zeta-0", "local-zeta-1", "local-zeta-2"]
    assert await take(store, 9) == ["local-acme-3", "local-acme-4", "local-acme-5"]


async def test_customers_of_one_name_in_two_tenants_are_two(store: Store) -> None:
    await wait_in_line(store, "Acme", 3, tenant="north")
    await wait_in_line(store, "ACME", 3, tenant="south")
    assert await take(store, 2) == ["north-acme-0", "south-acme-0"]


async def test_what_had_begun_comes_before_what_waits(store: Store) -> None:
    await wait_in_line(store, "Acme", 2)
    await add_session(store, "sessions/begun", customer="Acme")
    await add_run(store, run(session="begun", state=Run.STATE_RUNNING), owner=NOBODY)
    assert await take(store, 1) == ["begun"]


async def test_the_place_in_the_line_is_told(store: Store) -> None:
    await wait_in_line(store, "Acme", 3)
    await wait_in_line(store, "Zeta", 1)
    sessions = ("local-acme-0", "local-zeta-0", "local-acme-1", "local-acme-2")
    assert [await place(store, session) for session in sessions] == [1, 2, 3, 4]
    await take(store, 2)
    assert [await place(store, session) for session in sessions] == [None, None, 1, 2]


async def test_the_place_is_the_one_in_which_a_run_is_taken(store: Store) -> None:
    """Whatever waits, is under way or had begun: places are counted, turns are sorted, and they must agree."""
    dice = random.Random(5)
    for customer in "abcde":
        await wait_in_line(store, customer, dice.randint(0, 6))
    await take(store, 5)
    for customer in "fgha":
        await wait_in_line(store, customer, dice.randint(1, 4), tenant="north")
    for number in range(3):
        await add_session(store, f"sessions/begun-{number}", customer=dice.choice("abf"))
        await add_run(store, run(session=f"begun-{number}", state=Run.STATE_RUNNING), owner=NOBODY)
    waiting = await store.read(_not_begun)
    places = {session: await place(store, session) for session in waiting}
    taken = [session for _ in range(3 + len(waiting)) for session in await take(store, 1)]
    assert all(session.startswith("begun") for session in taken[:3])
    assert {session: number for number, session in enumerate(taken, start=1) if number > 3} == places


def _not_begun(tx: Connection) -> list[str]:
    """The sessions whose run has not begun."""
    waiting = select(RUNS.c.session_id).where(RUNS.c.owner.is_(None), RUNS.c.state == "STATE_PENDING")
    return list(tx.execute(waiting).scalars())
