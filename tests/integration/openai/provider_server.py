"""A model's provider of our own: a small HTTP/1.1 server that sees when a client hangs up."""

from __future__ import annotations

import asyncio
import contextlib
import json
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

Answer = tuple[int, dict[str, str], Any]
Handler = Callable[[int, dict[str, Any]], Awaitable[Answer]]


@dataclass
class Seen:
    """What the server saw; times are monotonic seconds."""

    calls: int = 0
    times: list[float] = field(default_factory=list)
    bodies: list[dict[str, Any]] = field(default_factory=list)
    hung_up: list[float] = field(default_factory=list)

    async def all_hung_up(self, calls: int) -> float:
        """The time at which the last of so many calls was given up by its client."""
        async with asyncio.timeout(10):
            while len(self.hung_up) < calls:
                await asyncio.sleep(0.005)
        return self.hung_up[-1]

    async def all_called(self, calls: int) -> None:
        """Returns when there have been so many calls."""
        async with asyncio.timeout(30):
            while self.calls < calls:
                await asyncio.sleep(0.005)


async def never(_: int, __: dict[str, Any]) -> Answer:
    """An answer that does not come."""
    await asyncio.Event().wait()
    raise AssertionError("it waits for ever")


@asynccontextmanager
async def provider(handler: Handler) -> AsyncIterator[tuple[str, Seen]]:
    """The base URL and what is seen there."""
    seen = Seen()
    tasks: set[asyncio.Task[None]] = set()

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        tasks.add(task)
        task.add_done_callback(tasks.discard)
        try:
            await _serve(reader, writer, handler, seen)
        except (ConnectionError, asyncio.IncompleteReadError):
            seen.hung_up.append(time.monotonic())
        except asyncio.CancelledError:
            return  # the server stops; a stream's callback would report it as an error
        finally:
            writer.close()

    server = await asyncio.start_server(connected, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    try:
        yield f"http://127.0.0.1:{port}/v1", seen
    finally:
        server.close()
        for task in list(tasks):
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, handler: Handler, seen: Seen) -> None:
    while True:
        head = await reader.readuntil(b"\r\n\r\n")
        lines = head.decode().lower().split("\r\n")
        length = next(int(line.partition(":")[2]) for line in lines if line.startswith("content-length:"))
        body = json.loads(await reader.readexactly(length))
        number, seen.calls = seen.calls, seen.calls + 1
        seen.times.append(time.monotonic())
        seen.bodies.append(body)
        answer = await _unless_hung_up(reader, handler(number, body))
        if answer is None:
            seen.hung_up.append(time.monotonic())
            return
        writer.write(_response(*answer))
        await writer.drain()


async def _unless_hung_up(reader: asyncio.StreamReader, work: Awaitable[Answer]) -> Answer | None:
    working = asyncio.ensure_future(work)
    gone = asyncio.ensure_future(reader.read(1))
    try:
        await asyncio.wait({working, gone}, return_when=asyncio.FIRST_COMPLETED)
        return working.result() if working.done() else None
    finally:
        for task in (working, gone):
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task


def _response(status: int, headers: dict[str, str], body: Any) -> bytes:
    content = json.dumps(body).encode()
    fields = {"content-type": "application/json", "content-length": str(len(content)), **headers}
    lines = [f"HTTP/1.1 {status} told", *(f"{name}: {value}" for name, value in fields.items())]
    return "\r\n".join([*lines, "", ""]).encode() + content
