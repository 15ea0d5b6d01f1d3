"""A session that is deleted leaves nothing in any table, those that a later migration adds among them."""

from __future__ import annotations

from functools import partial

import pytest
from sqlalchemy import Column, Connection, Table, func, insert, select

from services.coordinator.store import Store, sessions
from services.coordinator.store.tables import AUDIT, METADATA, SESSIONS
from services.runtime.errors import NotFound

HELD = [table for table in METADATA.sorted_tables if table not in (SESSIONS, AUDIT)]


def filled(column: Column[object], session: str) -> object:
    """Something of the column's type; the session's own id wherever one is meant."""
    if column.name == "session_id" or (column.table is SESSIONS and column.primary_key) or column.unique:
        return session
    return {int: 1, float: 1.0, bool: True, bytes: b"x", str: "x"}[column.type.python_type]


def fill(tx: Connection, session: str) -> None:
    for table in METADATA.sorted_tables:
        tx.execute(insert(table).values({c.name: filled(c, session) for c in table.columns if not generated(c)}))


def generated(column: Column[object]) -> bool:
    return column.table is AUDIT and column.primary_key


def rows(tx: Connection, table: Table, session: str) -> int:
    return tx.execute(select(func.count()).select_from(table).where(table.c.session_id == session)).scalar_one()


def test_every_table_belongs_to_sessions_or_is_known_to_outlive_them() -> None:
    """Fails for a new table without a session: say here why it may keep what it holds."""
    assert [table.name for table in HELD if "session_id" not in table.columns] == []


async def test_deleting_a_session_deletes_all_that_it_holds_and_nothing_else(store: Store) -> None:
    for session in ("s1", "s2"):
        await store.write(partial(fill, session=session))
    for table in HELD:
        assert await store.read(partial(rows, table=table, session="s1")) == 1, table.name

    await store.write(lambda tx: sessions.delete(tx, "s1"))

    for table in HELD:
        left = [await store.read(partial(rows, table=table, session=session)) for session in ("s1", "s2")]
        assert left == [0, 1], table.name
    with pytest.raises(NotFound):
        await store.write(lambda tx: sessions.delete(tx, "s1"))
    assert await store.read(lambda tx: sessions.tenant(tx, "s2")) == "x"
