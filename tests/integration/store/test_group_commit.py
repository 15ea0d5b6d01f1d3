"""Group commit: many units in one transaction, each on its own."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable
from functools import partial
from typing import Any

import pytest
from sqlalchemy import Connection, text
from sqlalchemy.exc import IntegrityError

from buildplan.v1.agent_pb2 import AgentStatus
from buildplan.v1.run_pb2 import RunEvent
from services.coordinator.store import Store, runs, sessions
from services.coordinator.store.errors import FenceLost
from services.runtime.errors import NotFound
from tests.integration.store.conftest import NOW
from tests.integration.store.examples import add_run, add_session, agent_event, run

WRITERS, UNITS_EACH = 64, 20


def record(session: str, events: list[RunEvent], tx: Connection) -> list[RunEvent]:
    return runs.record(tx, session, "r1", 1, events)


async def held_writer(store: Store) -> tuple[asyncio.Task[None], threading.Event]:
    """Keeps the writer busy, so that what is written meanwhile becomes one batch."""
    begun, go = threading.Event(), threading.Event()

    def wait(_: Connection) -> None:
        begun.set()
        assert go.wait(20)

    task = asyncio.create_task(store.write(wait))
    assert await asyncio.to_thread(begun.wait, 20)
    return task, go


async def in_one_batch(store: Store, *writes: Awaitable[Any]) -> list[Any]:
    """What writes that are queued together give, results and exceptions."""
    held, go = await held_writer(store)
    outcomes = asyncio.gather(*writes, return_exceptions=True)
    await asyncio.sleep(0)
    go.set()
    await held
    return await outcomes


async def test_what_is_queued_together_is_one_transaction(store: Store) -> None:
    writes = (store.write(lambda tx: tx.get_transaction()) for _ in range(100))
    (transaction,) = set(await in_one_batch(store, *writes))
    assert not isinstance(transaction, BaseException)


async def test_a_failing_unit_neither_loses_nor_blocks_the_others(store: Store) -> None:
    await add_session(store)

    def broken(tx: Connection) -> None:
        sessions.touch(tx, "s1", NOW)
        tx.execute(text("UPDATE sessions SET message = 'spoilt'"))
        raise ValueError("a defect")

    def violating(tx: Connection) -> None:
        tx.execute(text("UPDATE sessions SET message = 'spoilt'"))
        tx.execute(text("INSERT INTO sessions (id, create_us, update_us, message) VALUES ('s1', 0, 0, '')"))

    _, defect, _, violation, unknown, _ = await in_one_batch(
        store,
        add_session(store, "sessions/before"),
        store.write(broken),
        add_session(store, "sessions/between"),
        store.write(violating),
        store.write(lambda tx: sessions.touch(tx, "unknown", NOW)),
        add_session(store, "sessions/after"),
    )
    assert isinstance(defect, ValueError)
    assert isinstance(violation, IntegrityError)
    assert isinstance(unknown, NotFound)
    stored, _ = await store.read(lambda tx: sessions.page(tx, "local", 10, ""))
    assert {session.name for session in stored} == {
        "sessions/s1",
        "sessions/before",
        "sessions/between",
        "sessions/after",
    }
    assert all(session.metadata.customer == "Acme" for session in stored)


async def test_a_lost_fence_undoes_its_own_unit_alone(store: Store) -> None:
    await add_session(store)
    fence = await add_run(store, run())
    event = agent_event("qma", AgentStatus.STATE_RUNNING)

    def stale(tx: Connection) -> None:
        sessions.update(tx, sessions.get(tx, "s1"), NOW)
        tx.execute(text("UPDATE sessions SET message = '{}'"))
        runs.record(tx, "s1", "r1", fence + 1, [event])

    lost, recorded = await in_one_batch(
        store,
        store.write(stale),
        store.write(lambda tx: runs.record(tx, "s1", "r1", fence, [event])),
    )
    assert isinstance(lost, FenceLost)
    assert not isinstance(recorded, BaseException)
    assert [found.sequence for found in recorded] == [1]
    assert (await store.read(lambda tx: sessions.get(tx, "s1"))).metadata.customer == "Acme"


async def test_many_writers_at_once_lose_nothing_and_number_without_gaps(store: Store) -> None:
    for number in range(WRITERS):
        await add_session(store, f"sessions/s{number}")
        await add_run(store, run(session=f"s{number}"))

    async def writer(number: int) -> list[int]:
        numbers = []
        for _ in range(UNITS_EACH):
            events = [agent_event("qma", AgentStatus.STATE_RUNNING)]
            recorded = await store.write(partial(record, f"s{number}", events))
            numbers += [found.sequence for found in recorded]
        return numbers

    numbered = await asyncio.gather(*map(writer, range(WRITERS)))
    assert numbered == [list(range(1, UNITS_EACH + 1))] * WRITERS
    count = await store.read(lambda tx: tx.scalar(text("SELECT count(*) FROM events")))
    assert count == WRITERS * UNITS_EACH


async def test_writers_of_one_run_get_numbers_without_gaps(store: Store) -> None:
    await add_session(store)
    await add_run(store, run())

    async def writer(_: int) -> list[int]:
        events = [agent_event("qma", AgentStatus.STATE_RUNNING), agent_event("pma", AgentStatus.STATE_RUNNING)]
        return [found.sequence for found in await store.write(lambda tx: runs.record(tx, "s1", "r1", 1, events))]

    numbered = await asyncio.gather(*map(writer, range(WRITERS)))
    assert sorted(number for pair in numbered for number in pair) == list(range(1, 2 * WRITERS + 1))
    assert all(second == first + 1 for first, second in numbered)


async def test_a_cancelled_caller_does_not_break_the_batch(store: Store) -> None:
    held, go = await held_writer(store)
    cancelled = asyncio.create_task(add_session(store, "sessions/cancelled"))
    kept = asyncio.create_task(add_session(store, "sessions/kept"))
    await asyncio.sleep(0)
    cancelled.cancel()
    go.set()
    await held
    await kept
    with pytest.raises(asyncio.CancelledError):
        await cancelled
    assert (await store.read(lambda tx: sessions.get(tx, "cancelled"))).name == "sessions/cancelled"


async def test_a_read_sees_every_write_that_was_acknowledged(store: Store) -> None:
    for number in range(50):
        await add_session(store, f"sessions/s{number}")
        stored, _ = await store.read(lambda tx: sessions.page(tx, "local", 100, ""))
        assert f"sessions/s{number}" in {session.name for session in stored}


async def test_closing_stores_what_is_queued(url: str) -> None:
    store = await Store.open(url)
    held, go = await held_writer(store)
    queued = [asyncio.create_task(add_session(store, f"sessions/s{number}")) for number in range(10)]
    await asyncio.sleep(0)
    go.set()
    await store.close()
    await asyncio.gather(held, *queued)
    again = await Store.open(url)
    stored, _ = await again.read(lambda tx: sessions.page(tx, "local", 20, ""))
    await again.close()
    assert len(stored) == 10
