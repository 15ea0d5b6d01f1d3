"""What the engine made of a context pack: its findings, each line once."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta

from buildplan.v1.context_pb2 import ContextPack
from buildplan.v1.document_pb2 import Document
from buildplan.v1.fact_pb2 import TOPIC_DUE_DATE, Fact, Topic
from buildplan.v1.statement_pb2 import Citation, Statement

_HISTORY_DAYS = 366
FAR_AHEAD = timedelta(days=3653)
"""No goods are ordered for a date further ahead: it was read, or written, wrongly."""


@dataclass
class Finding:
    """A line and the section that it belongs to.

    `citations` grow while other papers are found to say the same. `columns` are the names of the columns that the
    cells of a table's row stand in, where the table has them.
    """

    target: str
    text: str
    confidence: float
    document: Document
    heading: str
    citations: list[Citation] = field(default_factory=list)
    columns: tuple[str, ...] = ()

    def statement(self) -> Statement:
        """The line as a stated statement."""
        return Statement(
            text=self.text, basis=Statement.BASIS_STATED, citations=self.citations, confidence=self.confidence
        )


@dataclass(frozen=True)
class Reading:
    """A context pack with the findings of all sections, own and foreign; a specialist writes its own only."""

    context: ContextPack
    findings: tuple[Finding, ...] = ()

    def of(self, *targets: str) -> list[Finding]:
        """Findings of the named sections, in reading order."""
        return [finding for finding in self.findings if finding.target in targets]

    def due_dates(self) -> list[Fact]:
        """Due dates that stand; those over a year before the day of the plan are history, those far ahead no dates."""
        facts = self.facts(TOPIC_DUE_DATE)
        if not self.context.as_of:
            return facts
        as_of = date.fromisoformat(self.context.as_of)
        oldest = (as_of - timedelta(days=_HISTORY_DAYS)).isoformat()
        latest = (as_of + FAR_AHEAD).isoformat()
        return [fact for fact in facts if not fact.value or oldest <= fact.value <= latest]

    def facts(self, topic: Topic.ValueType) -> list[Fact]:
        """Facts of a topic that stand: those that lost a conflict are left out."""
        lost = losing_ids(self.context)
        return [fact for fact in self.context.facts if fact.topic == topic and fact.id not in lost]


def losing_facts(context: ContextPack) -> Iterable[Fact]:
    """Facts that lost a decided conflict; those of a tie stand."""
    for conflict in context.conflicts:
        if not conflict.winning_value:
            continue
        for side in conflict.sides:
            if side.fact.value != conflict.winning_value:
                yield side.fact
                yield from side.also


def losing_ids(context: ContextPack) -> frozenset[str]:
    """Ids of the facts that lost."""
    return frozenset(fact.id for fact in losing_facts(context))


def inferred(text: str, citations: Iterable[Citation], confidence: float = 0.7) -> Statement:
    """A conclusion, with what it rests on."""
    return Statement(text=text, basis=Statement.BASIS_INFERRED, citations=list(citations), confidence=confidence)
