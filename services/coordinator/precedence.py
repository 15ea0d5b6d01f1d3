"""Which paper overrides which: DESIGN section 5's table from kind to precedence and authority."""

from __future__ import annotations

from dataclasses import dataclass

from buildplan.v1 import document_pb2 as pb
from buildplan.v1.document_pb2 import Document


@dataclass(frozen=True)
class Rank:
    """`precedence` 1 overrides 2 and so on; `authority` says how binding the paper is."""

    precedence: int
    authority: pb.Authority.ValueType


_OTHER = Rank(10, pb.AUTHORITY_REFERENCE)
_RANKS = {
    pb.DOCUMENT_KIND_DRAWING: Rank(1, pb.AUTHORITY_MANDATORY),
    pb.DOCUMENT_KIND_PURCHASE_ORDER: Rank(1, pb.AUTHORITY_MANDATORY),
    pb.DOCUMENT_KIND_QUOTE: Rank(2, pb.AUTHORITY_CONDITIONAL),
    pb.DOCUMENT_KIND_INSPECTION_PLAN: Rank(2, pb.AUTHORITY_MANDATORY),
    pb.DOCUMENT_KIND_STATEMENT_OF_WORK: Rank(2, pb.AUTHORITY_MANDATORY),
    pb.DOCUMENT_KIND_CUSTOMER_SPECIFICATION: Rank(3, pb.AUTHORITY_MANDATORY),
    pb.DOCUMENT_KIND_SUPPLIER_QUALITY_MANUAL: Rank(4, pb.AUTHORITY_CONDITIONAL),
    pb.DOCUMENT_KIND_GENERIC_SPECIFICATION: Rank(5, pb.AUTHORITY_REFERENCE),
    pb.DOCUMENT_KIND_MEETING_NOTES: Rank(6, pb.AUTHORITY_MANDATORY),
    pb.DOCUMENT_KIND_LESSONS_LEARNED: Rank(6, pb.AUTHORITY_INTERNAL),
    pb.DOCUMENT_KIND_OTHER: _OTHER,
    pb.DOCUMENT_KIND_EMAIL: Rank(20, pb.AUTHORITY_INTERNAL),
}


def rank(kind: pb.DocumentKind.ValueType) -> Rank:
    """The rank of a kind; a kind that is not known yet ranks as "other"."""
    return _RANKS.get(kind, _OTHER)


def apply_kind(document: Document, kind: pb.DocumentKind.ValueType) -> None:
    """Sets the kind with the authority and precedence that follow from it."""
    ranked = rank(kind)
    document.kind = kind
    document.precedence = ranked.precedence
    document.authority = ranked.authority


def precedence_of(document: Document) -> int:
    """The document's own precedence where it is set, else its kind's."""
    return document.precedence or rank(document.kind).precedence
