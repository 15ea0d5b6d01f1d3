"""Identifiers of statements: the same line keeps its identifier from revision to revision."""

from __future__ import annotations

from collections.abc import Iterable

from buildplan.v1.statement_pb2 import Statement
from services.contract.digests import text_digest
from services.contract.statements import Line

_LENGTH = 12


def assign_ids(plan_lines: Iterable[Line], taken: set[str]) -> None:
    """Gives each line an identifier that is not in `taken`, and adds it there."""
    for line in plan_lines:
        line.statement.id = _free(_digest(line.path, line.statement), taken)
        taken.add(line.statement.id)


def _digest(path: str, statement: Statement) -> str:
    parts = [path, statement.text]
    if statement.citations:
        first = statement.citations[0]
        parts += [first.document, str(first.page), first.quote]
    return text_digest(parts)[:_LENGTH]


def _free(wanted: str, taken: set[str]) -> str:
    """`wanted`, or with the lowest number behind it that is free."""
    identifier, number = wanted, 2
    while identifier in taken:
        identifier, number = f"{wanted}-{number}", number + 1
    return identifier
