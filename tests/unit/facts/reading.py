"""Files on disk as a session's documents and facts, read and stamped as an upload is."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from buildplan.v1.document_pb2 import Document
from buildplan.v1.fact_pb2 import Fact
from services.coordinator.documents.stamp import free_id, stamp
from services.facts.extraction import extract_facts
from services.reader.limits import Limits
from services.reader.read import read_upload

SESSION = "sessions/s"
ROOT = Path(__file__).resolve().parents[3]
SAMPLES = ROOT / "samples" / "br-2041"
CORPUS = ROOT.parent / "shared" / "corpus"


def read_session(paths: Iterable[Path]) -> tuple[list[Document], list[Fact]]:
    """All documents of the files, attachments included, with their facts."""
    documents: list[Document] = []
    facts: list[Fact] = []
    for path in paths:
        for part in read_upload(path.read_bytes(), path.name, Limits(), lambda _pages: None):
            identifier = free_id(part.document.sha256, {document.name.rpartition("/")[2] for document in documents})
            stamp("s", identifier, part.document, part.pages)
            documents.append(part.document)
            facts.extend(extract_facts(part.document, part.pages))
    return documents, facts
