"""The quality routing: what the papers ask for, in the order of a shop, with hold points placed."""

from __future__ import annotations

import re

from buildplan.v1.plan_pb2 import RoutingStep
from services.ema.operations import OPERATIONS, Operation
from services.specialist.offline.reading import Finding, Reading, inferred
from services.specialist.offline.tables import in_words

_CITED = 3
_AHEAD = re.compile(r"\bno\b[^.]{3,80}\bshall be \w+ (?:before|until)\b", re.IGNORECASE)
_HOLDS = "quality_plan.hold_points"


def routing(reading: Reading, stated: list[RoutingStep]) -> list[RoutingStep]:
    """Operations 10, 20, ... with their hold points; stated sequences follow without a number."""
    placed = _placed(reading.of(_HOLDS))
    steps: list[RoutingStep] = []
    for operation in OPERATIONS:
        causes = _causes(operation, reading)
        ahead = [point for point in placed.get(operation.title, []) if _AHEAD.search(point.text)]
        points = [point for point in placed.get(operation.title, []) if point not in ahead]
        steps.extend(_hold(point, operation) for point in ahead)
        if not causes and not points:
            continue
        cited = [finding.citations[0] for finding in (causes or points)[:_CITED]]
        steps.append(
            RoutingStep(statement=inferred(f"{operation.title}.", cited, 0.75), work_center=operation.work_center)
        )
        steps.extend(_hold(point, operation) for point in points)
    for place, step in enumerate(steps, start=1):
        step.op_no = place * 10
    return steps + stated


def _causes(operation: Operation, reading: Reading) -> list[Finding]:
    found = reading.of(*operation.sections) if operation.sections else list(reading.findings)
    return [finding for finding in found if finding.target != _HOLDS and operation.asked.search(finding.text)]


def _placed(points: list[Finding]) -> dict[str, list[Finding]]:
    """Hold and witness points under the title of their operation; the last inspection takes the rest."""
    held: dict[str, list[Finding]] = {}
    final = next(operation.title for operation in OPERATIONS if operation.title.startswith("Final"))
    for point in points:
        title = _first_named(point.text) or final
        held.setdefault(title, []).append(point)
    return held


def _first_named(text: str) -> str:
    """Title of the operation whose words come first in the text; empty when it names none."""
    found = [(match.start(), operation.title) for operation in OPERATIONS if (match := operation.asked.search(text))]
    return min(found)[1] if found else ""


def _hold(point: Finding, operation: Operation) -> RoutingStep:
    return RoutingStep(
        statement=inferred(f"Stop for: {in_words(point.text)}", point.citations, 0.75),
        work_center=operation.work_center,
    )
