"""A run's events for many readers: one watch of the coordinator for all who may see it with the same token.

A feed lives while somebody reads it. Each reader keeps a cursor and nothing is queued for it, so a slow one costs
nothing and delays nobody. A watch that breaks is taken up again behind the last event.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import grpc

from buildplan.v1.run_pb2 import RunEvent
from buildplan.v1.run_service_pb2 import WatchRunRequest
from gateway.coordinator import Coordinator
from gateway.events.sse import of_event
from services.contract.run_states import is_ended

_PAUSE_SECONDS = 0.2
_BEGIN_SECONDS = 1.0
_BROKEN = frozenset({grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.DEADLINE_EXCEEDED, grpc.StatusCode.CANCELLED})


@dataclass(frozen=True, eq=False)
class Entry:
    """An event, and how it is written to every reader."""

    event: RunEvent
    written: bytes


class Feed:
    """The events of one run from its first on; sequence numbers count from 1 without gaps.

    Closed once the run has `ended`, the coordinator has refused (`failure`) or the gateway stops.
    """

    def __init__(self, coordinator: Coordinator, run: str) -> None:
        self.ended = False
        self.failure: Exception | None = None
        self.readers = 0
        self._coordinator = coordinator
        self._run = run
        self._entries: list[Entry] = []
        self._changed = asyncio.Event()
        self._watching = asyncio.create_task(self._follow())
        self._watching.add_done_callback(lambda _: self._wake())

    @property
    def closed(self) -> bool:
        """True when nothing more will come."""
        return self._watching.done()

    async def after(self, cursor: int, idle_seconds: float) -> AsyncIterator[Sequence[Entry]]:
        """What comes after a sequence number, as it comes, until the feed is closed; nothing after each idle time."""
        while True:
            entries = self._entries[cursor:]
            cursor += len(entries)
            if entries:
                yield entries
            elif self.closed:
                return
            elif not await self._change_within(idle_seconds):
                yield ()

    async def begun(self) -> None:
        """Returns with the first event, or after a moment without one; raises what the coordinator refused it with."""
        if not self._entries and not self.closed:
            await self._change_within(_BEGIN_SECONDS)
        if self.failure is not None and not self._entries:
            raise self.failure

    def close(self) -> None:
        """Ends every reader where it is."""
        self._watching.cancel()

    async def _follow(self) -> None:
        try:
            await self._watch()
            while not self.ended:
                await asyncio.sleep(_PAUSE_SECONDS)
                await self._watch()
        except Exception as error:  # noqa: BLE001 - every reader is told of it
            self.failure = error

    async def _watch(self) -> None:
        """One watch, to the run's end or until it breaks; raises the call's error when the coordinator refuses."""
        question = WatchRunRequest(name=self._run, after_sequence=len(self._entries))
        call = self._coordinator.runs.WatchRun(question, metadata=self._coordinator.metadata)
        try:
            async for answer in call:
                self._take(answer.event)
            self.ended = bool(self._entries) and is_end(self._entries[-1].event)
        except grpc.aio.AioRpcError as error:
            if error.code() not in _BROKEN:
                raise
        finally:
            call.cancel()

    def _take(self, event: RunEvent) -> None:
        if event.sequence == len(self._entries) + 1:
            self._entries.append(Entry(event, of_event(event)))
            self._wake()

    def _wake(self) -> None:
        changed, self._changed = self._changed, asyncio.Event()
        changed.set()

    async def _change_within(self, seconds: float) -> bool:
        try:
            async with asyncio.timeout(seconds):
                await self._changed.wait()
        except TimeoutError:
            return False
        return True


class Feeds:
    """The feeds that are being read."""

    def __init__(self) -> None:
        self._feeds: dict[tuple[str, str], Feed] = {}

    def close(self) -> None:
        """Ends every reader; they come back with their cursors, to whoever serves then."""
        for feed in self._feeds.values():
            feed.close()

    @contextmanager
    def open(self, coordinator: Coordinator, run: str) -> Iterator[Feed]:
        """The feed of a run that the caller of `coordinator` has been found to be allowed to see."""
        key = (run, coordinator.bearer)
        feed = self._feeds.get(key)
        if feed is None or feed.closed:
            feed = self._feeds[key] = Feed(coordinator, run)
        feed.readers += 1
        try:
            yield feed
        finally:
            feed.readers -= 1
            if not feed.readers:
                feed.close()
                if self._feeds.get(key) is feed:
                    del self._feeds[key]


def is_end(event: RunEvent) -> bool:
    """True when nothing comes after it without a resume or a retry."""
    return event.HasField("run_state") and is_ended(event.run_state.state)
