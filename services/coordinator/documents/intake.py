"""What the reader returned becomes papers of a session: names and ranks."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from buildplan.v1.document_pb2 import Document, DocumentKind, Page
from buildplan.v1.fact_pb2 import Fact
from services.contract.times import set_time
from services.coordinator.documents.doubt import doubt_issue_date
from services.coordinator.documents.stamp import free_id, stamp
from services.coordinator.store import documents as rows
from services.reader.document import ReadDocument


@dataclass(frozen=True)
class Paper:
    """One document with its pages, its original file and, once they are drawn, its facts."""

    document: Document
    pages: Sequence[Page]
    content: bytes
    facts: Sequence[Fact] = ()


@dataclass(frozen=True)
class Received:
    """A file as it was read, its attachments behind it, and the kind that the user gave it or UNSPECIFIED."""

    read: Sequence[ReadDocument]
    content: bytes
    kind: DocumentKind.ValueType


def prepare(session: str, received: Received, taken: Collection[str], now: datetime) -> list[Paper]:
    """The papers of one upload, the file itself first, without facts; none has an id out of `taken`."""
    ids, papers = set(taken), list[Paper]()
    for position, part in enumerate(received.read):
        document, pages = _copy(part)
        set_time(document.create_time, now)
        doubt_issue_date(document, now.date())
        if position:
            document.parent = papers[0].document.name
        elif received.kind:
            document.kind, document.kind_corrected = received.kind, True
        identifier = free_id(document.sha256, ids)
        ids.add(identifier)
        stamp(session, identifier, document, pages)
        content = part.content if position else received.content
        papers.append(Paper(document, pages, content))
    return papers


def insert(tx: Connection, papers: Sequence[Paper]) -> None:
    """Stores all of them or none; raises AlreadyExists when an id is taken."""
    for paper in papers:
        rows.insert(tx, paper.document, paper.pages, paper.facts, paper.content)


def _copy(part: ReadDocument) -> tuple[Document, list[Page]]:
    document = Document.FromString(part.document.SerializeToString())
    return document, [Page.FromString(page.SerializeToString()) for page in part.pages]
