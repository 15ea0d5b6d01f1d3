"""Work that has begun and is carried out to its end, whether or not somebody still waits for it."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

from services.runtime.logs import get_logger

T = TypeVar("T")
_log = get_logger()
_LAST_SECONDS = 2.0


class Finishing:
    """What is being carried out so."""

    def __init__(self) -> None:
        self._at_work: set[asyncio.Task[Any]] = set()

    async def to_its_end(self, work: Coroutine[Any, Any, T]) -> T:
        """What `work` returns or raises. Who is cancelled meanwhile stays until it has ended, and is cancelled then."""
        task = asyncio.create_task(work)
        self._at_work.add(task)
        task.add_done_callback(self._at_work.discard)
        cancelled: asyncio.CancelledError | None = None
        while not task.done():
            try:
                await asyncio.wait({task})
            except asyncio.CancelledError as error:
                cancelled = error
        result = task.result()
        if cancelled is not None:
            raise cancelled
        return result

    async def end(self, seconds: float) -> None:
        """Waits so long for what is at work, and cuts off what is so then: that has 2 s to say so in its records."""
        if not await self._left_after(seconds):
            return
        for task in self._at_work:
            task.cancel()
        if left := await self._left_after(_LAST_SECONDS):
            _log.error("work goes on after its end", tasks=left)

    async def _left_after(self, seconds: float) -> int:
        if self._at_work:
            await asyncio.wait(self._at_work, timeout=seconds)
        return len(self._at_work)
