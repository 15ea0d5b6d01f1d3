"""The documents of sessions: upload, reading, correction, deletion."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from weakref import WeakValueDictionary

from sqlalchemy import Connection

from buildplan.v1.document_pb2 import Document, DocumentKind, Page
from buildplan.v1.fact_pb2 import Fact
from services.contract.names import last_id, parse, parse_session, session_name
from services.coordinator.documents import metrics
from services.coordinator.documents.claims import draw_facts
from services.coordinator.documents.correction import check_kind, correct
from services.coordinator.documents.intake import Paper, Received, insert, prepare
from services.coordinator.documents.spool import spool
from services.coordinator.store import Store
from services.coordinator.store import documents as rows
from services.coordinator.store import sessions as session_rows
from services.reader.pool import ReaderPool
from services.runtime.errors import AlreadyExists, InvalidArgument
from services.runtime.logs import get_logger

_log = get_logger()
_ID_ATTEMPTS = 5


@dataclass(frozen=True)
class Upload:
    """What the caller says of a file: the session's name, the file's name, and kind and digest where known."""

    session: str
    file_name: str
    kind: DocumentKind.ValueType = DocumentKind.DOCUMENT_KIND_UNSPECIFIED
    sha256: str = ""


class Documents:
    """Papers in, pages and facts in the store."""

    def __init__(
        self,
        store: Store,
        reader: ReaderPool,
        folder: Path,
        max_bytes: int,
        clock: Callable[[], datetime],
        changed: Callable[[str], None] = lambda _: None,
    ) -> None:
        """`changed` is told the id of a session whose documents came or went."""
        self._store = store
        self._reader = reader
        self._folder = folder
        self._max_bytes = max_bytes
        self._clock = clock
        self._changed = changed
        self._turns: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    async def upload(self, upload: Upload, chunks: AsyncIterator[bytes]) -> list[Document]:
        """Reads and stores the file and its attachments; the file itself comes first.

        A file that cannot be read is stored with its findings. Raises NotFound, InvalidArgument, ResourceExhausted.
        """
        session = parse_session(upload.session)
        _check(upload)
        await self._store.read(lambda tx: session_rows.get(tx, session))
        async with spool(self._folder, chunks, self._max_bytes) as spooled:
            if upload.sha256 and upload.sha256.lower() != spooled.sha256:
                raise InvalidArgument(
                    "header.sha256", f"what arrived has the digest {spooled.sha256}; send the file again"
                )
            read = await self._reader.read(spooled.path, upload.file_name)
            metrics.observe(read)
            content = await asyncio.to_thread(spooled.path.read_bytes)
        return await self._keep(session, Received(read, content, upload.kind))

    async def _keep(self, session: str, received: Received) -> list[Document]:
        """All papers of an upload in one transaction; uploads to one session take their ids in turn."""
        turn = self._turns.setdefault(session, asyncio.Lock())
        async with turn:
            for _ in range(_ID_ATTEMPTS):
                taken = await self._store.read(lambda tx: rows.ids(tx, session))
                now = self._clock()
                prepared = await asyncio.to_thread(prepare, session, received, taken, now)
                papers = [await self._with_facts(paper) for paper in prepared]
                try:
                    await self._store.write(_insertion(session, papers, now))
                except AlreadyExists:
                    continue
                self._changed(session)
                return [_told(session, paper) for paper in papers]
        raise AlreadyExists("BUSY", "many copies of this file are being uploaded at once; try again")

    async def _with_facts(self, paper: Paper) -> Paper:
        return replace(paper, facts=await draw_facts(self._reader, paper.document, paper.pages))

    async def list_(self, parent: str) -> list[Document]:
        """In the order of upload."""
        session = parse_session(parent)

        def work(tx: Connection) -> list[Document]:
            session_rows.get(tx, session)
            return rows.list_(tx, session)

        return await self._store.read(work)

    async def get(self, name: str) -> Document:
        """One document's record."""
        session, document = parse(name, "documents")
        return await self._store.read(lambda tx: rows.get(tx, session, document))

    async def update(self, wanted: Document, paths: Sequence[str]) -> Document:
        """Takes the named fields of `wanted`; raises InvalidArgument for a field that cannot be corrected.

        What the document claims depends on its kind, number, revision and date: its facts are drawn anew.
        """
        session, document = parse(wanted.name, "documents")
        while True:
            current, pages = await self._store.read(lambda tx: _record(tx, session, document))
            corrected = correct(current, wanted, paths)
            facts = await draw_facts(self._reader, corrected, pages)
            if await self._store.write(_correction(session, current, corrected, facts, self._clock())):
                return corrected

    async def page(self, document_name: str, number: int) -> Page:
        """One page with its passages."""
        session, document = parse(document_name, "documents")
        return await self._store.read(lambda tx: rows.page(tx, session, document, number))

    async def content(self, name: str) -> bytes:
        """The original file."""
        session, document = parse(name, "documents")
        return await self._store.read(lambda tx: rows.content(tx, session, document))

    async def delete(self, name: str) -> None:
        """The document and its attachments."""
        session, document = parse(name, "documents")

        def work(tx: Connection) -> None:
            rows.delete(tx, session, document)
            session_rows.touch(tx, session, self._clock())

        await self._store.write(work)
        self._changed(session)


def _check(upload: Upload) -> None:
    if not upload.file_name.strip():
        raise InvalidArgument("header.file_name", "a file needs a name")
    if upload.kind:
        check_kind("header.kind", upload.kind)


def _insertion(session: str, papers: Sequence[Paper], now: datetime) -> Callable[[Connection], None]:
    def work(tx: Connection) -> None:
        session_rows.touch(tx, session, now)
        insert(tx, papers)

    return work


def _told(session: str, paper: Paper) -> Document:
    document, pages, facts = paper.document, len(paper.pages), len(paper.facts)
    _log.info("document stored", session=session_name(session), document=document.name, pages=pages, facts=facts)
    return document


def _record(tx: Connection, session: str, document: str) -> tuple[Document, list[Page]]:
    return rows.get(tx, session, document), rows.pages_of(tx, session, document)


def _correction(
    session: str, current: Document, corrected: Document, facts: Sequence[Fact], now: datetime
) -> Callable[[Connection], bool]:
    """True when it was stored, False when somebody else changed the record meanwhile."""

    def work(tx: Connection) -> bool:
        session_rows.lock(tx, session)
        if rows.get(tx, session, last_id(current.name)) != current:
            return False
        rows.update(tx, corrected)
        rows.replace_facts(tx, corrected.name, facts)
        session_rows.touch(tx, session, now)
        return True

    return work
