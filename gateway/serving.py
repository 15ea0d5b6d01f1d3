"""Serving HTTP until a signal, and an end that loses nothing."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn
from fastapi import FastAPI

from gateway.connections.protocol import limited
from gateway.events.feed import Feeds
from services.runtime.collector import settle
from services.runtime.ending import asked_to_end, end_in_time
from services.runtime.logs import get_logger
from services.runtime.settings import ServerSettings, SettingError

_log = get_logger()
_KEEP_ALIVE_SECONDS = 20


class _Server(uvicorn.Server):
    """Leaves signals to us: uvicorn would raise them again at its end, and end the process with them."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


class RunningGateway:
    """A started server; `address` is `host:port`."""

    def __init__(self, app: FastAPI, server: uvicorn.Server, serving: asyncio.Task[None], address: str) -> None:
        self._state = app.state
        self._server = server
        self._serving = serving
        self.address = address

    async def drain(self, notice_seconds: float) -> None:
        """Bad health first, a time for balancers to see it; then no new connections, and an end to calls in flight.

        Live streams are ended; their clients come back with their cursors, to whoever serves then.
        """
        self._state.draining = True
        await asyncio.sleep(notice_seconds)
        feeds: Feeds = self._state.feeds
        feeds.close()
        self._server.should_exit = True
        await self._serving


async def start_gateway(app: FastAPI, settings: ServerSettings) -> RunningGateway:
    """Binds and starts; raises SettingError when the address cannot be had."""
    listener = _bind(settings)
    host, port = listener.getsockname()[:2]
    server = _Server(_config(app, settings))
    serving = asyncio.create_task(server.serve([listener]))
    return RunningGateway(app, server, serving, f"{host}:{port}")


async def serve_until_signal(app: FastAPI, settings: ServerSettings) -> None:
    """Serves until SIGTERM or SIGINT, then drains. Logs "serving" with the address when ready.

    From the signal on the process ends in time, whatever hangs.
    """
    asked = asked_to_end()
    running = await start_gateway(app, settings)
    settle()
    _log.info("serving", address=running.address)
    await asked.wait()
    end_in_time(settings)
    _log.info("draining")
    await running.drain(settings.drain_notice_seconds if settings.drain_seconds else 0)
    _log.info("stopped")


def _config(app: FastAPI, settings: ServerSettings) -> uvicorn.Config:
    """Unexpected errors are logged where they become a problem, so uvicorn need not tell of them too."""
    return uvicorn.Config(
        app,
        http=limited(app.state.settings.connections),
        ws="none",
        lifespan="off",
        log_config=None,
        log_level="critical",
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_keep_alive=_KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=max(1, round(settings.drain_seconds)),
    )


def _bind(settings: ServerSettings) -> socket.socket:
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    listener = socket.socket(family)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((settings.host, settings.port))
        listener.listen(512)
    except OSError as error:
        listener.close()
        address = f"{settings.host}:{settings.port}"
        raise SettingError(f"cannot listen on {address}: is another process there? ({error})") from error
    return listener
