"""Runs that are watched here and carried out elsewhere: one reader of the log for all watchers of a run."""

from __future__ import annotations

import asyncio
import time

from services.coordinator.runs import metrics
from services.coordinator.runs.tail import ReadLog, Tail
from services.runtime.errors import DomainError

_LOOK_ANYWAY_SECONDS = 10.0
_LINGER_SECONDS = 2.0


class _Follower:
    """The tail of one run, filled while somebody waits for it, and for a moment longer."""

    def __init__(self, cursor: int) -> None:
        self.tail = Tail(cursor)
        self.moved = asyncio.Event()
        self.waiting = 0
        self._left = asyncio.get_running_loop().time()
        self.begun = time.time()
        self.task: asyncio.Task[None] | None = None

    @property
    def wanted(self) -> bool:
        """True while it is worth reading on."""
        return self.waiting > 0 or asyncio.get_running_loop().time() - self._left < _LINGER_SECONDS

    async def wait(self) -> None:
        """Until the tail has changed."""
        changed = self.tail.changed
        self.waiting += 1
        try:
            await changed.wait()
        finally:
            self.waiting -= 1
            self._left = asyncio.get_running_loop().time()


class Elsewhere:
    """Followers by run name. Where nobody tells us of changes (`live` is False) they look every `poll` seconds."""

    def __init__(self, read_log: ReadLog, poll: float) -> None:
        self._read_log = read_log
        self._poll = poll
        self._live = False
        self._followers: dict[str, _Follower] = {}

    async def moved(self, run: str, cursor: int) -> Tail | None:
        """The run's tail as soon as it reaches beyond `cursor` or has ended; None when one must look into the log."""
        follower = self._followers.get(run) or self._begin(run, cursor)
        if follower.tail.last <= cursor:
            await follower.wait()
        return follower.tail if self._followers.get(run) is follower else None

    def hear(self, run: str) -> None:
        """The run's log has grown."""
        if follower := self._followers.get(run):
            follower.moved.set()

    def turn(self, *, live: bool) -> None:
        """From now on changes are told, or are no longer; what happened just before may have gone unheard."""
        self._live = live
        for follower in self._followers.values():
            follower.moved.set()

    def wake(self, run: str) -> None:
        """The run is carried out here from now on, or its log cannot be read: its watchers look for themselves."""
        if follower := self._followers.pop(run, None):
            if follower.task is not None:
                follower.task.cancel()
            follower.tail.wake()

    def stop(self) -> None:
        """Wakes every watcher."""
        for run in list(self._followers):
            self.wake(run)

    def _begin(self, run: str, cursor: int) -> _Follower:
        follower = self._followers[run] = _Follower(cursor)
        follower.task = asyncio.create_task(self._follow(run, follower), name=f"follows {run}")
        return follower

    async def _follow(self, run: str, follower: _Follower) -> None:
        tail = follower.tail
        while follower.wanted:
            follower.moved.clear()
            try:
                page = await self._read_log(run, tail.last)
            except DomainError:
                break
            if page.events:
                tail.extend(page.events)
                metrics.observe_elsewhere(page.events, follower.begun)
                continue
            if page.ended:
                tail.ended = True
                tail.wake()
            await self._wait(follower.moved)
        self._followers.pop(run, None)
        tail.wake()

    async def _wait(self, moved: asyncio.Event) -> None:
        try:
            async with asyncio.timeout(_LOOK_ANYWAY_SECONDS if self._live else self._poll):
                await moved.wait()
        except TimeoutError:
            return
