"""A conflict in words that a customer can answer."""

from __future__ import annotations

from collections.abc import Mapping

from buildplan.v1 import fact_pb2 as pb
from buildplan.v1.conflict_pb2 import ConflictSide, DocumentConflict
from buildplan.v1.document_pb2 import Document
from services.facts.dates import is_ambiguous

_TITLES = {pb.TOPIC_PPAP_LEVEL: "PPAP level", pb.TOPIC_DUE_DATE: "due date", pb.TOPIC_TEST_EXTENT: "extent"}


def title(conflict: DocumentConflict) -> str:
    """What it is about: "thickness of base plate", "passivation"."""
    name = _TITLES.get(conflict.topic) or pb.Topic.Name(conflict.topic).removeprefix("TOPIC_").lower().replace("_", " ")
    subject = conflict.subject.upper() if conflict.topic == pb.TOPIC_REVISION else conflict.subject
    return f"{name} of {subject}" if subject else name


def claims(conflict: DocumentConflict) -> str:
    """The sides in one line: "B (drawing.pdf, page 1) against C (po.pdf, page 1)"."""
    return " against ".join(_claim(side) for side in conflict.sides)


def question(conflict: DocumentConflict, by_name: Mapping[str, Document]) -> str:
    """The question that settles a tie, with where each side stands and how a date was read."""
    best = [side for side in conflict.sides if side.precedence == conflict.sides[0].precedence]
    asked = f"Which {title(conflict)} is valid: {' or '.join(_claim(side) for side in best)}?"
    if conflict.topic == pb.TOPIC_REVISION:
        asked += " Please send the valid revision."
    if conflict.topic == pb.TOPIC_DUE_DATE and any(is_ambiguous(side.fact.citation.quote) for side in best):
        asked += " A date in figures was read as ISO dates above show; please confirm day and month."
    names = [by_name[side.fact.citation.document].file_name for side in best]
    return f"{asked} {' and '.join(names)} are of equal precedence."


def _claim(side: ConflictSide) -> str:
    return f"{side.fact.value} ({side.fact.citation.file_name}, page {side.fact.citation.page})"
