"""SQLAlchemy engines for the two databases, with the settings that were measured (docs/decisions/0002-store.md)."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

from sqlalchemy import URL, Connection, Engine, ExceptionContext, create_engine, event, make_url
from sqlalchemy.pool import QueuePool

from services.coordinator.store.driver import is_read_only
from services.coordinator.store.prepared import put_waiting

BUSY_SECONDS = 30
READERS = 4
POSTGRES_ARGUMENTS: dict[str, Any] = {
    "connect_timeout": 5,
    "keepalives_idle": 5,
    "keepalives_interval": 2,
    "keepalives_count": 3,
    "tcp_user_timeout": 10_000,
    "options": "-c idle_in_transaction_session_timeout=3000",
}
"""A server that vanished is noticed, and a coordinator that stopped in a transaction keeps no row from the others."""
_WRITABLE = {"target_session_attrs": "read-write"}
"""For libpq: a server that is read-only counts as one that is away."""


def parse_url(url: str) -> URL:
    """The URL with the synchronous driver that is used: sqlite3, or psycopg 3."""
    parsed = make_url(url)
    return parsed.set(drivername="postgresql+psycopg") if parsed.drivername == "postgresql" else parsed


def sqlite_path(url: URL) -> Path | None:
    """The database file, or None where it is not SQLite."""
    return Path(str(url.database)) if url.get_backend_name() == "sqlite" else None


def open_writer(url: URL) -> Engine:
    """An engine of one connection whose transactions begin with the right to write."""
    engine = _open(url, size=1, begin="BEGIN IMMEDIATE", arguments=_WRITABLE)

    def see_all(connection: Connection, *_: object) -> None:
        """What SQLAlchemy carries out sees the rows that wait; prepared statements see to it by their tables."""
        put_waiting(connection)

    event.listen(engine, "before_cursor_execute", see_all)
    event.listen(engine, "handle_error", _give_up_read_only)
    return engine


def open_readers(url: URL) -> Engine:
    """An engine whose transactions see one snapshot each."""
    return _open(url, size=READERS, begin="BEGIN", isolation="REPEATABLE READ")


def _open(
    url: URL,
    *,
    size: int,
    begin: str,
    isolation: str = "READ COMMITTED",
    arguments: Mapping[str, str] = MappingProxyType({}),
) -> Engine:
    """`arguments` are PostgreSQL's, `begin` is SQLite's."""
    if url.get_backend_name() != "sqlite":
        return create_engine(
            url,
            pool_size=size,
            max_overflow=0,
            pool_pre_ping=True,
            isolation_level=isolation,
            connect_args={**POSTGRES_ARGUMENTS, **arguments},
        )
    engine = create_engine(
        url,
        poolclass=QueuePool,
        pool_size=size,
        max_overflow=0,
        connect_args={"timeout": BUSY_SECONDS, "check_same_thread": False},
    )
    event.listen(engine, "connect", _configure_sqlite)

    def begin_transaction(connection: Connection) -> None:
        connection.exec_driver_sql(begin)

    event.listen(engine, "begin", begin_transaction)
    return engine


def _give_up_read_only(context: ExceptionContext) -> None:
    if is_read_only(context.original_exception):
        context.is_disconnect = True


def _configure_sqlite(connection: sqlite3.Connection, _: Any) -> None:
    """WAL with a full sync of each commit; transactions are begun by us, not by the driver."""
    connection.isolation_level = None
    for pragma in ("journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON"):
        connection.execute(f"PRAGMA {pragma}")
