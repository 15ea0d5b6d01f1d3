"""Statements of the hot path: compiled once for each dialect, then handed to the driver as text.

Building and compiling a statement costs several times what SQLite needs to carry it out; a run makes some twenty.
Under load the writer waits for the interpreter's lock after each, so that rows that are put wait for each other.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, CursorResult, Dialect, Executable, Select, Table

from services.coordinator.store.driver import execute, fetch

Parameters = Mapping[str, Any]
_ROWS_AT_ONCE = 64
_WAITING = "buildplan_rows"


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
        self._reads = _tables_of(statement)
        self._compiled: dict[str, _Compiled] = {}

    def __call__(self, tx: Connection, **parameters: Any) -> CursorResult[Any]:
        """Carries the statement out and gives its rows."""
        put_waiting(tx, self._reads)
        compiled = self._for(tx.dialect)
        return tx.exec_driver_sql(compiled.sql, compiled.arranged(parameters))

    def values(self, tx: Connection, **parameters: Any) -> list[Any]:
        """Carries the statement out and gives the first column of its rows."""
        return [row[0] for row in self.tuples(tx, **parameters)]

    def tuples(self, tx: Connection, **parameters: Any) -> list[Any]:
        """Carries the statement out and gives its rows as the driver has them."""
        put_waiting(tx, self._reads)
        compiled = self._for(tx.dialect)
        return fetch(tx, compiled.sql, compiled.arranged(parameters))

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
    """Whole rows of one table, many in one statement.

    `replaced` are the columns that take the new value where there is a row with the same key; without any, such
    a row is an error.
    """

    def __init__(self, table: Table, replaced: Sequence[str] = ()) -> None:
        self.table = table.name
        self._columns = [column.name for column in table.c]
        self._key = [column.name for column in table.primary_key]
        self._replaced = replaced
        self._sql: dict[tuple[str, int], str] = {}

    def put(self, tx: Connection, rows: Iterable[Parameters]) -> None:
        """Stores the rows before the table is read in this transaction, or at its end; errors come then."""
        tx.info.setdefault(_WAITING, {}).setdefault(self, []).extend(rows)

    def write(self, tx: Connection, rows: Sequence[Parameters]) -> None:
        """Stores the rows now."""
        mark = "?" if tx.dialect.positional else "%s"
        for some in _in_powers_of_two(self._latest(rows) if self._replaced else rows):
            execute(tx, self._for(mark, len(some)), [row[name] for row in some for name in self._columns])

    def _latest(self, rows: Sequence[Parameters]) -> list[Parameters]:
        """One row for each key: PostgreSQL replaces none twice in one statement."""
        return list({tuple(row[name] for name in self._key): row for row in rows}.values())

    def _for(self, mark: str, count: int) -> str:
        sql = self._sql.get((mark, count))
        if sql is None:
            sql = self._sql.setdefault((mark, count), self._text(mark, count))
        return sql

    def _text(self, mark: str, count: int) -> str:
        row = f"({', '.join([mark] * len(self._columns))})"
        values = ", ".join([row] * count)
        sql = f"INSERT INTO {self.table} ({', '.join(self._columns)}) VALUES {values}"  # noqa: S608 - our own names
        if not self._replaced:
            return sql
        new = ", ".join(f"{name} = excluded.{name}" for name in self._replaced)
        return f"{sql} ON CONFLICT ({', '.join(self._key)}) DO UPDATE SET {new}"


def put_waiting(tx: Connection, tables: Collection[str] | None = None) -> None:
    """Stores the rows that wait, those of `tables` or all; raises DBAPIError."""
    waiting: dict[PreparedRows, list[Parameters]] = tx.info.get(_WAITING, {})
    for rows in [rows for rows in waiting if tables is None or rows.table in tables]:
        rows.write(tx, waiting.pop(rows))


def drop_waiting(tx: Connection) -> None:
    """Forgets the rows that wait: their transaction, or their part of it, was undone."""
    tx.info.pop(_WAITING, None)


def _tables_of(statement: Executable) -> frozenset[str]:
    """The names of the tables that the statement reads rows of."""
    if not isinstance(statement, Select):
        return frozenset()
    return frozenset(table.name for table in statement.get_final_froms() if isinstance(table, Table))


def _in_powers_of_two(rows: Sequence[Parameters]) -> Iterator[Sequence[Parameters]]:
    """The rows in few pieces of few sizes, so that few statements are prepared."""
    start, size = 0, _ROWS_AT_ONCE
    while start < len(rows):
        while size > len(rows) - start:
            size //= 2
        yield rows[start : start + size]
        start += size
