"""The completeness score: its parts, their points, and what the missing points cost."""

from __future__ import annotations

from collections.abc import Sequence

from buildplan.v1 import document_pb2 as kinds
from buildplan.v1.conflict_pb2 import DocumentConflict
from buildplan.v1.document_pb2 import Document
from buildplan.v1.session_pb2 import ScorePart, SessionMetadata
from services.coordinator.conflicts.wording import title
from services.coordinator.preflight.readable import is_readable

_SPECIFYING = (kinds.DOCUMENT_KIND_CUSTOMER_SPECIFICATION, kinds.DOCUMENT_KIND_STATEMENT_OF_WORK)
_QUALITY = (kinds.DOCUMENT_KIND_INSPECTION_PLAN, kinds.DOCUMENT_KIND_SUPPLIER_QUALITY_MANUAL)
_BY_KIND = (
    (
        "Drawing",
        15,
        (kinds.DOCUMENT_KIND_DRAWING,),
        "Add the drawing: material, dimensions, tolerances and notes are what CTQs and fixtures come from.",
    ),
    (
        "Purchase order",
        15,
        (kinds.DOCUMENT_KIND_PURCHASE_ORDER,),
        "Add the purchase order: quantities, due dates and quality clauses decide the release plan.",
    ),
    (
        "Specification or statement of work",
        10,
        _SPECIFYING,
        "Add the customer's specification or statement of work: tests, processes and milestones are told there.",
    ),
    (
        "Quality requirements",
        10,
        _QUALITY,
        "Add the inspection and test plan or supplier quality manual: hold points and documents are told there.",
    ),
    (
        "Quote",
        5,
        (kinds.DOCUMENT_KIND_QUOTE,),
        "Add the quote: what was offered, its exclusions and lead times can then be compared with the order.",
    ),
)
_DATED = frozenset({kinds.DOCUMENT_KIND_DRAWING, kinds.DOCUMENT_KIND_PURCHASE_ORDER, *_SPECIFYING, *_QUALITY})
READABLE, PROJECT, CUSTOMER, FAMILY, TIES, REVISIONS = 10, 10, 10, 5, 5, 5


def score_parts(
    metadata: SessionMetadata, documents: Sequence[Document], conflicts: Sequence[DocumentConflict]
) -> list[ScorePart]:
    """The parts; their maxima add up to 100."""
    return [
        _readable(documents),
        _part("Project name", PROJECT, bool(metadata.project_name.strip()), "Give the project a name."),
        _part("Customer", CUSTOMER, bool(metadata.customer.strip()), "Say who the customer is."),
        _part("Family page", FAMILY, bool(metadata.family.strip()), "Name the family page: lessons of like parts."),
        *_kinds(documents),
        _open_ties(documents, conflicts),
        _revisions(documents),
    ]


def _kinds(documents: Sequence[Document]) -> list[ScorePart]:
    present = {document.kind for document in documents if is_readable(document)}
    return [_part(name, points, not present.isdisjoint(wanted), why) for name, points, wanted, why in _BY_KIND]


def _readable(documents: Sequence[Document]) -> ScorePart:
    unreadable = [document.file_name for document in documents if not is_readable(document)]
    share = 1 - len(unreadable) / len(documents) if documents else 0
    suggestion = (
        f"Replace what could not be read ({_listed(unreadable)}): nothing in it can reach the plan."
        if unreadable
        else "Upload the customer's papers."
    )
    return _share("Files readable", READABLE, share, suggestion)


def _open_ties(documents: Sequence[Document], conflicts: Sequence[DocumentConflict]) -> ScorePart:
    ties = [title(conflict) for conflict in conflicts if conflict.state == DocumentConflict.STATE_TIE]
    suggestion = (
        f"Get the customer's answer on {_listed(ties)}: until then the plan stands on an assumption."
        if ties
        else "Upload the papers: without them nothing can be compared."
    )
    return _part("No open questions between papers", TIES, bool(documents) and not ties, suggestion)


def _revisions(documents: Sequence[Document]) -> ScorePart:
    wanted = [document for document in documents if document.kind in _DATED and is_readable(document)]
    bare = [document.file_name for document in wanted if not document.revision and not document.issue_date]
    share = 1 - len(bare) / len(wanted) if wanted else 0
    suggestion = (
        f"Enter revision or date of {_listed(bare)}: a plan made from an outdated paper is worthless."
        if bare
        else "Add controlled papers with revision or date: drawing, order, specification."
    )
    return _share("Revisions and dates known", REVISIONS, share, suggestion)


def _part(name: str, maximum: int, reached: bool, suggestion: str) -> ScorePart:
    return _share(name, maximum, 1 if reached else 0, suggestion)


def _share(name: str, maximum: int, share: float, suggestion: str) -> ScorePart:
    points = int(maximum * share)
    return ScorePart(title=name, points=points, maximum=maximum, suggestion=suggestion if points < maximum else "")


def _listed(names: Sequence[str]) -> str:
    shown = ", ".join(names[:3])
    return shown if len(names) <= 3 else f"{shown} and {len(names) - 3} more"
