"""Statements handed to the driver itself: SQLAlchemy's own execution costs more than SQLite's."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError


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
    """The error as SQLAlchemy tells it, without the values; a connection that is lost is given up."""
    lost = tx.dialect.is_disconnect(error, tx.connection, None)  # type: ignore[arg-type]
    if lost:
        tx.invalidate(error)
    base = tx.dialect.loaded_dbapi.Error
    return DBAPIError.instance(
        sql, None, error, base, hide_parameters=True, connection_invalidated=lost, dialect=tx.dialect
    )
