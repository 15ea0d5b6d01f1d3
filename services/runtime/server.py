"""Serving: one way to start, announce, drain and stop any gRPC server of this system."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

import grpc
from grpc_health.v1 import health, health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection

from services.runtime import event_loop
from services.runtime.addresses import is_loopback
from services.runtime.channels import MAX_MESSAGE_BYTES
from services.runtime.collector import settle
from services.runtime.door import Door, OpenDoor
from services.runtime.ending import LEAST_DRAIN_SECONDS, asked_to_end, end_in_time
from services.runtime.finishing import Finishing
from services.runtime.interceptors import CallInterceptor, Entrance
from services.runtime.logs import get_logger
from services.runtime.places import Places
from services.runtime.request_limits import transport_limit
from services.runtime.settings import ServerSettings, SettingError

_log = get_logger()
_QUIET_SECONDS = 0.5
_MOMENT_SECONDS = 0.1

_OPTIONS: tuple[tuple[str, int], ...] = (
    ("grpc.so_reuseport", 0),
    ("grpc.http2.min_recv_ping_interval_without_data_ms", 1_000),
    ("grpc.http2.max_ping_strikes", 0),
    ("grpc.keepalive_permit_without_calls", 1),
    ("grpc.keepalive_time_ms", 30_000),
    ("grpc.keepalive_timeout_ms", 10_000),
    ("grpc.http2.ping_timeout_ms", 10_000),
    ("grpc.max_send_message_length", MAX_MESSAGE_BYTES),
)


@dataclass(frozen=True)
class Service:
    """One gRPC service: its full name and how it is added to a server."""

    name: str
    add: Callable[[grpc.aio.Server], None]


class RunningServer:
    """A started server with health and reflection."""

    def __init__(
        self,
        server: grpc.aio.Server,
        health_servicer: health.aio.HealthServicer,
        entrance: Entrance,
        address: str,
        notice_seconds: float,
    ) -> None:
        self._server = server
        self._health = health_servicer
        self._entrance = entrance
        self._notice_seconds = notice_seconds
        self.address = address

    async def drain(self, grace_seconds: float, end_streams: Callable[[], Awaitable[None]] | None = None) -> None:
        """NOT_SERVING first, a moment for balancers to see it, then no new calls and `grace_seconds` for the rest.

        `end_streams` has of these seconds what it needs, and is cancelled when they are over.
        """
        await self._health.enter_graceful_shutdown()
        if grace_seconds:
            await asyncio.sleep(self._notice_seconds)
        begun = time.monotonic()
        if end_streams is not None:
            await _at_most(end_streams, max(grace_seconds, LEAST_DRAIN_SECONDS))
        await self._stop(max(0.0, grace_seconds - (time.monotonic() - begun)))

    async def _stop(self, grace_seconds: float) -> None:
        """Ends early when nothing is at work: health and reflection streams stay open for as long as they may.

        To the server a call is over when its client has gone; what it has begun may go on for as long as the others.
        """
        until = time.monotonic() + grace_seconds
        stopping = asyncio.create_task(self._server.stop(grace_seconds))
        quiet = asyncio.create_task(self._entrance.places.quiet_for(_QUIET_SECONDS))
        first, _ = await asyncio.wait(
            (stopping, quiet), timeout=grace_seconds + _MOMENT_SECONDS, return_when=asyncio.FIRST_COMPLETED
        )
        quiet.cancel()
        await self._entrance.finishing.end(max(0.0, until - time.monotonic()))
        if quiet in first:
            await self._server.stop(None)
        await stopping


async def _at_most(work: Callable[[], Awaitable[None]], seconds: float) -> None:
    try:
        async with asyncio.timeout(seconds):
            await work()
    except TimeoutError:
        _log.warning("the drain has taken its time and is left as it is", seconds=seconds)


async def start_server(
    services: Sequence[Service], settings: ServerSettings, door: Door | None = None
) -> RunningServer:
    """Binds and starts; without a door everybody may come in. Raises SettingError when the address cannot be had."""
    places = Places(settings.maximum_concurrent_rpcs)
    entrance = Entrance(places, door or OpenDoor(), Finishing(), settings.request_idle_seconds)
    names = [service.name for service in services]
    server = grpc.aio.server(
        interceptors=[CallInterceptor(entrance)],
        options=[*_OPTIONS, ("grpc.max_receive_message_length", transport_limit(names)), *_ages(settings)],
    )
    health_servicer = health.aio.HealthServicer()
    health_pb2_grpc.add_HealthServicer_to_server(health_servicer, server)
    for service in services:
        service.add(server)
    reflection.enable_server_reflection([*names, health.SERVICE_NAME, reflection.SERVICE_NAME], server)
    port = _bind(server, settings)
    await server.start()
    for name in ("", *names):
        await health_servicer.set(name, health_pb2.HealthCheckResponse.SERVING)
    return RunningServer(server, health_servicer, entrance, f"{settings.host}:{port}", settings.drain_notice_seconds)


async def serve_until_signal(
    services: Sequence[Service],
    settings: ServerSettings,
    end_streams: Callable[[], Awaitable[None]] | None = None,
    door: Door | None = None,
) -> None:
    """Serves until SIGTERM or SIGINT, then drains. Logs "serving" with the address when ready.

    From the signal on the process ends in time, whatever hangs.
    """
    asked = asked_to_end()
    running = await start_server(services, settings, door)
    settle()
    _log.info("serving", address=running.address, event_loop=event_loop.KIND)
    await asked.wait()
    end_in_time(settings)
    _log.info("draining")
    await running.drain(settings.drain_seconds, end_streams)
    _log.info("stopped")


def _ages(settings: ServerSettings) -> list[tuple[str, int]]:
    if not settings.max_connection_age:
        return []
    return [
        ("grpc.max_connection_age_ms", int(1_000 * settings.max_connection_age)),
        ("grpc.max_connection_age_grace_ms", int(1_000 * settings.max_connection_age_grace)),
    ]


def _bind(server: grpc.aio.Server, settings: ServerSettings) -> int:
    address = f"{settings.host}:{settings.port}"
    if settings.tls is None and not settings.plaintext_allowed and not is_loopback(settings.host):
        raise SettingError(
            f"{settings.host} can be reached from other machines: set BUILDPLAN_TLS_CERT, _KEY and _CA, "
            'or BUILDPLAN_PLAINTEXT to "allow" where the network between the services is private'
        )
    try:
        if settings.tls is not None:
            return server.add_secure_port(address, settings.tls.server_credentials())
        return server.add_insecure_port(address)
    except RuntimeError as error:
        raise SettingError(f"cannot listen on {address}: is another process there? ({error})") from error
