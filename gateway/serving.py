"""Serving HTTP until a signal, and an end that loses nothing."""

from __future__ import annotations

import asyncio
import signal
import socket
from collections.abc import Iterator
from contextlib import contextmanager

import structlog
import uvicorn
from fastapi import FastAPI

from services.runtime.settings import ServerSettings, SettingError

_log = structlog.get_logger()
_KEEP_ALIVE_SECONDS = 20


class _Server(uvicorn.Server):
    """Leaves signals to us: uvicorn would raise them again at its end, and end the process with them."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


async def serve_until_signal(app: FastAPI, settings: ServerSettings) -> None:
    """Serves until SIGTERM or SIGINT; then live streams end, and calls in flight have `drain_seconds`.

    `app.state.stopping` is set at the beginning of the end. Raises SettingError when the address cannot be had.
    """
    stopping: asyncio.Event = app.state.stopping
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopping.set)
    with _bind(settings) as listener:
        server = _Server(_config(app, settings))
        serving = asyncio.create_task(server.serve([listener]))
        host, port = listener.getsockname()[:2]
        _log.info("serving", address=f"{host}:{port}")
        await stopping.wait()
        _log.info("draining")
        server.should_exit = True
        await serving
    _log.info("stopped")


def _config(app: FastAPI, settings: ServerSettings) -> uvicorn.Config:
    """Unexpected errors are logged where they become a problem, so uvicorn need not tell of them too."""
    return uvicorn.Config(
        app,
        http="httptools",
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
