"""Rows that are put wait for each other: whoever reads them sees them, and what is undone takes its own along."""

from __future__ import annotations

import pytest
from sqlalchemy import Connection, text
from sqlalchemy.exc import IntegrityError

from buildplan.v1.agent_pb2 import AgentStatus
from services.coordinator.store import Store, events, runs
from tests.integration.store.examples import add_run, add_session, agent_event, run
from tests.integration.store.test_group_commit import in_one_batch

RUNNING, COMPLETE = AgentStatus.STATE_RUNNING, AgentStatus.STATE_COMPLETE


@pytest.fixture
async def fence(store: Store) -> int:
    await add_session(store)
    return await add_run(store, run())


async def test_what_waits_is_seen_in_its_transaction(store: Store, fence: int) -> None:
    def work(tx: Connection) -> tuple[int, int, AgentStatus.State.ValueType]:
        runs.record(tx, "s1", "r1", fence, [agent_event("qma", RUNNING)])
        runs.record(tx, "s1", "r1", fence, [agent_event("qma", COMPLETE)])
        prepared = len(events.after(tx, "s1", "r1", 0, 10))
        counted = tx.execute(text("SELECT count(*) FROM events")).scalar_one()
        return prepared, counted, runs.get(tx, "s1", "r1").agents[0].state

    assert await store.write(work) == (2, 2, COMPLETE)


async def test_a_row_that_is_refused_undoes_its_own_unit_alone(store: Store, fence: int) -> None:
    first = agent_event("qma", RUNNING)
    await store.write(lambda tx: runs.record(tx, "s1", "r1", fence, [first]))

    def again(tx: Connection) -> None:
        events.insert(tx, "s1", "r1", [first])

    refused, recorded = await in_one_batch(
        store,
        store.write(again),
        store.write(lambda tx: runs.record(tx, "s1", "r1", fence, [agent_event("qma", COMPLETE)])),
    )
    assert isinstance(refused, IntegrityError)
    assert not isinstance(recorded, BaseException)
    stored = await store.read(lambda tx: events.after(tx, "s1", "r1", 0, 10))
    assert [each.agent_status.state for each in stored] == [RUNNING, COMPLETE]


async def test_rows_of_a_unit_that_failed_are_not_put_by_the_next(store: Store, fence: int) -> None:
    def broken(tx: Connection) -> None:
        runs.record(tx, "s1", "r1", fence, [agent_event("qma", RUNNING)])
        raise ValueError("a defect")

    with pytest.raises(ValueError, match="a defect"):
        await store.write(broken)
    await store.write(lambda tx: runs.record(tx, "s1", "r1", fence, [agent_event("qma", COMPLETE)]))
    stored = await store.read(lambda tx: events.after(tx, "s1", "r1", 0, 10))
    assert [(each.sequence, each.agent_status.state) for each in stored] == [(1, COMPLETE)]


async def test_many_rows_take_few_statements(store: Store, fence: int) -> None:
    told: list[str] = []

    def work(tx: Connection) -> None:
        if tx.dialect.name == "sqlite":
            tx.connection.driver_connection.set_trace_callback(told.append)  # type: ignore[union-attr]
        for _ in range(100):
            runs.record(tx, "s1", "r1", fence, [agent_event("qma", RUNNING)])

    await store.write(work)
    assert len(await store.read(lambda tx: events.after(tx, "s1", "r1", 0, 200))) == 100
    if told:
        assert len([sql for sql in told if "INSERT INTO events" in sql]) == 3
        assert len([sql for sql in told if "INSERT INTO agent_runs" in sql]) == 1
