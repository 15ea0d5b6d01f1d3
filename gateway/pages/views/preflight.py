"""What preflight found, in the order in which a planner needs it."""

from __future__ import annotations

from buildplan.v1.session_pb2 import Finding, ScorePart, ValidationResult
from gateway.pages.views.wording import words


def by_severity(result: ValidationResult) -> dict[str, list[Finding]]:
    """The findings as "error", "warning" and "info"."""
    found: dict[str, list[Finding]] = {"error": [], "warning": [], "info": []}
    for finding in result.findings:
        found[words(finding, "severity").removeprefix("severity ")].append(finding)
    return found


def dearest_first(result: ValidationResult) -> list[ScorePart]:
    """The parts of the score: where most points are missing comes first, what is whole comes last."""
    return sorted(result.parts, key=lambda part: part.points - part.maximum)
