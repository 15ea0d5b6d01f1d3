"""Milestones: the date of the line from the facts, its name from the fact's subject or the words around."""

from __future__ import annotations

import re

from buildplan.v1.fact_pb2 import TOPIC_DUE_DATE, Fact
from services.specialist.offline.cues.schedule import DATE
from services.specialist.offline.reading import Finding, Reading
from services.specialist.offline.rule import Rule
from services.specialist.offline.tables import cells

_DATE = re.compile(DATE, re.IGNORECASE)
_BLANK = re.compile(r"_{2,}")
_ISO = re.compile(r"\b(\d{4}-\d{2}-\d{2})\b")
_EDGE = " :,;.-–|"


def _fields(finding: Finding, reading: Reading) -> dict[str, object]:
    if _BLANK.search(finding.text) and not _DATE.search(finding.text):
        return {"name": _BLANK.split(finding.text)[0].rpartition(";")[2].strip(_EDGE), "due": ""}
    fact = _fact_of(finding, reading)
    if fact:
        return {"name": fact.subject or _name(finding), "due": fact.value}
    iso = _ISO.search(finding.text)
    return {"name": _name(finding), "due": iso.group(1) if iso else ""}


def _fact_of(finding: Finding, reading: Reading) -> Fact | None:
    here = {citation.passage_id for citation in finding.citations}
    for fact in reading.facts(TOPIC_DUE_DATE):
        if fact.citation.passage_id in here:
            return fact
    return None


def _name(finding: Finding) -> str:
    if " | " in finding.text:
        wordy = [cell for cell in cells(finding.text) if re.search(r"[A-Za-z]{3}", cell) and not _DATE.search(cell)]
        return wordy[0] if wordy else ""
    words = _DATE.split(finding.text)[0].strip(_EDGE)
    return words if len(words) <= 60 else finding.heading


MILESTONES = Rule("release_plan.milestones", _fields)
