"""What a category of the quality gate is made of."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from buildplan.v1.plan_pb2 import Plan
from buildplan.v1.statement_pb2 import Statement


@dataclass(frozen=True)
class Criterion:
    """One point of a category: `holds` decides; `met` or `missing` is the reason, `fix` what would earn the point."""

    holds: Callable[[Plan], bool]
    met: str
    missing: str
    fix: str


@dataclass(frozen=True)
class Category:
    """A category of DESIGN's table: its four criteria give the score of 0 to 4."""

    title: str
    weight: int
    owner: str
    section: str
    criteria: tuple[Criterion, Criterion, Criterion, Criterion]


def proven(statements: Iterable[Statement]) -> bool:
    """True when there is a line, and every line that cites is verified and at least one cites."""
    cited = [statement for statement in statements if statement.citations]
    return bool(cited) and all(statement.verified for statement in cited)
