"""Connections whose requests never come: what they may send, how long they may take, how many there may be."""

from __future__ import annotations

import asyncio
import inspect
import json
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress

import pytest
import structlog
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from gateway.connections.door import ConnectionLimits
from gateway.connections.protocol import limited
from gateway.settings import GatewaySettings
from tests.integration.gateway.test_api import new_session
from tests.integration.gateway.web import Web, open_web

pytestmark = pytest.mark.asyncio(loop_scope="package")
HEAD_BYTES = 8 * 1024
BEGUN = b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n"


class Connection:
    """A client that writes what it likes."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    async def send(self, *pieces: bytes) -> None:
        """Writes them, as far as the other side listens."""
        with suppress(ConnectionError):
            for piece in pieces:
                self._writer.write(piece)
                await self._writer.drain()

    async def answer(self) -> tuple[int, dict[str, str], bytes]:
        """Status, headers and body of the next answer."""
        async with asyncio.timeout(10):
            head = (await self._reader.readuntil(b"\r\n\r\n")).decode()
            status, *lines = head.strip().split("\r\n")
            headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}
            body = await self._reader.readexactly(int(headers["content-length"]))
        return int(status.split()[1]), headers, body

    async def is_closed(self, seconds: float = 10) -> bool:
        """True when the other side ends it within that time, whatever it sends before."""
        try:
            async with asyncio.timeout(seconds):
                await self._reader.read()
                return True
        except TimeoutError:
            return False
        except ConnectionError:
            return True


@asynccontextmanager
async def connected(web: Web, begun: bytes = b"") -> AsyncIterator[Connection]:
    host, _, port = web.address.rpartition(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    connection = Connection(reader, writer)
    try:
        await connection.send(begun)
        yield connection
    finally:
        writer.transport.abort()


def limits(**values: float) -> GatewaySettings:
    return GatewaySettings(connections=ConnectionLimits(**values))  # type: ignore[arg-type]


async def test_a_head_up_to_its_limit_is_taken_and_no_byte_more(web: Web) -> None:
    async with open_web(web.house, limits(head_bytes=HEAD_BYTES)) as opened:
        for size, expected in ((HEAD_BYTES, 200), (HEAD_BYTES + 1, 431)):
            filling = b"X-A: " + b"a" * (size - len(BEGUN) - len(b"X-A: \r\n\r\n")) + b"\r\n\r\n"
            async with connected(opened, BEGUN + filling) as whole:
                assert (await whole.answer())[0] == expected
            async with connected(opened, BEGUN) as pieces:
                await pieces.send(*(filling[at : at + 1000] for at in range(0, size, 1000)))
                assert (await pieces.answer())[0] == expected


@pytest.mark.parametrize(
    "endless",
    [
        b"GET /" + b"a" * HEAD_BYTES,
        BEGUN + b"X-A: " + b"a" * HEAD_BYTES,
        BEGUN + b"X-A: a\r\n" * (HEAD_BYTES // 8),
    ],
    ids=["url", "value", "headers"],
)
async def test_a_head_without_end_is_refused_in_words(web: Web, endless: bytes) -> None:
    with structlog.testing.capture_logs() as logs:
        async with open_web(web.house, limits(head_bytes=HEAD_BYTES)) as opened, connected(opened, endless) as sender:
            status, headers, body = await sender.answer()
            assert (status, headers["connection"]) == (431, "close")
            assert headers["content-type"] == "application/problem+json"
            assert json.loads(body)["reason"] == "HEAD_TOO_LARGE"
            assert await sender.is_closed()
    (told,) = [line for line in logs if line["event"] == "connections closed"]
    assert (told["cause"], told["peer"]) == ("head_too_long", "127.0.0.1")


async def test_trailers_and_extensions_of_chunks_have_the_same_limit(web: Web) -> None:
    head = b"POST /sign-in HTTP/1.1\r\nHost: 127.0.0.1\r\nTransfer-Encoding: chunked\r\n\r\n"
    async with open_web(web.house, limits(head_bytes=HEAD_BYTES)) as opened:
        for endless in (b"1\r\na\r\n0\r\nX-A: ", b"1;a="):
            async with connected(opened, head + endless) as sender:
                await sender.send(b"a" * HEAD_BYTES, b"a" * HEAD_BYTES)
                assert await sender.is_closed()


async def test_a_large_body_right_behind_its_head_is_none_of_the_head(web: Web) -> None:
    body = b"{}" + b" " * 200_000
    head = b"POST /sessions HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"
    async with open_web(web.house, limits(head_bytes=HEAD_BYTES)) as opened, connected(opened) as sender:
        for _ in range(2):
            await sender.send(head % len(body) + body)
            assert (await sender.answer())[0] == 201


@pytest.mark.parametrize(
    "begun", [b"", b"\r\n", b"GET / HT", BEGUN + b"X-A: "], ids=["silent", "blank", "line", "head"]
)
async def test_a_head_that_does_not_come_is_not_waited_for(web: Web, begun: bytes) -> None:
    async with open_web(web.house, limits(head_seconds=0.3)) as opened, connected(opened, begun) as sender:
        if begun.strip():
            assert (await sender.answer())[0] == 408
        assert await sender.is_closed(5)


async def test_a_head_that_trickles_in_has_no_more_time(web: Web) -> None:
    async with open_web(web.house, limits(head_seconds=0.3)) as opened, connected(opened, BEGUN) as sender:
        began = time.monotonic()
        while not await sender.is_closed(0.02):
            assert time.monotonic() - began < 5
            await sender.send(b"X")


async def test_the_next_request_of_a_connection_has_the_same_limits(web: Web) -> None:
    async with open_web(web.house, limits(head_seconds=0.3, head_bytes=HEAD_BYTES)) as opened:
        for rest, expected in ((b"X", 408), (b"X-A: " + b"a" * HEAD_BYTES, 431)):
            async with connected(opened, BEGUN + b"\r\n") as sender:
                assert (await sender.answer())[0] == 200
                await sender.send(BEGUN + rest)
                assert (await sender.answer())[0] == expected
                assert await sender.is_closed()


async def test_a_connection_between_two_requests_is_kept(web: Web) -> None:
    async with open_web(web.house, limits(head_seconds=0.1)) as opened, connected(opened) as sender:
        for _ in range(2):
            await sender.send(BEGUN + b"\r\n")
            assert (await sender.answer())[0] == 200
            assert not await sender.is_closed(0.4)


async def test_what_comes_of_a_body_after_its_answer_is_taken_for_a_while(web: Web) -> None:
    request = BEGUN + b"Content-Length: 100000\r\n\r\n"
    short = limits(head_seconds=0.1, rest_seconds=0.6)
    async with open_web(web.house, short) as opened, connected(opened, request) as sender:
        assert (await sender.answer())[0] == 200
        began = time.monotonic()
        while not await sender.is_closed(0.05):
            assert time.monotonic() - began < 5
            await sender.send(b"x")
        assert time.monotonic() - began > 0.5


async def test_bodies_that_a_route_reads_have_no_limit_here(web: Web) -> None:
    session = await new_session(web)
    async with open_web(web.house, limits(head_seconds=0.1, rest_seconds=0.1)) as opened:
        head = f"PATCH {session} HTTP/1.1\r\nHost: {opened.address}\r\nContent-Type: application/json\r\n"
        async with connected(opened, f"{head}Content-Length: 2\r\n\r\n".encode() + b"{") as sender:
            await asyncio.sleep(0.5)
            await sender.send(b"}")
            assert (await sender.answer())[0] == 200


async def test_of_too_many_connections_the_one_that_has_waited_longest_goes(web: Web) -> None:
    with structlog.testing.capture_logs() as logs:
        async with open_web(web.house, limits(at_once=3)) as opened, AsyncExitStack() as stack:
            oldest, *kept = [await stack.enter_async_context(connected(opened, BEGUN)) for _ in range(4)]
            assert await oldest.is_closed()
            for connection in kept:
                await connection.send(b"\r\n")
                assert (await connection.answer())[0] == 200
    (told,) = [line for line in logs if line["event"] == "connections closed"]
    assert told["cause"] == "too_many_connections"


async def test_where_all_connections_are_being_answered_a_new_one_is_closed(web: Web) -> None:
    """Their routes wait for bodies."""
    request = b"POST /sign-in HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 7\r\n\r\n"
    async with open_web(web.house, limits(at_once=2)) as opened, AsyncExitStack() as stack:
        answered = [await stack.enter_async_context(connected(opened, request)) for _ in range(2)]
        await asyncio.sleep(0.1)
        async with connected(opened) as newcomer:
            assert await newcomer.is_closed()
        for connection in answered:
            await connection.send(b"token=x")
            assert (await connection.answer())[0] == 303


async def test_uvicorn_still_has_what_is_built_on() -> None:
    """What a renamed callback would switch off without a word."""
    ours = vars(limited(ConnectionLimits()).__mro__[1])
    called = {"connection_made", "connection_lost", "data_received", "on_headers_complete", "on_body"}
    called |= {"on_message_complete", "on_response_complete"}
    assert called <= ours.keys() & vars(HttpToolsProtocol).keys()
    source = inspect.getsource(HttpToolsProtocol)
    for line in ("self.transport = transport", "self.connections.add(self)", "on_response=self.on_response_complete"):
        assert line in source
    private = {name for name in ours if name.startswith("_") and not name.startswith("__")}
    assert not private & vars(HttpToolsProtocol).keys()
    assert not [name for name in private if f"self.{name} " in source or f"self.{name}:" in source]
