"""The documents of sessions: upload, reading, correction, deletion."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import structlog
from sqlalchemy import Connection

from buildplan.v1.document_pb2 import Document, DocumentKind, Page
from buildplan.v1.fact_pb2 import Fact
from services.contract.names import parse, parse_session
from services.coordinator.documents.correction import correct
from services.coordinator.documents.names import display_name
from services.coordinator.documents.precedence import apply_kind
from services.coordinator.documents.spool import Spooled, spool
from services.coordinator.documents.stamp import free_id, stamp
from services.coordinator.facts import extract_facts
from services.coordinator.store import Store
from services.coordinator.store import documents as rows
from services.coordinator.store import sessions as session_rows
from services.reader.document import ReadDocument
from services.reader.pool import ReaderPool
from services.runtime.errors import AlreadyExists, InvalidArgument

_log = structlog.get_logger()
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
        self, store: Store, reader: ReaderPool, folder: Path, max_bytes: int, clock: Callable[[], datetime]
    ) -> None:
        self._store = store
        self._reader = reader
        self._folder = folder
        self._max_bytes = max_bytes
        self._clock = clock

    async def upload(self, upload: Upload, chunks: AsyncIterator[bytes]) -> list[Document]:
        """Reads and stores the file and its attachments; the file itself comes first.

        A file that cannot be read is stored with its findings. Raises NotFound, InvalidArgument, ResourceExhausted.
        """
        session = parse_session(upload.session)
        file_name = display_name(upload.file_name)
        await self._store.read(lambda tx: session_rows.get(tx, session))
        async with spool(self._folder, chunks, self._max_bytes) as spooled:
            if upload.sha256 and upload.sha256.lower() != spooled.sha256:
                raise InvalidArgument("sha256", f"what arrived has the digest {spooled.sha256}; send the file again")
            read = await self._reader.read(spooled.path, file_name)
            return await self._keep(session, upload, spooled, read)

    async def _keep(
        self, session: str, upload: Upload, spooled: Spooled, read: Sequence[ReadDocument]
    ) -> list[Document]:
        kept: list[Document] = []
        for position, part in enumerate(read):
            content = part.content if position else await asyncio.to_thread(spooled.path.read_bytes)
            if position:
                part.document.parent = kept[0].name
            document = await self._insert(session, part, content)
            if upload.kind and not position:
                document = await self.update(_with_kind(document, upload.kind), ["kind"])
            kept.append(document)
        return kept

    async def _insert(self, session: str, part: ReadDocument, content: bytes) -> Document:
        for _ in range(_ID_ATTEMPTS):
            taken = await self._store.read(lambda tx: rows.ids(tx, session))
            document, pages = Document(), [Page.FromString(page.SerializeToString()) for page in part.pages]
            document.CopyFrom(part.document)
            document.create_time.FromDatetime(self._clock())
            stamp(session, free_id(document.sha256, taken), document, pages)
            facts = await asyncio.to_thread(extract_facts, document, pages)
            try:
                await self._store.write(_insertion(session, document, pages, facts, content, self._clock()))
            except AlreadyExists:
                continue
            _log.info("document stored", session=session, document=document.name, pages=len(pages), facts=len(facts))
            return document
        raise AlreadyExists("BUSY", "many copies of this file are being uploaded at once; try again")

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
        """Takes the named fields of `wanted`; raises InvalidArgument for a field that cannot be corrected."""
        session, document = parse(wanted.name, "documents")

        def work(tx: Connection) -> Document:
            corrected = correct(rows.get(tx, session, document), wanted, paths)
            rows.update(tx, corrected)
            session_rows.touch(tx, session, self._clock())
            return corrected

        return await self._store.write(work)

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


def _with_kind(document: Document, kind: DocumentKind.ValueType) -> Document:
    wanted = Document(name=document.name)
    apply_kind(wanted, kind)
    return wanted


def _insertion(
    session: str, document: Document, pages: Sequence[Page], facts: Sequence[Fact], content: bytes, now: datetime
) -> Callable[[Connection], None]:
    def work(tx: Connection) -> None:
        rows.insert(tx, document, pages, facts, content)
        session_rows.touch(tx, session, now)

    return work
