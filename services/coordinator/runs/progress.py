"""Progress in measured doses: at most one in each interval, the latest."""

from __future__ import annotations

import asyncio
from collections.abc import Callable


class ProgressGate:
    """Calls `emit` at once when the interval since the last call is over, else when it will be.

    `emit` reads the state as it then is, so that the latest wins.
    """

    def __init__(self, interval: float, emit: Callable[[], None]) -> None:
        self._interval = interval
        self._emit = emit
        self._loop = asyncio.get_running_loop()
        self._last = -float("inf")
        self._timer: asyncio.TimerHandle | None = None

    def offer(self) -> None:
        """Something has changed that may wait for the interval's end."""
        if self._timer is not None:
            return
        wait = self._last + self._interval - self._loop.time()
        if wait <= 0:
            self._fire()
        else:
            self._timer = self._loop.call_later(wait, self._fire)

    def pass_now(self) -> None:
        """Something has changed that must be told at once; what waited is told with it."""
        self.close()
        self._fire()

    def close(self) -> None:
        """Drops what waits."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _fire(self) -> None:
        self._timer = None
        self._last = self._loop.time()
        self._emit()
