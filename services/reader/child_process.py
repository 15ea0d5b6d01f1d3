"""A child process of the reader as its parent sees it: one request after another, each within its limits."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TypeVar

from services.reader.findings import RefusedError
from services.reader.framing import OUT_OF_MEMORY_EXIT, BrokenFrameError, Frame, encode, read_frame
from services.reader.limits import MIB, Limits

T = TypeVar("T")
_log = logging.getLogger(__name__)
_KEPT_VARIABLES = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "PYTHONPATH", "VIRTUAL_ENV", "TESSDATA_PREFIX")
_WORK = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Stopped(Exception):
    """The child ended in the middle of a request; `refusal` says why."""

    refusal: RefusedError


class ChildProcess:
    """One process and the pipes to it."""

    def __init__(
        self, process: subprocess.Popen[bytes], requests: asyncio.StreamWriter, answers: asyncio.StreamReader
    ) -> None:
        self._process = process
        self._requests = requests
        self._answers = answers

    @classmethod
    async def start(cls) -> ChildProcess:
        """A new process that waits for its first request.

        By the standard library, which goes from vfork straight to exec: uvloop forks, and what other libraries do in a
        forked child (gRPC, OpenTelemetry) brought some of the children down.
        """
        process = await asyncio.to_thread(_spawn)
        loop = asyncio.get_running_loop()
        answers = asyncio.StreamReader()
        protocol = asyncio.StreamReaderProtocol(answers)
        await loop.connect_read_pipe(lambda: protocol, process.stdout)
        transport, flow = await loop.connect_write_pipe(asyncio.streams.FlowControlMixin, process.stdin)
        return cls(process, asyncio.StreamWriter(transport, flow, None, loop), answers)

    @property
    def alive(self) -> bool:
        """False once it has ended."""
        return self._process.poll() is None

    async def ask(self, request: Frame, limits: Limits, decode: Callable[[list[Frame]], T]) -> T:
        """What `decode` makes of the answer; raises Stopped, after which the child is of no more use."""
        limited = Frame({**request.header, "limits": asdict(limits)}, request.body)
        try:
            async with asyncio.timeout(limits.wall_seconds) as clock:
                await self._send(limited)
                return await asyncio.to_thread(decode, await self._receive(clock, limits))
        except TimeoutError as error:
            raise Stopped(_timed_out(f"{limits.wall_seconds:g} seconds")) from error
        except BrokenFrameError as error:
            raise Stopped(_crashed()) from error

    async def _send(self, request: Frame) -> None:
        if self._requests.is_closing():
            raise Stopped(await self._why(Limits()))
        try:
            self._requests.write(encode(request))
            await self._requests.drain()
        except ConnectionError as error:
            raise Stopped(await self._why(Limits())) from error

    async def _receive(self, clock: asyncio.Timeout, limits: Limits) -> list[Frame]:
        frames: list[Frame] = []
        pages_left = limits.max_ocr_pages
        while (frame := await read_frame(self._answers)) is not None:
            kind = frame.header.get("type")
            if kind == "done" and frames:
                return frames
            if kind == "defect":
                _log.error("a request brought the reader down: %s", frame.header.get("what"))
            elif kind == "ocr":
                pages = min(int(frame.header.get("pages", 0)), pages_left)
                pages_left -= pages
                deadline = clock.when() or asyncio.get_running_loop().time()
                clock.reschedule(deadline + pages * limits.ocr_wall_seconds_per_page)
            else:
                frames.append(frame)
        raise Stopped(await self._why(limits))

    async def _why(self, limits: Limits) -> RefusedError:
        """What ended the child, by its exit status."""
        status = await asyncio.to_thread(self._process.wait)
        if status == -signal.SIGPROF:
            return _timed_out(f"{limits.cpu_seconds:g} seconds of processor time")
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
        await asyncio.to_thread(self._bury)
        self._requests.close()

    def _bury(self) -> None:
        """Waits for it, and for what it left behind: a container's first process is the parent of all orphans."""
        self._process.wait()
        with suppress(ChildProcessError):
            while True:
                os.waitpid(-self._process.pid, 0)


def _spawn() -> subprocess.Popen[bytes]:
    environment = {name: os.environ[name] for name in _KEPT_VARIABLES if name in os.environ}
    return subprocess.Popen(
        [sys.executable, "-m", "services.reader"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        bufsize=0,
        cwd=_WORK,
        env={**environment, "MALLOC_ARENA_MAX": "1"},
        start_new_session=True,
    )


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
