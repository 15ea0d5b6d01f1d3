"""Small papers for tests: a document with its passages on one page."""

from __future__ import annotations

from buildplan.v1 import document_pb2 as pb
from buildplan.v1.document_pb2 import Document, Page, Passage
from buildplan.v1.fact_pb2 import Fact
from services.coordinator.precedence import apply_kind
from services.facts.extraction import extract_facts

DRAWING = pb.DOCUMENT_KIND_DRAWING
ORDER = pb.DOCUMENT_KIND_PURCHASE_ORDER
QUOTE = pb.DOCUMENT_KIND_QUOTE
SPECIFICATION = pb.DOCUMENT_KIND_CUSTOMER_SPECIFICATION
WORK = pb.DOCUMENT_KIND_STATEMENT_OF_WORK
EMAIL = pb.DOCUMENT_KIND_EMAIL
OTHER = pb.DOCUMENT_KIND_OTHER
STANDARD = pb.DOCUMENT_KIND_GENERIC_SPECIFICATION
LESSONS = pb.DOCUMENT_KIND_LESSONS_LEARNED


class Job:
    """Documents and facts of one session, collected paper by paper."""

    def __init__(self) -> None:
        self.documents: list[Document] = []
        self.facts: list[Fact] = []

    def paper(self, kind: pb.DocumentKind.ValueType, *texts: str, number: str = "", revision: str = "") -> Document:
        """Adds a paper; a text with " | " is a row of a table, each other text a passage of body."""
        ordinal = len(self.documents) + 1
        document = Document(
            name=f"sessions/s/documents/d{ordinal}",
            file_name=f"paper{ordinal}.txt",
            page_count=1,
            number=number,
            revision=revision,
        )
        apply_kind(document, kind)
        page = Page(document=document.name, number=1, text="\n".join(texts))
        for position, text in enumerate(texts, start=1):
            role = Passage.ROLE_TABLE_ROW if " | " in text else Passage.ROLE_BODY
            page.passages.append(
                Passage(id=f"d{ordinal}-p1-{position}", document=document.name, page=1, text=text, role=role)
            )
        self.documents.append(document)
        self.facts.extend(extract_facts(document, [page]))
        return document


def facts_of(kind: pb.DocumentKind.ValueType, *texts: str) -> list[tuple[str, str]]:
    """Subject and value of each fact of one paper."""
    job = Job()
    job.paper(kind, *texts)
    return [(fact.subject, fact.value) for fact in job.facts]
