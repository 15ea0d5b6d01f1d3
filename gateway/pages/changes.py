"""A run's events as a page takes them: the HTML of what each one changes, its sequence number as the id."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from weakref import WeakKeyDictionary

from fastapi.sse import format_sse_event

from gateway.coordinator import Coordinator
from gateway.events import sse
from gateway.events.feed import Entry, Feeds
from gateway.pages import dress
from gateway.pages.views.board import Board

_REST_MILLISECONDS = 4_000
# Written once for all who watch: every page of a run has the same board when it comes to the same event.
_written: WeakKeyDictionary[Entry, bytes] = WeakKeyDictionary()


@dataclass
class Changes:
    """One page's stream. `board` is empty at first; `cursor` is the sequence number that the page has."""

    board: Board
    cursor: int
    session: str

    async def follow(self, feeds: Feeds, coordinator: Coordinator, heartbeat: float) -> AsyncIterator[bytes]:
        """What comes, until the run has ended or the stream breaks off; then the page comes back with its cursor."""
        with feeds.open(coordinator, self.board.run.name) as feed:
            await feed.begun()
            yield sse.OPENING
            async for entries in feed.after(0, heartbeat):
                yield b"".join(self._take(entry) for entry in entries) or sse.HEARTBEAT
            if feed.ended:
                yield sse.of_fields("rest", {})

    async def rest(self, *, superseded: bool) -> AsyncIterator[bytes]:
        """Nothing to follow: the page asks again after a while, for somebody may resume the run or start another."""
        yield format_sse_event(retry=_REST_MILLISECONDS)
        yield sse.of_fields("newer" if superseded else "rest", {})

    def _take(self, entry: Entry) -> bytes:
        self.board.apply(entry.event)
        if entry.event.sequence <= self.cursor:
            return b""
        if entry not in _written:
            html = dress.text("parts/progress.html", board=self.board, event=entry.event, id=self.session)
            _written[entry] = format_sse_event(data_str=html, id=str(entry.event.sequence))
        return _written[entry]
