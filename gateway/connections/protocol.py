"""uvicorn's HTTP protocol with limits for what comes before a request is there: uvicorn itself has none."""

from __future__ import annotations

import asyncio
from typing import ClassVar

from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

from gateway.connections.door import Cause, ConnectionLimits, Door
from gateway.problems import Problem


def limited(limits: ConnectionLimits) -> type[HttpToolsProtocol]:
    """The protocol of one server's connections."""
    return type("LimitedProtocol", (_LimitedProtocol,), {"door": Door(limits)})


class _LimitedProtocol(HttpToolsProtocol):
    """Counts what comes without a complete head or a piece of a body, and closes where that is too much or too late.

    So heads, trailers and the extensions of chunks have one limit. The clock runs only while nothing is being answered:
    live streams and bodies that a route reads have no end here.
    """

    door: ClassVar[Door]
    _unused = 0
    _in_body = False
    _deadline: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """A connection, which may be one too many."""
        super().connection_made(transport)
        self._begin_deadline()
        self.door.enter(self, len(self.connections))

    def connection_lost(self, exc: Exception | None) -> None:
        """Its end."""
        self._end_deadline()
        self.door.leave(self)
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Bytes of a request; those of a head are taken up to its limit first."""
        room = self.door.limits.head_bytes - self._unused
        if not self._in_body and len(data) > room:
            self._take(data[:room])
            if self._unused and not self.transport.is_closing():
                self._refuse_length()
            data = data[room:]
        if not self.transport.is_closing():
            self._take(data)

    def on_headers_complete(self) -> None:
        """The head is there."""
        self._unused = 0
        self._in_body = True
        self._end_deadline()
        self.door.leave(self)
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        """A piece of the body."""
        self._unused = 0
        super().on_body(body)

    def on_message_complete(self) -> None:
        """The request is there as a whole."""
        self._unused = 0
        self._in_body = False
        super().on_message_complete()

    def on_response_complete(self) -> None:
        """An answer is sent; uvicorn waits for the next request, or begins with one that has come already."""
        super().on_response_complete()
        if self.cycle.response_complete and not self.transport.is_closing():
            self.door.wait(self)

    def give_way(self) -> None:
        """Closes for want of room."""
        self.door.tell(Cause.TOO_MANY, self._peer())
        self._close(Problem(503, "too many clients are connected; try again in a moment", retry_after=1))

    def _take(self, data: bytes) -> None:
        self._unused += len(data)
        super().data_received(data)
        if self._unused > self.door.limits.head_bytes:
            self._refuse_length()
        elif self._deadline is None and not self._is_answering():
            self._begin_deadline()

    def _refuse_length(self) -> None:
        self.door.tell(Cause.TOO_LONG, self._peer())
        limit = self.door.limits.head_bytes
        self._close(Problem(431, f"the request's head is longer than {limit} bytes", "HEAD_TOO_LARGE"))

    def _refuse_lateness(self) -> None:
        seconds = self.door.limits.head_seconds
        if self._unused:
            self.door.tell(Cause.TOO_SLOW, self._peer())
        self._close(Problem(408, f"the request's head did not come within {seconds:g} s"))

    def _close(self, problem: Problem) -> None:
        """Says why where a client has begun a request and no answer is on its way."""
        if self._unused and not self._in_body and not self._is_answering():
            answer = problem.answer("")
            head = [(b"connection", b"close"), *answer.raw_headers]
            lines = [b"%s: %s\r\n" % line for line in head]
            self.transport.write(b"".join([STATUS_LINE[problem.status], *lines, b"\r\n", answer.body]))
        self.transport.close()

    def _is_answering(self) -> bool:
        return self.cycle is not None and not self.cycle.response_complete

    def _begin_deadline(self) -> None:
        limits = self.door.limits
        seconds = limits.rest_seconds if self._in_body else limits.head_seconds
        self._deadline = self.loop.call_later(seconds, self._refuse_lateness)

    def _end_deadline(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _peer(self) -> str:
        return self.client[0] if self.client else ""
