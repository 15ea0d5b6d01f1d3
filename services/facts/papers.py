"""Which papers speak for this job, and which claims they can make."""

from __future__ import annotations

from collections.abc import Sequence

from buildplan.v1 import document_pb2 as documents
from buildplan.v1.document_pb2 import Document, Page, Passage

# Standards and other jobs' experience name many values that are not this job's.
_NOT_THIS_JOB = frozenset({documents.DOCUMENT_KIND_GENERIC_SPECIFICATION, documents.DOCUMENT_KIND_LESSONS_LEARNED})
# A specification longer than this is a standard whatever it is called: its figures belong to cases, not to the job.
LONGEST_JOB_PAPER = 40
IDENTIFYING_PAGES = 3
"""First pages, on which a paper shows its number and revision."""
# Papers of a kind that is not told speak through their tables and fields only, a bill of material above all.
_TABLES_ONLY = frozenset({documents.DOCUMENT_KIND_OTHER, documents.DOCUMENT_KIND_UNSPECIFIED})
# On these a title block or form header, repeated from page to page, makes claims of its own.
_WITH_TITLE_BLOCK = frozenset({documents.DOCUMENT_KIND_DRAWING, documents.DOCUMENT_KIND_PURCHASE_ORDER})
_ORDERING = frozenset(
    {
        documents.DOCUMENT_KIND_PURCHASE_ORDER,
        documents.DOCUMENT_KIND_QUOTE,
        documents.DOCUMENT_KIND_EMAIL,
        documents.DOCUMENT_KIND_MEETING_NOTES,
        documents.DOCUMENT_KIND_STATEMENT_OF_WORK,
    }
)
_PARTS_LISTS = frozenset({documents.DOCUMENT_KIND_DRAWING, documents.DOCUMENT_KIND_OTHER})
PER_ASSEMBLY = "per assembly"


def speaks_for_job(document: Document) -> bool:
    """True when what the paper claims, it claims about this job."""
    return document.kind not in _NOT_THIS_JOB and document.page_count <= LONGEST_JOB_PAPER


def pages_to_search(document: Document, pages: Sequence[Page]) -> Sequence[Page]:
    """The pages that its facts can stand on: of a paper that does not speak for the job the first few."""
    return pages if speaks_for_job(document) else pages[:IDENTIFYING_PAGES]


def may_claim(document: Document, role: Passage.Role.ValueType) -> bool:
    """True when running text of this role counts in this paper."""
    if role == Passage.ROLE_HEADER_FOOTER:
        return document.kind in _WITH_TITLE_BLOCK
    return role == Passage.ROLE_FIELD or (role == Passage.ROLE_BODY and document.kind not in _TABLES_ONLY)


def quantity_subject(document: Document, subject: str, *, in_parts_list: bool) -> str | None:
    """Ordered pieces and pieces in one assembly are different facts; None where the paper tells neither."""
    if document.kind in _ORDERING:
        return subject
    if document.kind in _PARTS_LISTS and in_parts_list and subject:
        return f"{subject} {PER_ASSEMBLY}"
    return None
