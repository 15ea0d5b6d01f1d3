"""Milestones: the date of the line from the facts, its name from the fact's subject or the words around."""

from __future__ import annotations

import re
from datetime import date

from buildplan.v1.fact_pb2 import Fact
from services.specialist.offline.cues.schedule import DATE
from services.specialist.offline.reading import Finding, Reading
from services.specialist.offline.rule import Rule
from services.specialist.offline.tables import cells

_SHORT_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_DATE = re.compile(DATE, re.IGNORECASE)
_BLANK = re.compile(r"_{2,}")
_WRITTEN = re.compile(
    r"\b(?P<day>\d{1,2})(?:st|nd|rd|th)?\.? (?P<month>[A-Za-z]{3,9})\.?,? (?P<year>\d{4})\b"
    r"|\b(?P<month_2>[A-Za-z]{3,9})\.? (?P<day_2>\d{1,2})(?:st|nd|rd|th)?,? (?P<year_2>\d{4})\b"
    r"|\b(?P<year_3>\d{4})-(?P<month_3>\d{2})-(?P<day_3>\d{2})\b"
)
_MONTHS = {name: number for number, name in enumerate(_SHORT_MONTHS, start=1)}
_EDGE = " :,;.-–|"
_LONGEST_NAME = 60


def _fields(finding: Finding, reading: Reading) -> dict[str, object]:
    if _BLANK.search(finding.text) and not _DATE.search(finding.text):
        return {"name": _BLANK.split(finding.text)[0].rpartition(";")[2].strip(_EDGE), "due": ""}
    due = _due(finding, reading)
    return {"name": _event(finding, reading, due) or _name(finding), "due": due}


def _due(finding: Finding, reading: Reading) -> str:
    """The date of the line as ISO 8601: the fact's where there is one, else as written; empty when unreadable."""
    here = {citation.passage_id for citation in finding.citations}
    for fact in reading.due_dates():
        if fact.citation.passage_id in here and _inside(fact, finding):
            return fact.value
    match = _WRITTEN.search(finding.text)
    return _iso(match) if match else ""


def _inside(fact: Fact, finding: Finding) -> bool:
    return fact.citation.quote in finding.text or finding.text in fact.citation.quote


def _iso(match: re.Match[str]) -> str:
    year = match["year"] or match["year_2"] or match["year_3"]
    month = match["month"] or match["month_2"] or match["month_3"]
    number = int(month) if month.isdigit() else _MONTHS.get(month[:3].lower(), 0)
    try:
        return date(int(year), number, int(match["day"] or match["day_2"] or match["day_3"])).isoformat()
    except ValueError:
        return ""


def _event(finding: Finding, reading: Reading, due: str) -> str:
    """The subject of a fact of this date that the line names, so that the same event has one name."""
    text = finding.text.casefold()
    here = {citation.passage_id for citation in finding.citations}
    for fact in reading.due_dates():
        named = fact.subject and (fact.subject.casefold() in text or fact.citation.passage_id in here)
        if fact.value == due and named:
            return fact.subject
    return ""


def _name(finding: Finding) -> str:
    if " | " in finding.text:
        wordy = [cell for cell in cells(finding.text) if re.search(r"[A-Za-z]{3}", cell) and not _DATE.search(cell)]
        return wordy[0] if wordy else ""
    words = _DATE.split(finding.text)[0].strip(_EDGE)
    clause = words.rpartition(";")[2].strip(_EDGE)
    return next((name for name in (words, clause) if 0 < len(name) <= _LONGEST_NAME), finding.heading)


MILESTONES = Rule("release_plan.milestones", _fields)
