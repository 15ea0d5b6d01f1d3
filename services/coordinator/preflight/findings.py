"""What preflight finds, one function for each part of the session."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from buildplan.v1 import document_pb2 as kinds
from buildplan.v1.conflict_pb2 import DocumentConflict
from buildplan.v1.document_pb2 import Document
from buildplan.v1.session_pb2 import Finding, SessionMetadata
from services.coordinator.conflicts.wording import claims, title
from services.coordinator.preflight.limits import ContextLimits
from services.coordinator.preflight.readable import is_readable

ERROR, WARNING, INFO = Finding.SEVERITY_ERROR, Finding.SEVERITY_WARNING, Finding.SEVERITY_INFO
_DOCUMENTS = "documents"
_EXPECTED = (
    (
        kinds.DOCUMENT_KIND_DRAWING,
        "DRAWING_MISSING",
        WARNING,
        "drawing",
        "material, dimensions and tolerances will be missing from the plan",
    ),
    (
        kinds.DOCUMENT_KIND_PURCHASE_ORDER,
        "PURCHASE_ORDER_MISSING",
        WARNING,
        "purchase order",
        "quantities, due dates and quality clauses will be missing from the plan",
    ),
    (
        kinds.DOCUMENT_KIND_CUSTOMER_SPECIFICATION,
        "SPECIFICATION_MISSING",
        INFO,
        "customer specification",
        "process requirements may be missing from the plan",
    ),
    (
        kinds.DOCUMENT_KIND_STATEMENT_OF_WORK,
        "STATEMENT_OF_WORK_MISSING",
        INFO,
        "statement of work",
        "milestones and deliverables may be missing from the plan",
    ),
    (
        kinds.DOCUMENT_KIND_INSPECTION_PLAN,
        "INSPECTION_PLAN_MISSING",
        INFO,
        "inspection and test plan",
        "hold and witness points may be missing from the plan",
    ),
    (
        kinds.DOCUMENT_KIND_QUOTE,
        "QUOTE_MISSING",
        INFO,
        "quote",
        "what was offered cannot be compared with what was ordered",
    ),
)


def metadata_findings(metadata: SessionMetadata) -> Iterator[Finding]:
    """The customer's rules on what the planner says about the job."""
    if not metadata.project_name.strip():
        yield _finding(
            "PROJECT_NAME_MISSING", ERROR, "metadata.project_name", "Project name required", "Give the project a name."
        )
    if not metadata.customer.strip():
        yield _finding("CUSTOMER_MISSING", ERROR, "metadata.customer", "Customer required", "Say who the customer is.")
    if not metadata.family.strip():
        yield _finding(
            "FAMILY_PAGE_MISSING",
            WARNING,
            "metadata.family",
            "Family page recommended",
            "Name the family page, so that lessons of like parts are used.",
        )


def document_findings(documents: Sequence[Document], limits: ContextLimits) -> Iterator[Finding]:
    """No files, nothing readable, too much text, duplicates, and what the reader found in each document."""
    if not documents:
        yield _finding("NO_FILES", ERROR, _DOCUMENTS, "No files uploaded", "Upload the customer's papers.")
        return
    if not any(map(is_readable, documents)):
        yield _finding(
            "NO_READABLE_DOCUMENT",
            ERROR,
            _DOCUMENTS,
            "None of the documents could be read",
            "Upload at least one document with text; the findings of each document say what is wrong with it.",
        )
    yield from _size_findings(documents, limits)
    yield from _duplicate_findings(documents)
    for document in documents:
        yield from _reading_findings(document)


def kind_findings(documents: Sequence[Document]) -> Iterator[Finding]:
    """Kinds of document that a build plan needs and that nobody uploaded."""
    if not documents:
        return
    present = {document.kind for document in documents if is_readable(document)}
    for kind, code, severity, name, consequence in _EXPECTED:
        if kind not in present:
            action = f"Upload the {name}; if it is there under another kind, correct its kind."
            yield _finding(code, severity, _DOCUMENTS, f"There is no readable {name}: {consequence}", action)


def conflict_findings(conflicts: Sequence[DocumentConflict]) -> Iterator[Finding]:
    """Ties are warnings that name the question; conflicts with a valid value are for information."""
    for conflict in conflicts:
        what = f"The papers disagree on {title(conflict)}: {claims(conflict)}"
        if conflict.state == DocumentConflict.STATE_TIE:
            action = f"Ask the customer: {conflict.question} Until then: {conflict.working_assumption}"
            yield _finding("CONFLICT_TIE", WARNING, conflict.name, what, action)
        else:
            by_user = conflict.state == DocumentConflict.STATE_RESOLVED_BY_USER
            reason = "chosen by a user" if by_user else "the paper that overrides the others says so"
            action = f"Nothing to do: {conflict.winning_value} is valid, {reason}."
            yield _finding("CONFLICT_RESOLVED", INFO, conflict.name, what, action)


def _size_findings(documents: Sequence[Document], limits: ContextLimits) -> Iterator[Finding]:
    characters = sum(document.character_count for document in documents)
    if characters > limits.max_characters:
        largest = max(documents, key=lambda document: document.character_count)
        yield _finding(
            "TOO_MUCH_TEXT",
            ERROR,
            _DOCUMENTS,
            f"The documents hold {characters:,} characters; the engine takes {limits.max_characters:,}",
            f'Remove papers that are not about this job; the largest is "{largest.file_name}" with '
            f"{largest.character_count:,}.",
        )


def _duplicate_findings(documents: Sequence[Document]) -> Iterator[Finding]:
    first: dict[str, Document] = {}
    for document in documents:
        original = first.setdefault(document.sha256, document) if document.sha256 else document
        if original is not document:
            message = f'"{document.file_name}" has the same content as "{original.file_name}"'
            yield _finding("DUPLICATE_DOCUMENT", WARNING, document.name, message, "Delete one of the two.")


def _reading_findings(document: Document) -> Iterator[Finding]:
    for found in document.findings:
        message = f'"{document.file_name}": {found.message}'
        yield _finding(found.code, WARNING, document.name, message, found.action)
    if not is_readable(document) and not document.findings:
        message = f'"{document.file_name}" holds no text'
        yield _finding(
            "EMPTY_DOCUMENT", WARNING, document.name, message, "Upload a version that has text, or delete it."
        )


def _finding(code: str, severity: Finding.Severity.ValueType, field: str, message: str, action: str) -> Finding:
    return Finding(code=code, severity=severity, field=field, message=message, action=action)
