"""What the reader does for others, in child processes: reads files, finds what they claim, draws and searches pages."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

from buildplan.v1.document_pb2 import Document, Page
from services.reader.child_process import ChildProcess
from services.reader.claims import Claims, claims_of, claims_request
from services.reader.document import ReadDocument, safe_name
from services.reader.findings import RefusedError
from services.reader.framing import Frame, document_of
from services.reader.lane import Lane
from services.reader.limits import Limits
from services.reader.pictures import PageAt, Picture, PlacedBox
from services.reader.pictures.frames import boxes_of, locate_request, picture_of, render_request


class ReaderPool:
    """Reads at most `children` files at once, and beside them draws facts of as many papers, pages as many, OCRs one.

    An async context manager. So a long OCR keeps nobody from a correction or a picture. A file costs its child alone.
    """

    def __init__(self, limits: Limits | None = None, children: int = 1) -> None:
        idle = list[ChildProcess]()
        self._lanes = [Lane(limits or Limits(), count, idle) for count in (children, children, children, 1)]
        self._reading, self._claiming, self._looking, self._recognising = self._lanes

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self.close()

    async def read(self, path: Path, file_name: str) -> list[ReadDocument]:
        """The file's document first, then those of its attachments, flattened.

        Never raises for a bad file: its document then has a fatal finding. Raises RuntimeError when closed.

        Args:
            path: Where the bytes are stored. Only read.
            file_name: The name for the user; never used as a path.
        """
        stored = await asyncio.to_thread(path.absolute)
        request = Frame({"ask": "read", "path": str(stored), "file_name": file_name})
        try:
            return await self._reading.ask(request, lambda frames: [document_of(frame) for frame in frames])
        except RefusedError as refusal:
            return [await asyncio.to_thread(_refused, path, file_name, refusal)]

    async def claims(self, document: Document, pages: Sequence[Page]) -> Claims:
        """What a paper claims that has its name and ids; raises RefusedError when its child did not survive that."""
        request = await asyncio.to_thread(claims_request, document, pages)
        return await self._claiming.ask(request, claims_of)

    async def render(self, page: PageAt, width: int) -> Picture:
        """A page as a PNG of about `width` pixels; raises RefusedError when the file cannot be drawn."""
        return await self._looking.ask(render_request(page, width), picture_of)

    async def locate(self, page: PageAt, quote: str, *, ocr: bool) -> list[PlacedBox]:
        """Where the quote stands on the page's picture, in fractions of it; empty when it is not found there.

        With `ocr` the page is recognised for its words. Raises RefusedError when the file cannot be opened.
        """
        lane = self._recognising if ocr else self._looking
        return await lane.ask(locate_request(page, quote, ocr=ocr), boxes_of)

    async def close(self) -> None:
        """Ends all children, in the middle of a file if need be."""
        await asyncio.gather(*(lane.close() for lane in self._lanes))


def _refused(path: Path, file_name: str, refusal: RefusedError) -> ReadDocument:
    """The document of a file whose child ended; runs in a thread, for it reads the file for its digest."""
    document = Document(file_name=safe_name(file_name), media_type="application/octet-stream")
    if path.is_file():
        document.size_bytes = path.stat().st_size
        with path.open("rb") as file:
            document.sha256 = hashlib.file_digest(file, "sha256").hexdigest()
    document.findings.append(refusal.as_finding())
    return ReadDocument(document=document, pages=(), content=b"")
