"""The same requirement from the same sentence is listed once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from google.protobuf.message import Message

from buildplan.v1.plan_pb2 import Milestone, ReferencedStandard, Risk, RoutingStep, TimeBox
from buildplan.v1.statement_pb2 import Statement
from services.contract.citations import normalise
from services.contract.statements import Line
from services.coordinator.plans.wording import says_the_same

_PLACED = (Milestone, ReferencedStandard, Risk, RoutingStep, TimeBox)
"""Lines that place a requirement in the calendar, the routing or an index; they do not repeat it."""
_REQUIREMENTS_PER_SENTENCE = 20
Sentence = tuple[str, int, str]


@dataclass(frozen=True)
class _Ranked:
    line: Line
    order: int

    @property
    def rank(self) -> tuple[float, int]:
        return (-self.line.statement.confidence, self.order)

    @property
    def section(self) -> str:
        return self.line.path.partition(".")[0]


def duplicate_ids(plan_lines: Sequence[Line]) -> set[str]:
    """Identifiers of the lines to leave out: the higher confidence stays, then the order of Sections decides.

    Lines are duplicates when both are STATED, cite the same sentence first and put the same requirement, in two
    sections or word for word in one list. INFERRED lines only rest on a sentence and always stay.
    """
    return {line.statement.id for group in _by_sentence(plan_lines) for line in _repeated(group)}


def _by_sentence(plan_lines: Sequence[Line]) -> Iterator[list[_Ranked]]:
    groups: dict[Sentence, list[_Ranked]] = {}
    for order, line in enumerate(plan_lines):
        statement = line.statement
        if statement.basis == Statement.BASIS_STATED and statement.citations:
            first = statement.citations[0]
            sentence = (first.document, first.page, normalise(first.quote))
            groups.setdefault(sentence, []).append(_Ranked(line, order))
    return (group for group in groups.values() if len(group) > 1)


def _repeated(group: list[_Ranked]) -> Iterator[Line]:
    kept: list[_Ranked] = []
    listed: set[tuple[str, str]] = set()
    for entry in sorted(group, key=lambda entry: entry.rank):
        words = (entry.line.path, normalise(entry.line.statement.text))
        if words in listed or any(_same_requirement(entry, other) for other in kept[:_REQUIREMENTS_PER_SENTENCE]):
            yield entry.line
        else:
            kept.append(entry)
            listed.add(words)


def _same_requirement(one: _Ranked, other: _Ranked) -> bool:
    if one.section == other.section or _is_placed(one.line.item) or _is_placed(other.line.item):
        return False
    return says_the_same(one.line.statement.text, other.line.statement.text)


def _is_placed(item: Message) -> bool:
    return isinstance(item, _PLACED)
