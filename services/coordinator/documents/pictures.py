"""Pages of stored documents as pictures, and where quotes stand on them."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from typing import TypeVar

from sqlalchemy import Connection

from buildplan.v1.document_pb2 import Document, Page
from services.contract.citations import normalise, occurs
from services.contract.names import parse
from services.coordinator.store import Store
from services.coordinator.store import documents as rows
from services.reader.findings import RefusedError
from services.reader.pictures import PICTURED, PageAt, Picture, PlacedBox
from services.reader.pool import ReaderPool
from services.runtime.errors import FailedPrecondition, InvalidArgument

T = TypeVar("T")
_NARROWEST, _WIDEST, _DEFAULT_WIDTH = 100, 3000, 1200
_LONGEST_QUOTE = 10_000


class Pictures:
    """Looks at the stored files through the reader's children."""

    def __init__(self, store: Store, reader: ReaderPool) -> None:
        self._store = store
        self._reader = reader

    async def render(self, document_name: str, number: int, width: int) -> Picture:
        """The page as a PNG; 0 takes the usual width. Raises InvalidArgument, NotFound, FailedPrecondition."""
        if width and not _NARROWEST <= width <= _WIDEST:
            raise InvalidArgument("width", f"takes {_NARROWEST} to {_WIDEST} pixels; 0 means {_DEFAULT_WIDTH}")
        at, _ = await self._page(document_name, number)
        return await _drawn(self._reader.render(at, width or _DEFAULT_WIDTH))

    async def locate(self, document_name: str, number: int, quote: str) -> list[PlacedBox]:
        """Where the quote stands; empty when it does not. Raises InvalidArgument, NotFound, FailedPrecondition."""
        if len(quote) > _LONGEST_QUOTE:
            raise InvalidArgument("quote", f"takes at most {_LONGEST_QUOTE} characters")
        at, page = await self._page(document_name, number)
        ocr = page.origin == Page.ORIGIN_OCR
        if not await asyncio.to_thread(_stands_on, quote, page, ocr=ocr):
            return []
        return await _drawn(self._reader.locate(at, quote, ocr=ocr))

    async def _page(self, document_name: str, number: int) -> tuple[PageAt, Page]:
        session, identifier = parse(document_name, "documents")

        def load(tx: Connection) -> tuple[PageAt, Page]:
            document = rows.get(tx, session, identifier)
            _check_pictured(document)
            page = rows.page(tx, session, identifier, number)
            return PageAt(rows.content(tx, session, identifier), document.file_name, number), page

        return await self._store.read(load)


def _stands_on(quote: str, page: Page, *, ocr: bool) -> bool:
    """The citation check; what it does not find is not looked for."""
    return occurs(quote, normalise(page.text), ocr=ocr)


def _check_pictured(document: Document) -> None:
    """Raises FailedPrecondition for a document without pages to look at."""
    if document.media_type not in PICTURED:
        raise FailedPrecondition("NO_PICTURE", f'"{document.file_name}" has no pages to look at; read its text')
    fatal = next((finding for finding in document.findings if finding.fatal), None)
    if fatal is not None and not document.page_count:
        raise FailedPrecondition("NO_PICTURE", f'"{document.file_name}" has no pages: {fatal.message}')


async def _drawn(picture: Awaitable[T]) -> T:
    try:
        return await picture
    except RefusedError as refusal:
        message = f"the page cannot be shown: {refusal.message} {refusal.action}"
        raise FailedPrecondition("PICTURE_FAILED", message) from refusal
