"""The newest events of one run, shared by all who watch it."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from itertools import islice

from buildplan.v1.run_pb2 import RunEvent
from services.contract.run_states import is_ended

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

    def extend(self, events: Sequence[RunEvent]) -> None:
        """Takes the next events and lets every watcher look again."""
        for event in events:
            self._append(event)
        self.wake()

    def wake(self) -> None:
        """Lets every watcher look again."""
        changed, self.changed = self.changed, asyncio.Event()
        changed.set()

    def _append(self, event: RunEvent) -> None:
        """One that came before is ignored, and a gap starts the tail anew behind it."""
        if event.sequence <= self.last:
            return
        if event.sequence > self.last + 1:
            self._events.clear()
        self._events.append(event)
        self.last = event.sequence
        self.ended = event.HasField("run_state") and is_ended(event.run_state.state)
