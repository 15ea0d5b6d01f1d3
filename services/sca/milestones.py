"""Milestones that the papers state: each date once, blanks included."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date

from buildplan.v1.fact_pb2 import Fact
from buildplan.v1.plan_pb2 import Milestone
from buildplan.v1.statement_pb2 import Statement
from services.sca.calendar import Calendar
from services.specialist.offline.reading import Reading

_MEETING = re.compile(r"\b(?:meeting|kick-?off|call|conference)\b", re.IGNORECASE)


def stated(reading: Reading, milestones: list[Milestone]) -> list[Milestone]:
    """`milestones` with those due dates among the facts that no line gives yet, the same event and date once."""
    seen = {
        (citation.passage_id, milestone.due) for milestone in milestones for citation in milestone.statement.citations
    }
    for fact in reading.due_dates():
        if (fact.citation.passage_id, fact.value) not in seen:
            milestones.append(_of_fact(fact))
            seen.add((fact.citation.passage_id, fact.value))
    merged: dict[tuple[str, str], Milestone] = {}
    for milestone in milestones:
        key = (milestone.name.casefold(), milestone.due)
        if milestone.name and milestone.due and key in merged:
            merged[key].statement.citations.extend(milestone.statement.citations)
        else:
            merged[key if milestone.name and milestone.due else (milestone.statement.text, "")] = milestone
    return list(merged.values())


def without_repeats(milestones: Iterable[Milestone], computed: Iterable[Milestone]) -> list[Milestone]:
    """`milestones` without those that were computed from nothing but what `computed` rests on."""
    support = frozenset[str]().union(*map(_passages, computed))
    return [line for line in milestones if not (line.computed and _passages(line) and _passages(line) <= support)]


def judge(milestone: Milestone, calendar: Calendar, as_of: date) -> None:
    """Sets the slack of a milestone and whether its date has passed; a due that is no date stays as it is.

    A meeting whose day is over took place: nothing is late for that.
    """
    due = date_of(milestone.due)
    if due is not None:
        milestone.slack_days = calendar.between(as_of, due)
        milestone.impossible = due < as_of and not _MEETING.search(milestone.name or milestone.statement.text)


def in_order(milestones: list[Milestone]) -> list[Milestone]:
    """By date; blank dates last."""
    return sorted(milestones, key=lambda milestone: (not milestone.due, milestone.due, milestone.statement.text))


def _passages(milestone: Milestone) -> frozenset[str]:
    return frozenset(citation.passage_id for citation in milestone.statement.citations if citation.passage_id)


def date_of(due: str) -> date | None:
    """The date that `due` is; None for anything else."""
    try:
        return date.fromisoformat(due)
    except ValueError:
        return None


def _of_fact(fact: Fact) -> Milestone:
    return Milestone(
        statement=Statement(
            text=fact.citation.quote, basis=Statement.BASIS_STATED, citations=[fact.citation], confidence=0.85
        ),
        name=fact.subject,
        due=fact.value,
    )
