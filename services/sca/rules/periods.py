"""Time boxes: a period's length in working days."""

from __future__ import annotations

import re

from services.specialist.offline.reading import Finding, Reading
from services.specialist.offline.rule import Rule

_WORDS = {
    word: number
    for number, word in enumerate(
        ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", ("ten")], start=1
    )
}
_PERIOD = re.compile(
    r"\b(?P<n>\d{1,3}|"
    + "|".join(_WORDS)
    + r")(?: ?\(\d{1,3}\))?[ -](?P<kind>working |business |calendar )?(?P<unit>day|week|month|hour|year)s?\b",
    re.IGNORECASE,
)
_WORKING_DAYS = {"week": 5.0, "month": 21.0, "year": 250.0, "hour": 1 / 24}


def working_days(text: str) -> int:
    """Length of the first period in the text, rounded up; 0 when it gives none. Calendar days count five of seven."""
    match = _PERIOD.search(text)
    if not match:
        return 0
    written = match["n"].lower()
    number = _WORDS[written] if written in _WORDS else int(written)
    unit, kind = match["unit"].lower(), (match["kind"] or "").strip().lower()
    per_day = 1.0 if kind in ("working", "business") else 5 / 7
    factor = per_day if unit == "day" else _WORKING_DAYS[unit]
    return max(1, round(number * factor))


def _fields(finding: Finding, reading: Reading) -> dict[str, object]:  # noqa: ARG001 - the interface of Rule.fields
    return {"working_days": working_days(finding.text)}


TIME_BOXES = Rule("execution_strategy.time_boxes", _fields)
