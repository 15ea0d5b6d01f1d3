"""A small job of stainless tanks as a context pack."""

from __future__ import annotations

from buildplan.v1.context_pb2 import ContextPack
from buildplan.v1.document_pb2 import Authority, Document, DocumentKind, Passage
from buildplan.v1.fact_pb2 import Fact, Topic
from buildplan.v1.session_pb2 import SessionMetadata
from buildplan.v1.statement_pb2 import Citation

SESSION = "sessions/tank"
DRAWING = f"{SESSION}/documents/d1"
ORDER = f"{SESSION}/documents/d2"
LINES = {
    DRAWING: (
        "Material: ASTM A240 type 316L, 3 mm sheet.",
        "Flatness of the flange face 0.2 mm max over Ø 240.",
        "All welds per AWS D1.6; passivate per ASTM A967 nitric 2.",
        'Edge break 0.5 mm & "deburr" all edges < 90°.',
    ),
    ORDER: (
        "Deliver 12 tanks to Oslo by 2026-12-18.",
        "Lead time of 316L sheet is six weeks.",
        "The customer witnesses the leak test; notice five working days.",
    ),
}


def passage_id(document: str, number: int) -> str:
    return f"{document.rpartition('/')[2]}-p1-{number}"


def pack(extra: tuple[str, ...] = (), session: str = SESSION) -> ContextPack:
    """The job; `extra` lines stand on page 2 of the order."""
    context = ContextPack(session=session, as_of="2026-11-23")
    context.metadata.CopyFrom(SessionMetadata(project_name="Tank", customer="Nord AS"))
    for name, kind, precedence in (
        (DRAWING, DocumentKind.DOCUMENT_KIND_DRAWING, 1),
        (ORDER, DocumentKind.DOCUMENT_KIND_PURCHASE_ORDER, 1),
    ):
        context.sources.append(
            Document(
                name=name,
                file_name=f"{name[-2:]}.pdf",
                kind=kind,
                precedence=precedence,
                authority=Authority.AUTHORITY_MANDATORY,
            )
        )
        for number, text in enumerate(LINES[name], start=1):
            context.passages.append(
                Passage(id=passage_id(name, number), document=name, page=1, text=text, role=Passage.ROLE_BODY)
            )
    for number, text in enumerate(extra, start=1):
        context.passages.append(
            Passage(id=f"d2-p2-{number}", document=ORDER, page=2, text=text, role=Passage.ROLE_BODY)
        )
    quote = LINES[ORDER][0]
    context.facts.append(
        Fact(
            id="f1",
            topic=Topic.TOPIC_DUE_DATE,
            value="2026-12-18",
            citation=Citation(document=ORDER, page=1, quote=quote, passage_id=passage_id(ORDER, 1)),
        )
    )
    return context
