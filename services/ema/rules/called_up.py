"""Standards that a sentence calls up and asks nothing else of."""

from __future__ import annotations

import re

from services.specialist.offline.reading import Finding, Reading
from services.specialist.offline.rule import Rule
from services.specialist.offline.standards import designations

_HOUSE = re.compile(r"\b[A-Z]{2,6}-[A-Z0-9-]{2,14}\b")


def _fields(finding: Finding, reading: Reading) -> dict[str, object]:  # noqa: ARG001 - the interface of Rule.fields
    found = [spelling for spelling, _ in designations(finding.text)]
    house = _HOUSE.search(finding.text)
    return {"designation": found[0] if found else house.group() if house else ""}


REFERENCED_STANDARDS = Rule("engineering_instructions.referenced_standards", _fields)
