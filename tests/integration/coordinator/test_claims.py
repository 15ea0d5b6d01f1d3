"""A paper whose figures cannot be drawn is stored all the same, and says so."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

from buildplan.v1.document_pb2 import Document, DocumentKind
from buildplan.v1.session_pb2 import Session
from services.coordinator.documents.documents import Documents, Upload
from services.coordinator.store import Store
from services.coordinator.store import documents as rows
from services.coordinator.store import sessions as session_rows
from services.reader.limits import Limits
from services.reader.pool import ReaderPool

NOW = datetime(2026, 11, 26, tzinfo=UTC)
CLAIMS = b"Lead time 6 weeks, quantity 12, thickness 3 mm, due 2027-03-01. " * 12_000
LESSONS = DocumentKind.DOCUMENT_KIND_LESSONS_LEARNED


async def chunks(content: bytes) -> AsyncIterator[bytes]:
    yield content


async def test_a_paper_whose_figures_cannot_be_drawn_keeps_its_pages(tmp_path: Path) -> None:
    store = await Store.open(f"sqlite:///{tmp_path}/papers.db")
    session = Session(name="sessions/s")
    await store.write(lambda tx: session_rows.insert(tx, session, "tenant", "", NOW))
    async with ReaderPool(Limits(cpu_seconds=1.0)) as reader:
        documents = Documents(store, reader, tmp_path, 2**20, lambda: NOW)
        [stored] = await documents.upload(Upload(session.name, "purchase order.md"), chunks(CLAIMS))
        [finding] = (await documents.get(stored.name)).findings
        assert (finding.code, finding.fatal) == ("CLAIMS_LOST", False)
        assert "processor time" in finding.message
        assert (await documents.page(stored.name, 1)).passages
        assert await store.read(lambda tx: rows.facts(tx, "s")) == []
        lessons = await documents.update(Document(name=stored.name, kind=LESSONS), ["kind"])
        assert list(lessons.findings) == []
    await store.close()
