"""Statements handed to the driver itself: SQLAlchemy's own execution costs more than SQLite's."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

_READ_ONLY = "25006"


def is_read_only(error: BaseException | None) -> bool:
    """PostgreSQL takes no writes there: a failover is under way, and the primary is elsewhere or comes back."""
    return getattr(error, "sqlstate", None) == _READ_ONLY


def execute(tx: Connection, sql: str, parameters: Any = ()) -> None:
    """Carries out a statement, with its parameters as the driver takes them; raises DBAPIError."""
    _carry_out(tx, sql, parameters, rows=False)


def fetch(tx: Connection, sql: str, parameters: Any) -> list[tuple[Any, ...]]:
    """The rows that a statement gives; raises DBAPIError."""
    return _carry_out(tx, sql, parameters, rows=True)


def _carry_out(tx: Connection, sql: str, parameters: Any, *, rows: bool) -> list[tuple[Any, ...]]:
    cursor = tx.connection.cursor()
    try:
        cursor.execute(sql, parameters)
        return list(cursor.fetchall()) if rows else []
    except tx.dialect.loaded_dbapi.Error as error:
        raise _wrapped(tx, sql, error) from error
    finally:
        cursor.close()


def _wrapped(tx: Connection, sql: str, error: Exception) -> BaseException:
    """The error as SQLAlchemy tells it, without the values; a connection that is lost or read-only is given up."""
    lost = is_read_only(error) or tx.dialect.is_disconnect(error, tx.connection, None)  # type: ignore[arg-type]
    if lost:
        tx.invalidate(error)
    base = tx.dialect.loaded_dbapi.Error
    return DBAPIError.instance(
        sql, None, error, base, hide_parameters=True, connection_invalidated=lost, dialect=tx.dialect
    )
