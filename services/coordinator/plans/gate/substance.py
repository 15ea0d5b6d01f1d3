"""Whether lines are about this job: what only reference papers say is no fact of the order."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from buildplan.v1.document_pb2 import DocumentKind
from buildplan.v1.plan_pb2 import Plan
from buildplan.v1.statement_pb2 import Statement
from services.coordinator.plans.gate.criterion import proven

_JOB = frozenset(
    {
        DocumentKind.DOCUMENT_KIND_DRAWING,
        DocumentKind.DOCUMENT_KIND_PURCHASE_ORDER,
        DocumentKind.DOCUMENT_KIND_QUOTE,
        DocumentKind.DOCUMENT_KIND_INSPECTION_PLAN,
        DocumentKind.DOCUMENT_KIND_STATEMENT_OF_WORK,
        DocumentKind.DOCUMENT_KIND_CUSTOMER_SPECIFICATION,
    }
)
_ORDER = frozenset(
    {
        DocumentKind.DOCUMENT_KIND_DRAWING,
        DocumentKind.DOCUMENT_KIND_PURCHASE_ORDER,
        DocumentKind.DOCUMENT_KIND_QUOTE,
        DocumentKind.DOCUMENT_KIND_STATEMENT_OF_WORK,
    }
)


def proven_for_job(plan: Plan, statements: Iterable[Statement]) -> bool:
    """True when the job's own papers state at least one of the lines, and all that they state is verified."""
    return proven(_citing(plan, statements, _JOB))


def ordered(plan: Plan, statements: Iterable[Statement]) -> Iterator[Statement]:
    """The lines that rest on an order, a quote, a statement of work or a drawing."""
    return _citing(plan, statements, _ORDER)


def _citing(
    plan: Plan, statements: Iterable[Statement], kinds: frozenset[DocumentKind.ValueType]
) -> Iterator[Statement]:
    papers = {source.name for source in plan.sources if source.kind in kinds}
    return (each for each in statements if any(citation.document in papers for citation in each.citations))
