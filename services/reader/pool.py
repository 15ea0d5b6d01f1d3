"""Warm child processes that read files; a bad file costs its child, never the caller."""

from __future__ import annotations

import asyncio
import hashlib
import os
import signal
import sys
from dataclasses import asdict, dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from buildplan.v1.document_pb2 import Document
from services.reader.document import ReadDocument, safe_name
from services.reader.findings import RefusedError
from services.reader.framing import OUT_OF_MEMORY_EXIT, BrokenFrameError, Frame, document_of, encode, read_frame
from services.reader.limits import MIB, Limits

_KEPT_VARIABLES = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "PYTHONPATH", "VIRTUAL_ENV", "TESSDATA_PREFIX")
_WORK = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class _Stopped(Exception):
    """The child ended in the middle of a file; `refusal` says why."""

    refusal: RefusedError


class ReaderPool:
    """Reads files in child processes, at most `children` at once. An async context manager.

    Children are started when first needed and kept warm. One that crashes, hangs or uses too much is killed
    with all that it started, and the next file gets a new one.
    """

    def __init__(self, limits: Limits | None = None, children: int = 1) -> None:
        self._limits = limits or Limits()
        self._idle: list[_Child] = []
        self._busy: set[_Child] = set()
        self._slots = asyncio.Semaphore(children)
        self._closed = False

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
        async with self._slots:
            if self._closed:
                raise RuntimeError("the reader pool is closed")
            child = await self._take()
            self._busy.add(child)
            healthy = False
            try:
                documents = await child.read(await asyncio.to_thread(path.absolute), file_name, self._limits)
                healthy = True
            except _Stopped as stopped:
                documents = [await asyncio.to_thread(_refused, path, file_name, stopped.refusal)]
            finally:
                self._busy.discard(child)
                if healthy and not self._closed:
                    self._idle.append(child)
                else:
                    await child.kill()
            return documents

    async def close(self) -> None:
        """Ends all children, in the middle of a file if need be."""
        self._closed = True
        children = [*self._idle, *self._busy]
        self._idle.clear()
        await asyncio.gather(*(child.kill() for child in children))

    async def _take(self) -> _Child:
        while self._idle:
            child = self._idle.pop()
            if child.alive:
                return child
            await child.kill()
        return await _Child.start()


class _Child:
    """One process and the pipes to it."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process

    @classmethod
    async def start(cls) -> _Child:
        environment = {name: os.environ[name] for name in _KEPT_VARIABLES if name in os.environ}
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "services.reader",
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            cwd=_WORK,
            env={**environment, "MALLOC_ARENA_MAX": "1"},
            start_new_session=True,
        )
        return cls(process)

    @property
    def alive(self) -> bool:
        return self._process.returncode is None

    async def read(self, path: Path, file_name: str, limits: Limits) -> list[ReadDocument]:
        request = Frame({"path": str(path), "file_name": file_name, "limits": asdict(limits)})
        try:
            async with asyncio.timeout(limits.wall_seconds) as clock:
                await self._send(request)
                return await self._receive(clock, limits)
        except TimeoutError as error:
            raise _Stopped(_timed_out(f"{limits.wall_seconds:g} seconds")) from error
        except BrokenFrameError as error:
            raise _Stopped(_crashed()) from error

    async def _send(self, request: Frame) -> None:
        pipe = self._process.stdin
        if pipe is None:
            raise BrokenFrameError("the child has no input")
        try:
            pipe.write(encode(request))
            await pipe.drain()
        except ConnectionError as error:
            raise _Stopped(await self._why(Limits())) from error

    async def _receive(self, clock: asyncio.Timeout, limits: Limits) -> list[ReadDocument]:
        pipe = self._process.stdout
        if pipe is None:
            raise BrokenFrameError("the child has no output")
        documents: list[ReadDocument] = []
        pages_left = limits.max_ocr_pages
        while (frame := await read_frame(pipe)) is not None:
            kind = frame.header.get("type")
            if kind == "done" and documents:
                return documents
            if kind == "document":
                documents.append(await asyncio.to_thread(document_of, frame))
            elif kind == "ocr":
                pages = min(int(frame.header.get("pages", 0)), pages_left)
                pages_left -= pages
                deadline = clock.when() or asyncio.get_running_loop().time()
                clock.reschedule(deadline + pages * limits.ocr_wall_seconds_per_page)
        raise _Stopped(await self._why(limits))

    async def _why(self, limits: Limits) -> RefusedError:
        """What ended the child, by its exit status."""
        status = await self._process.wait()
        if status == -signal.SIGXCPU:
            return _timed_out(f"{limits.cpu_seconds} seconds of processor time")
        if status == OUT_OF_MEMORY_EXIT:
            return RefusedError(
                "OUT_OF_MEMORY",
                f"Reading the file took more than {limits.memory_bytes / MIB:,.0f} MB of memory and was stopped.",
                "Split the file, or upload only the parts that concern this job.",
            )
        return _crashed()

    async def kill(self) -> None:
        """Ends the process and all that it started."""
        try:
            os.killpg(self._process.pid, signal.SIGKILL)
        except ProcessLookupError:
            if self.alive:
                self._process.kill()
        await self._process.wait()
        transport = getattr(self._process, "_transport", None)
        if transport is not None:
            transport.close()


def _timed_out(what: str) -> RefusedError:
    return RefusedError(
        "TIMED_OUT",
        f"Reading the file took more than {what} and was stopped.",
        "Split the file, or export it again as a plain PDF.",
    )


def _crashed() -> RefusedError:
    return RefusedError(
        "UNREADABLE", "The file brought its reader down: it is damaged or hostile.", "Export it again from its source."
    )


def _refused(path: Path, file_name: str, refusal: RefusedError) -> ReadDocument:
    """The document of a file whose child ended; runs in a thread, for it reads the file for its digest."""
    document = Document(file_name=safe_name(file_name), media_type="application/octet-stream")
    if path.is_file():
        document.size_bytes = path.stat().st_size
        with path.open("rb") as file:
            document.sha256 = hashlib.file_digest(file, "sha256").hexdigest()
    document.findings.append(refusal.as_finding())
    return ReadDocument(document=document, pages=(), content=b"")
