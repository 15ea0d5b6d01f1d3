"""Gives what the reader returned its place in a session: names and identifiers on pages and passages."""

from __future__ import annotations

from collections.abc import Collection

from buildplan.v1.document_pb2 import Document, DocumentKind, Page
from services.contract.names import document_name
from services.coordinator.precedence import apply_kind


def free_id(sha256: str, taken: Collection[str]) -> str:
    """A document id derived from its content, so that the same paper keeps its id and its citations.

    A second copy of the same content gets a numbered one.
    """
    base = sha256[:10]
    copies = (base if copy == 1 else f"{base}-{copy}" for copy in range(1, len(taken) + 2))
    return next(candidate for candidate in copies if candidate not in taken)


def stamp(session: str, document_id: str, document: Document, pages: Collection[Page]) -> None:
    """Fills name, authority and precedence of `document`, and the identifiers of its pages and passages."""
    document.name = document_name(session, document_id)
    if not document.kind:
        document.kind = DocumentKind.DOCUMENT_KIND_OTHER
    apply_kind(document, document.kind)
    for page in pages:
        page.document = document.name
        for passage in page.passages:
            passage.document = document.name
            passage.id = f"{document_id}-{passage.id}"
