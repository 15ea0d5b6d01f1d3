"""Watchers: each keeps a cursor, all of a run share one short tail, and whoever is behind it reads the log."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence

from buildplan.v1.run_pb2 import RunEvent
from services.coordinator.runs.elsewhere import Elsewhere
from services.coordinator.runs.tail import ReadLog, Tail
from services.runtime.errors import Unavailable


class Feed:
    """The tails of the runs that are carried out here, and the watchers of any run."""

    def __init__(self, read_log: ReadLog, elsewhere: Elsewhere) -> None:
        self._read_log = read_log
        self._elsewhere = elsewhere
        self._tails: dict[str, Tail] = {}
        self._stopped = False

    def open(self, run: str, last_sequence: int) -> None:
        """A run is carried out here from now on; events are published after `last_sequence`."""
        self._tails[run] = Tail(last_sequence)
        self._elsewhere.wake(run)

    def publish(self, run: str, events: Sequence[RunEvent]) -> None:
        """Shows events that have been committed."""
        tail = self._tails.get(run)
        if tail is not None:
            tail.extend(events)

    def close(self, run: str) -> None:
        """The run is no longer carried out here; its tail is dropped when the last watcher has read it."""
        tail = self._tails.pop(run, None)
        if tail is not None:
            tail.wake()

    def stop(self) -> None:
        """Ends every watcher with Unavailable, so that it comes back with its cursor."""
        self._stopped = True
        for tail in self._tails.values():
            tail.wake()
        self._elsewhere.stop()

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
            tail = await self._wait(run, tail, cursor)

    def _check_open(self) -> None:
        if self._stopped:
            raise Unavailable("DRAINING", "this coordinator is stopping; watch again after the last sequence number")

    async def _wait(self, run: str, tail: Tail | None, cursor: int) -> Tail | None:
        """Until the run may have moved on, here or elsewhere; the tail that it has then."""
        if tail is not None and self._tails.get(run) is tail:
            await tail.changed.wait()
            return tail
        if run in self._tails:
            return None
        return await self._elsewhere.moved(run, cursor)
