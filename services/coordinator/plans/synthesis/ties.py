"""Conflicts of equal precedence, put into words: who claims what, and what is asked of the customer."""

from __future__ import annotations

from collections.abc import Sequence

from buildplan.v1.conflict_pb2 import DocumentConflict
from buildplan.v1.fact_pb2 import Fact, Topic
from buildplan.v1.plan_pb2 import OpenQuestion
from buildplan.v1.statement_pb2 import Citation
from services.coordinator.plans.citation_check import COORDINATOR
from services.coordinator.plans.synthesis.composing import with_citations


def ties(conflicts: Sequence[DocumentConflict]) -> list[DocumentConflict]:
    """The conflicts that nobody won."""
    return [conflict for conflict in conflicts if conflict.state == DocumentConflict.STATE_TIE]


def tie_question(conflict: DocumentConflict) -> OpenQuestion:
    """The blocking question to the customer; it cites every side."""
    text = conflict.question or f"Which value is valid for {about(conflict)}: {claimed(conflict)}?"
    statement = with_citations(text, side_citations(conflict))
    return OpenQuestion(
        statement=statement,
        ask="customer",
        blocking=True,
        working_assumption=conflict.working_assumption,
        asked_by=COORDINATOR,
    )


def side_citations(conflict: DocumentConflict) -> list[Citation]:
    """One citation for each side."""
    return [side.fact.citation for side in conflict.sides]


def about(conflict: DocumentConflict) -> str:
    """As "thickness of base plate", or only the topic where it is about the whole job."""
    topic = topic_title(conflict.topic)
    subject = conflict.subject.upper() if conflict.topic == Topic.TOPIC_REVISION else conflict.subject
    return f"{topic} of {subject}" if subject else topic


def claimed(conflict: DocumentConflict) -> str:
    """As "6 mm (drawing.pdf p. 1) or 8 mm (po.pdf p. 2)"."""
    return " or ".join(f"{side.fact.value} ({_where(side.fact)})" for side in conflict.sides)


def topic_title(topic: Topic.ValueType) -> str:
    """As "due date" for TOPIC_DUE_DATE."""
    return Topic.Name(topic).removeprefix("TOPIC_").replace("_", " ").lower()


def _where(fact: Fact) -> str:
    citation = fact.citation
    return f"{citation.file_name or citation.document.rpartition('/')[2]} p. {citation.page}"
