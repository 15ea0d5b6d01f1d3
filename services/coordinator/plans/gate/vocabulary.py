"""Words that the quality gate judges by."""

from __future__ import annotations

import re
from collections.abc import Iterable

from buildplan.v1.fact_pb2 import Fact, Topic
from buildplan.v1.plan_pb2 import Plan
from services.contract.statements import lines

PRECISION_MM = 0.255  # 0.25 mm or 0.010 in; a CTQ this tight or tighter is not held without a fixture plan
_MM_PER_INCH = 25.4

_STAINLESS = re.compile(
    r"stainless|\bCRES\b|\bduplex\b|\b(?:30[1-5]|309|310|316|317|321|347|409|410|416|420|430|440|904)(?:L|H|N|Ti|LN|S)\b"
    r"|\b(?:AISI|SS|SUS|type|grade|alloy)[ -]?(?:30[1-5]|309|31[06]|317|321|347|4[1-4]0|416|904)|\bS3\d{4}\b"
    r"|\b1\.4[345]\d\d\b|\b(?:17-4|15-5|13-8)\b|\bX\d+CrNi",
    re.IGNORECASE,
)
_NUMBER = r"(\d*[.,]?\d+)"
_PLUS_MINUS = re.compile(rf"(?:±|\+/?-|\+-)\s*{_NUMBER}\s*(in\b|inch|\"|″)?", re.IGNORECASE)
_TWO_SIDED = re.compile(rf"\+\s*{_NUMBER}\s*/\s*[-−]?\s*{_NUMBER}\s*(in\b|inch|\"|″)?", re.IGNORECASE)
_GEOMETRIC = re.compile(
    r"flatness|parallel|perpendicular|true position|positional? tol|concentric|run-?out|cylindric|circularity|"
    r"profile of|coplanar|\b\d+\s?[HhGgFfKkJjNnPp][5-8]\b",
    re.IGNORECASE,
)
PACKAGING = re.compile(r"pack|crat(?:e|ing)|wrap|preserv|protect|box|pallet|dunnage|skid|bag", re.IGNORECASE)
SHIPPING = re.compile(r"ship|deliver|freight|transport|carrier|incoterm|\b(?:FOB|DAP|DDP|EXW|FCA|CIF)\b", re.IGNORECASE)
MARKING = re.compile(r"mark|label|identif|packing (?:list|slip)|bar ?code|serial|tag", re.IGNORECASE)


def is_stainless(plan: Plan) -> bool:
    """True when the plan's materials name a stainless steel; without materials, any line of the sections may."""
    bought = [*plan.sections.purchasing.materials]
    bought += [item.statement for item in plan.sections.purchasing.long_lead_items]
    texts = [each.text for each in bought] or [line.statement.text for line in lines(plan.sections)]
    values = [fact.value for fact in _materials(plan)]
    return any(_STAINLESS.search(text) for text in (*texts, *values))


def asks_precision(texts: Iterable[str]) -> bool:
    """True when a tolerance is at most PRECISION_MM to one side, or is geometric or an ISO fit."""
    return any(_GEOMETRIC.search(text) or _tightest(text) <= PRECISION_MM for text in texts)


def _tightest(text: str) -> float:
    """Smallest one-sided deviation in millimetres; two-sided deviations count half their band."""
    two_sided = [(_mm(high, unit) + _mm(low, unit)) / 2 for high, low, unit in _TWO_SIDED.findall(text)]
    plus_minus = [_mm(value, unit) for value, unit in _PLUS_MINUS.findall(text)]
    return min((value for value in (*two_sided, *plus_minus) if value > 0), default=float("inf"))


def _mm(number: str, unit: str) -> float:
    return float(number.replace(",", ".")) * (_MM_PER_INCH if unit else 1)


def _materials(plan: Plan) -> list[Fact]:
    return [
        side.fact
        for conflict in plan.document_conflicts
        if conflict.topic == Topic.TOPIC_MATERIAL_GRADE
        for side in conflict.sides
    ]
