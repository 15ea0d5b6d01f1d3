"""Child processes for one kind of work; a bad file costs its child, never the caller."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TypeVar

from services.reader.child_process import ChildProcess, Stopped
from services.reader.findings import RefusedError
from services.reader.framing import Frame
from services.reader.limits import Limits

T = TypeVar("T")


class Lane:
    """Answers requests in child processes, at most `children` at once.

    Children are started when first needed and kept warm, for all lanes that share `idle`. One that crashes, hangs or
    uses too much is killed with all that it started, and the next request gets a new one.
    """

    def __init__(self, limits: Limits, children: int, idle: list[ChildProcess]) -> None:
        self._limits = limits
        self._idle = idle
        self._busy: set[ChildProcess] = set()
        self._slots = asyncio.Semaphore(children)
        self._closed = False

    async def ask(self, request: Frame, decode: Callable[[list[Frame]], T]) -> T:
        """What `decode` makes of the answer.

        Raises RefusedError when `decode` does so or the child did not survive, RuntimeError when closed.
        """
        async with self._slots:
            if self._closed:
                raise RuntimeError("the reader pool is closed")
            child = await self._take()
            self._busy.add(child)
            healthy = False
            try:
                answer = await child.ask(request, self._limits, decode)
                healthy = True
            except RefusedError:
                healthy = True
                raise
            except Stopped as stopped:
                raise stopped.refusal from stopped
            finally:
                self._busy.discard(child)
                if healthy and not self._closed:
                    self._idle.append(child)
                else:
                    await child.kill()
            return answer

    async def close(self) -> None:
        """Ends all children, in the middle of a file if need be."""
        self._closed = True
        children = [*self._idle, *self._busy]
        self._idle.clear()
        await asyncio.gather(*(child.kill() for child in children))

    async def _take(self) -> ChildProcess:
        while self._idle:
            child = self._idle.pop()
            if child.alive:
                return child
            await child.kill()
        return await _started()


async def _started() -> ChildProcess:
    """A new child; a caller that is cancelled while it starts leaves none behind."""
    starting = asyncio.create_task(ChildProcess.start())
    try:
        return await asyncio.shield(starting)
    except asyncio.CancelledError:
        child = await starting
        await child.kill()
        raise
