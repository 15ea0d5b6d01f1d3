"""Limits of one process towards its provider: calls at once, and requests in any minute."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from services.specialist.openai.settings import LimitSettings

_MINUTE = 60.0


class Limits:
    """First come, first served. `clock` is monotonic, in seconds."""

    def __init__(
        self, settings: LimitSettings, clock: Callable[[], float], sleep: Callable[[float], Awaitable[None]]
    ) -> None:
        self._places = asyncio.Semaphore(settings.concurrency)
        self._per_minute = settings.requests_per_minute
        self._clock = clock
        self._sleep = sleep
        self._turn = asyncio.Lock()
        self._started: deque[float] = deque()

    @asynccontextmanager
    async def place(self, waits: Callable[[], None]) -> AsyncIterator[None]:
        """A place for one call; `waits` is told when there is none at once."""
        if self._places.locked():
            waits()
        async with self._places:
            await self._minute(waits)
            yield

    async def _minute(self, waits: Callable[[], None]) -> None:
        """Waits until fewer than the limit were started in the last 60 seconds."""
        if not self._per_minute:
            return
        async with self._turn:
            while len(self._started) >= self._per_minute:
                left = self._started[0] + _MINUTE - self._clock()
                if left <= 0:
                    self._started.popleft()
                    continue
                waits()
                await self._sleep(left)
            self._started.append(self._clock())
