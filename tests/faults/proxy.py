"""A TCP proxy that may swallow everything, as a network does whose packets are dropped."""

from __future__ import annotations

import asyncio
from typing import Self


class Proxy:
    """Passes bytes on to `target` (`host:port`) while it is entered; `passed` counts them."""

    def __init__(self, target: str) -> None:
        self.passed = 0
        self._target = target
        self._swallowing = False
        self._open: set[asyncio.StreamWriter] = set()
        self._pumps: set[asyncio.Task[None]] = set()

    @property
    def address(self) -> str:
        """`host:port` of its own."""
        return f"127.0.0.1:{self._server.sockets[0].getsockname()[1]}"

    def blackhole(self) -> None:
        """Nothing comes through any more, and nothing says so; connections made meanwhile stay dead for ever."""
        self._swallowing = True

    def heal(self) -> None:
        """New connections come through again."""
        self._swallowing = False

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", 0)
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()
        for pump in self._pumps:
            pump.cancel()
        await asyncio.gather(*self._pumps, return_exceptions=True)
        for writer in self._open:
            writer.close()

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._open.add(writer)
        if self._swallowing:
            return
        host, _, port = self._target.rpartition(":")
        try:
            far_reader, far_writer = await asyncio.open_connection(host, int(port))
        except OSError:
            writer.close()
            return
        self._open.add(far_writer)
        for source, sink in ((reader, far_writer), (far_reader, writer)):
            pump = asyncio.create_task(self._pump(source, sink))
            self._pumps.add(pump)
            pump.add_done_callback(self._pumps.discard)

    async def _pump(self, source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
        try:
            while data := await source.read(65536):
                if self._swallowing:
                    await asyncio.Event().wait()
                self.passed += len(data)
                sink.write(data)
                await sink.drain()
        except ConnectionError:
            pass
        finally:
            sink.close()
