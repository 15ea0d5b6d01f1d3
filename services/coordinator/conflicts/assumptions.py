"""What is assumed while a tie waits for the customer's answer: a stated choice with its reason, never a winner."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from buildplan.v1 import document_pb2 as documents
from buildplan.v1 import fact_pb2 as pb
from buildplan.v1.conflict_pb2 import ConflictSide
from buildplan.v1.document_pb2 import Document

_SMALLEST = {
    pb.TOPIC_TOLERANCE: "the closer tolerance also meets the wider one",
    pb.TOPIC_SURFACE_ROUGHNESS: "the smoother surface also meets the rougher limit",
}
_LARGEST = {
    pb.TOPIC_TEST_EXTENT: "the larger extent includes the smaller one",
    pb.TOPIC_NOTICE_PERIOD: "the longer notice also meets the shorter one",
    pb.TOPIC_LEAD_TIME: "the longer lead time is the safe one to plan with",
    pb.TOPIC_PPAP_LEVEL: "the higher level asks for more evidence",
}
# Topics that the order decides rather than the drawing, when neither is the more stringent.
_COMMERCIAL = frozenset({pb.TOPIC_QUANTITY, pb.TOPIC_PACKAGING, pb.TOPIC_DUE_DATE})


def working_assumption(topic: pb.Topic.ValueType, best: Sequence[ConflictSide], by_name: Mapping[str, Document]) -> str:
    """One sentence: which side the plan goes by until there is an answer, and why."""
    side, reason = _assumed(topic, best, by_name)
    return f"Plan with {side.fact.value} ({side.fact.citation.file_name}) until the customer answers: {reason}."


def _assumed(
    topic: pb.Topic.ValueType, best: Sequence[ConflictSide], by_name: Mapping[str, Document]
) -> tuple[ConflictSide, str]:
    if topic in _SMALLEST and _numbered(best):
        return min(best, key=lambda side: side.fact.number), _SMALLEST[topic]
    if topic in _LARGEST and _numbered(best):
        return max(best, key=lambda side: side.fact.number), _LARGEST[topic]
    if topic == pb.TOPIC_DUE_DATE:
        return min(best, key=lambda side: side.fact.value), "the earlier date also meets the later one"
    if topic == pb.TOPIC_REVISION:
        latest = max(best, key=lambda side: (len(side.fact.value), side.fact.value))
        return (
            latest,
            f"the later revision is normally the valid one; ask for revision {latest.fact.value} before release",
        )
    return _by_kind(topic, best, by_name)


def _by_kind(
    topic: pb.Topic.ValueType, best: Sequence[ConflictSide], by_name: Mapping[str, Document]
) -> tuple[ConflictSide, str]:
    kind, reason = (
        (documents.DOCUMENT_KIND_PURCHASE_ORDER, "the purchase order states what was bought")
        if topic in _COMMERCIAL
        else (documents.DOCUMENT_KIND_DRAWING, "the drawing defines the product")
    )
    for side in best:
        if by_name[side.fact.citation.document].kind == kind:
            return side, reason
    latest = max(best, key=lambda side: by_name[side.fact.citation.document].issue_date)
    return latest, "it is the paper of the latest date" if _dated(best, by_name) else "it was uploaded first"


def _numbered(best: Sequence[ConflictSide]) -> bool:
    return all(side.fact.HasField("number") for side in best)


def _dated(best: Sequence[ConflictSide], by_name: Mapping[str, Document]) -> bool:
    return len({by_name[side.fact.citation.document].issue_date for side in best}) > 1
