"""Statements handed to the driver itself: SQLAlchemy's own execution costs more than SQLite's."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError


def execute(tx: Connection, sql: str) -> None:
    """Carries out a statement without parameters; raises DBAPIError."""
    _carry_out(tx, sql, "execute")


def execute_many(tx: Connection, sql: str, parameters: list[Any]) -> None:
    """Once for each set of parameters, as the driver takes them; raises DBAPIError."""
    if len(parameters) == 1:
        _carry_out(tx, sql, "execute", parameters[0])
    else:
        _carry_out(tx, sql, "executemany", parameters)


def fetch(tx: Connection, sql: str, parameters: Any) -> list[tuple[Any, ...]]:
    """The rows that a statement gives; raises DBAPIError."""
    return _carry_out(tx, sql, "execute", parameters, rows=True)


def _carry_out(tx: Connection, sql: str, method: str, *parameters: Any, rows: bool = False) -> list[tuple[Any, ...]]:
    cursor = tx.connection.cursor()
    try:
        getattr(cursor, method)(sql, *parameters)
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
