"""A session for preflight: metadata and documents as the store returns them."""

from __future__ import annotations

from buildplan.v1 import document_pb2 as kinds
from buildplan.v1.document_pb2 import Document
from buildplan.v1.session_pb2 import Session, SessionMetadata
from services.coordinator.precedence import apply_kind

ALL_KINDS = (
    kinds.DOCUMENT_KIND_DRAWING,
    kinds.DOCUMENT_KIND_PURCHASE_ORDER,
    kinds.DOCUMENT_KIND_CUSTOMER_SPECIFICATION,
    kinds.DOCUMENT_KIND_STATEMENT_OF_WORK,
    kinds.DOCUMENT_KIND_INSPECTION_PLAN,
    kinds.DOCUMENT_KIND_QUOTE,
)


def session(project: str = "Skid frame", customer: str = "Northwind", family: str = "Frames") -> Session:
    metadata = SessionMetadata(project_name=project, customer=customer, family=family)
    return Session(name="sessions/s", metadata=metadata)


def document(number: int, kind: kinds.DocumentKind.ValueType, *, characters: int = 1000) -> Document:
    made = Document(
        name=f"sessions/s/documents/d{number}",
        file_name=f"paper {number}.pdf",
        sha256=f"{number:064x}",
        character_count=characters,
        page_count=1,
        revision="A",
        issue_date="2026-11-20",
    )
    apply_kind(made, kind)
    return made


def complete() -> list[Document]:
    return [document(number, kind) for number, kind in enumerate(ALL_KINDS, start=1)]
