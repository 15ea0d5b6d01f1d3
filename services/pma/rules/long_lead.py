"""Items with a lead time: which item, how many calendar days, and what limits the risk."""

from __future__ import annotations

import re

from buildplan.v1.fact_pb2 import TOPIC_LEAD_TIME, Fact
from services.specialist.offline.reading import Finding, Reading
from services.specialist.offline.rule import Rule

LONG_LEAD_DAYS = 56
_DURATION = re.compile(r"\b(\d{1,3})(?:\s?(?:-|–|to)\s?(\d{1,3}))?[ -](day|week|month)s?\b", re.IGNORECASE)
_DAYS = {"day": 1, "week": 7, "month": 30}
_ITEM = re.compile(r"\A(.{3,80}?)\s*(?::|,| is quoted| has a| lead[- ]time|\bquoted\b)", re.IGNORECASE)


def _fields(finding: Finding, reading: Reading) -> dict[str, object]:
    fact = _fact_of(finding, reading)
    days = round(fact.number) if fact else stated_days(finding.text)
    item = fact.subject if fact and fact.subject else _item(finding.text)
    return {"item": item, "lead_time_days": days, "mitigation": mitigation(item, days, reading)}


def stated_days(text: str) -> int:
    """Calendar days of the longest duration in the text; 0 when there is none."""
    spans = [int(upper or lower) * _DAYS[unit.lower()] for lower, upper, unit in _DURATION.findall(text)]
    return max(spans, default=0)


def mitigation(item: str, days: int, reading: Reading) -> str:
    """What limits the risk: a known alternate first, else an early order."""
    words = set(re.findall(r"[a-z0-9-]{4,}", item.lower()))
    for alternate in reading.of("purchasing.alternates"):
        if (
            words & set(re.findall(r"[a-z0-9-]{4,}", alternate.text.lower()))
            and "not substitute" not in alternate.text.lower()
        ):
            return f"Ask for approval of the alternate: {alternate.text}"
    if days >= LONG_LEAD_DAYS:
        return (
            "Order at contract award, before the design of other parts is closed; ask the maker for split or "
            "expedited delivery."
        )
    return "Order with the first release and confirm the delivery date in writing."


def _fact_of(finding: Finding, reading: Reading) -> Fact | None:
    here = {citation.passage_id for citation in finding.citations}
    for fact in reading.facts(TOPIC_LEAD_TIME):
        if fact.citation.passage_id in here:
            return fact
    return None


def _item(text: str) -> str:
    match = _ITEM.match(text)
    return match.group(1).strip() if match else ""


LONG_LEAD = Rule("purchasing.long_lead_items", _fields)
