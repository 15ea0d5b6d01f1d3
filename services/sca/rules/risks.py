"""Risks that the papers name; a lesson learned often brings its own mitigation."""

from __future__ import annotations

import itertools
import re

from services.specialist.offline.reading import Finding, Reading
from services.specialist.offline.rule import Rule

_ROLES = (
    ("engineering", re.compile(r"\b(?:weld|distort|pull|drill|machin|fixture|design)\w*", re.IGNORECASE)),
    ("quality", re.compile(r"\b(?:inspect|calibrat|cmm|test|rust)\w*", re.IGNORECASE)),
    ("purchasing", re.compile(r"\b(?:certificate|supplier|lead time|order|material|plate)s?\b", re.IGNORECASE)),
)


def _fields(finding: Finding, reading: Reading) -> dict[str, object]:
    owner = next((role for role, pattern in _ROLES if pattern.search(finding.text)), "scheduling")
    return {"owner": owner, "mitigation": _remedy(finding, reading) or "Watch it at the weekly review."}


def _remedy(finding: Finding, reading: Reading) -> str:
    """The next finding of the same passage: papers tell the trouble first and then what to do."""
    following = itertools.islice(itertools.dropwhile(lambda other: other is not finding, reading.findings), 1, 4)
    here = {citation.passage_id for citation in finding.citations}
    return next((other.text for other in following if other.citations[0].passage_id in here), "")


RISKS = Rule("release_plan.risks", _fields)
