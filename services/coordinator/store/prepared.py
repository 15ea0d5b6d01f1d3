"""Statements of the hot path: compiled once for each dialect, then handed to the driver as text.

Building and compiling a statement costs several times what SQLite needs to carry it out; a run makes some twenty.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, CursorResult, Dialect, Executable, Table

from services.coordinator.store.driver import execute, fetch

Parameters = Mapping[str, Any]
_ROWS_AT_ONCE = 8


@dataclass(frozen=True)
class _Compiled:
    """A statement as a driver takes it; `order` is that of its parameters where they go by place, else None."""

    sql: str
    order: Sequence[str] | None
    fixed: Parameters

    def arranged(self, parameters: Parameters) -> Any:
        """The parameters as the driver takes them: in order for SQLite, by name for psycopg."""
        values = {**self.fixed, **parameters}
        return values if self.order is None else tuple(map(values.__getitem__, self.order))


class Prepared:
    """A statement whose open parameters are `bindparam`s of numbers, texts and bytes."""

    def __init__(self, statement: Executable) -> None:
        self._statement = statement
        self._compiled: dict[str, _Compiled] = {}

    def __call__(self, tx: Connection, **parameters: Any) -> CursorResult[Any]:
        """Carries the statement out and gives its rows."""
        compiled = self._for(tx.dialect)
        return tx.exec_driver_sql(compiled.sql, compiled.arranged(parameters))

    def values(self, tx: Connection, **parameters: Any) -> list[Any]:
        """Carries the statement out and gives the first column of its rows."""
        compiled = self._for(tx.dialect)
        return [row[0] for row in fetch(tx, compiled.sql, compiled.arranged(parameters))]

    def run(self, tx: Connection, **parameters: Any) -> None:
        """Carries the statement out, without a look at what it gives back."""
        compiled = self._for(tx.dialect)
        execute(tx, compiled.sql, compiled.arranged(parameters))

    def _for(self, dialect: Dialect) -> _Compiled:
        compiled = self._compiled.get(dialect.name)
        if compiled is None:
            made = self._statement.compile(dialect=dialect)  # type: ignore[attr-defined]
            compiled = self._compiled.setdefault(dialect.name, _Compiled(made.string, made.positiontup, made.params))
        return compiled


class PreparedRows:
    """Whole rows of one table, several in one statement.

    `replaced` are the columns that take the new value where there is a row with the same key; without any, such
    a row is an error.
    """

    def __init__(self, table: Table, replaced: Sequence[str] = ()) -> None:
        self._table = table.name
        self._columns = [column.name for column in table.c]
        self._key = [column.name for column in table.primary_key]
        self._replaced = replaced
        self._sql: dict[tuple[str, int], str] = {}

    def put(self, tx: Connection, rows: Sequence[Parameters]) -> None:
        """Stores the rows; without effect when there are none."""
        mark = "?" if tx.dialect.positional else "%s"
        for start in range(0, len(rows), _ROWS_AT_ONCE):
            some = rows[start : start + _ROWS_AT_ONCE]
            execute(tx, self._for(mark, len(some)), [row[name] for row in some for name in self._columns])

    def _for(self, mark: str, count: int) -> str:
        sql = self._sql.get((mark, count))
        if sql is None:
            sql = self._sql.setdefault((mark, count), self._text(mark, count))
        return sql

    def _text(self, mark: str, count: int) -> str:
        row = f"({', '.join([mark] * len(self._columns))})"
        values = ", ".join([row] * count)
        sql = f"INSERT INTO {self._table} ({', '.join(self._columns)}) VALUES {values}"  # noqa: S608 - our own names
        if not self._replaced:
            return sql
        new = ", ".join(f"{name} = excluded.{name}" for name in self._replaced)
        return f"{sql} ON CONFLICT ({', '.join(self._key)}) DO UPDATE SET {new}"
