"""Statements of the hot path: compiled once for each dialect, then handed to the driver as text.

Building and compiling a statement costs several times what SQLite needs to carry it out; a run makes some thirty.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, CursorResult, Dialect, Executable
from sqlalchemy.sql.compiler import SQLCompiler

from services.coordinator.store.driver import execute_many, fetch

Parameters = Mapping[str, Any]


class Prepared:
    """A statement whose open parameters are `bindparam`s of numbers, texts and bytes."""

    def __init__(self, statement: Executable) -> None:
        self._statement = statement
        self._compiled: dict[str, SQLCompiler] = {}

    def __call__(self, tx: Connection, **parameters: Any) -> CursorResult[Any]:
        """Carries the statement out once and gives its rows."""
        compiled = self._for(tx.dialect)
        return tx.exec_driver_sql(compiled.string, _arranged(compiled, parameters))

    def values(self, tx: Connection, **parameters: Any) -> list[Any]:
        """Carries the statement out once and gives the first column of its rows."""
        compiled = self._for(tx.dialect)
        return [row[0] for row in fetch(tx, compiled.string, _arranged(compiled, parameters))]

    def run(self, tx: Connection, **parameters: Any) -> None:
        """Carries the statement out once, without a look at what it gives back."""
        self.many(tx, [parameters])

    def many(self, tx: Connection, parameters: Sequence[Parameters]) -> None:
        """Carries it out once for each set of parameters; without effect when there are none."""
        if parameters:
            compiled = self._for(tx.dialect)
            execute_many(tx, compiled.string, [_arranged(compiled, each) for each in parameters])

    def _for(self, dialect: Dialect) -> SQLCompiler:
        compiled = self._compiled.get(dialect.name)
        if compiled is None:
            made = self._statement.compile(dialect=dialect)  # type: ignore[attr-defined]
            compiled = self._compiled.setdefault(dialect.name, made)
        return compiled


def _arranged(compiled: SQLCompiler, parameters: Parameters) -> Any:
    """The parameters as the driver takes them: in order for SQLite, by name for psycopg."""
    if compiled.positiontup is None:
        return {**compiled.params, **parameters}
    return tuple(parameters[name] if name in parameters else compiled.params[name] for name in compiled.positiontup)
