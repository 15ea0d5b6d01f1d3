"""Risks that the papers name; a lesson learned often brings its own mitigation."""

from __future__ import annotations

import re

from services.specialist.offline.reading import Finding, Reading
from services.specialist.offline.rule import Rule

_ROLES = (
    ("purchasing", re.compile(r"\b(?:certificate|supplier|lead time|order|material|plate)\b", re.IGNORECASE)),
    ("engineering", re.compile(r"\b(?:weld|distort|pull|drill|machin|fixture|design)\w*", re.IGNORECASE)),
    ("quality", re.compile(r"\b(?:inspect|calibrat|cmm|test|rust)\w*", re.IGNORECASE)),
)


def _fields(finding: Finding, reading: Reading) -> dict[str, object]:
    owner = next((role for role, pattern in _ROLES if pattern.search(finding.text)), "scheduling")
    here = {citation.passage_id for citation in finding.citations}
    remedies = [
        other.text
        for other in reading.findings
        if other is not finding and here & {citation.passage_id for citation in other.citations}
    ]
    return {"owner": owner, "mitigation": remedies[0] if remedies else "Watch it at the weekly review."}


RISKS = Rule("release_plan.risks", _fields)
