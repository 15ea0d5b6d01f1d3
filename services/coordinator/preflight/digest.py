"""The digest that names what preflight looked at."""

from __future__ import annotations

from collections.abc import Sequence

from buildplan.v1.conflict_pb2 import DocumentConflict
from buildplan.v1.document_pb2 import Document
from buildplan.v1.session_pb2 import Session
from services.contract.digests import message_digest, text_digest


def input_digest(session: Session, documents: Sequence[Document], conflicts: Sequence[DocumentConflict]) -> str:
    """SHA-256 over metadata, documents and conflicts with their resolutions, lower-case hex.

    The order of documents and conflicts, and times of upload, do not matter.
    """
    parts = [session.name, message_digest(session.metadata)]
    parts += sorted(message_digest(_without_time(document)) for document in documents)
    parts += sorted(message_digest(conflict) for conflict in conflicts)
    return text_digest(parts)


def _without_time(document: Document) -> Document:
    timeless = Document()
    timeless.CopyFrom(document)
    timeless.ClearField("create_time")
    return timeless
