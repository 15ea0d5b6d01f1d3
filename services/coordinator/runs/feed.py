"""Watchers: each keeps a cursor, all of a run share one short tail, and whoever is behind it reads the log."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass
from itertools import islice

from buildplan.v1.run_pb2 import RunEvent
from services.contract.run_states import is_ended
from services.runtime.errors import Unavailable

TAIL_LENGTH = 256


@dataclass(frozen=True)
class LogPage:
    """Events of the stored log after a cursor, and whether the run has ended with the last of its log."""

    events: Sequence[RunEvent]
    ended: bool


ReadLog = Callable[[str, int], Awaitable[LogPage]]


class Tail:
    """The newest events of one run in flight, without gaps; the log has all of them and more."""

    def __init__(self, last: int) -> None:
        self.last = last
        self.ended = False
        self.changed = asyncio.Event()
        self._events: deque[RunEvent] = deque(maxlen=TAIL_LENGTH)

    def covers(self, cursor: int) -> bool:
        """True when every event after `cursor` is here."""
        return cursor >= self.last - len(self._events)

    def after(self, cursor: int) -> list[RunEvent]:
        """The events after a cursor that is covered."""
        known = len(self._events) - (self.last - cursor)
        return list(islice(self._events, known, None)) if cursor < self.last else []

    def append(self, event: RunEvent) -> None:
        """Takes the next event; one that came before is ignored, and a gap starts the tail anew behind it."""
        if event.sequence <= self.last:
            return
        if event.sequence > self.last + 1:
            self._events.clear()
        self._events.append(event)
        self.last = event.sequence
        self.ended = event.HasField("run_state") and is_ended(event.run_state.state)

    def wake(self) -> None:
        """Lets every watcher look again."""
        changed, self.changed = self.changed, asyncio.Event()
        changed.set()


class Feed:
    """The tails of the runs that are carried out here, and the watchers of any run."""

    def __init__(self, read_log: ReadLog, poll: float) -> None:
        self._read_log = read_log
        self._poll = poll
        self._tails: dict[str, Tail] = {}
        self._stopped = asyncio.Event()

    def open(self, run: str, last_sequence: int) -> None:
        """A run is carried out here from now on; events are published after `last_sequence`."""
        self._tails[run] = Tail(last_sequence)

    def publish(self, run: str, events: Sequence[RunEvent]) -> None:
        """Shows events that have been committed."""
        tail = self._tails.get(run)
        if tail is None:
            return
        for event in events:
            tail.append(event)
        tail.wake()

    def close(self, run: str) -> None:
        """The run is no longer carried out here; its tail is dropped when the last watcher has read it."""
        tail = self._tails.pop(run, None)
        if tail is not None:
            tail.wake()

    def stop(self) -> None:
        """Ends every watcher with Unavailable, so that it comes back with its cursor."""
        self._stopped.set()
        for tail in self._tails.values():
            tail.wake()

    async def watch(self, run: str, after_sequence: int) -> AsyncIterator[RunEvent]:
        """The events after `after_sequence`, then those that come; ends after the run's last event.

        Nothing is queued for a watcher: between two events it holds its cursor alone.
        """
        cursor = after_sequence
        tail: Tail | None = None
        while True:
            self._check_open()
            tail = self._tails.get(run, tail)
            if tail is not None and tail.covers(cursor):
                events: Sequence[RunEvent] = tail.after(cursor)
                ended = tail.ended
            else:
                page = await self._read_log(run, cursor)
                events, ended = page.events, page.ended
            for event in events:
                yield event
                cursor = event.sequence
            if events:
                continue
            if ended and self._tails.get(run) in (None, tail):
                return
            tail = await self._wait(run, tail)

    def _check_open(self) -> None:
        if self._stopped.is_set():
            raise Unavailable("DRAINING", "this coordinator is stopping; watch again after the last sequence number")

    async def _wait(self, run: str, tail: Tail | None) -> Tail | None:
        """Until the run may have moved on. A run that is carried out elsewhere is looked at again and again."""
        if tail is not None and self._tails.get(run) is tail:
            await tail.changed.wait()
            return tail
        try:
            async with asyncio.timeout(self._poll):
                await self._stopped.wait()
        except TimeoutError:
            return None
        return None
