"""Hold and witness points and the notice that they ask for."""

from __future__ import annotations

import re

from buildplan.v1.fact_pb2 import TOPIC_NOTICE_PERIOD
from buildplan.v1.plan_pb2 import HoldPoint
from services.specialist.offline.reading import Finding, Reading
from services.specialist.offline.rule import Rule

_WITNESS = re.compile(r"\bwitness|\b(?:attend|observe|access|permit|visit|be present)\b", re.IGNORECASE)
_HOLD = re.compile(
    r"\bhold[- ]?point|\|\s?hold\b|\bno\b[^.]{3,80}\bbefore\b|\bshall not (?:proceed|begin|start)", re.IGNORECASE
)
_NOTICE = re.compile(
    r"\b(?:\d{1,3}|one|two|three|four|five|ten) (?:working |business |calendar )?(?:hours?|days?"
    r"|weeks?)(?=['’]? (?:written )?(?:notice|notification|prior|before|in advance))"
    r"|(?<=notice of )\d{1,3} (?:working |business )?(?:hours?|days?|weeks?)",
    re.IGNORECASE,
)


def _fields(finding: Finding, reading: Reading) -> dict[str, object]:
    witness = _WITNESS.search(finding.text) is not None and not _HOLD.search(finding.text)
    notice = _NOTICE.search(finding.text)
    return {
        "kind": HoldPoint.KIND_WITNESS if witness else HoldPoint.KIND_HOLD,
        "notice": notice.group() if notice else _notice_of(finding, reading),
    }


def _notice_of(finding: Finding, reading: Reading) -> str:
    """The notice that a fact states in the same passage; other points keep theirs."""
    here = {citation.passage_id for citation in finding.citations}
    for fact in reading.facts(TOPIC_NOTICE_PERIOD):
        if fact.citation.passage_id in here:
            return fact.value
    return ""


HOLD_POINTS = Rule("quality_plan.hold_points", _fields)
