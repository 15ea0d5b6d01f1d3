"""How large a request may be and how often one may call, at every method."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import grpc
import pytest
from grpc_health.v1 import health_pb2, health_pb2_grpc

from buildplan.v1.session_service_pb2 import ListSessionsRequest
from services.runtime.remote import read_error
from tests.integration.coordinator.every_method import Method, served_methods
from tests.integration.coordinator.house import House, open_house

pytestmark = pytest.mark.asyncio(loop_scope="package")
NOWHERE = {"qma": "127.0.0.1:1"}


def padding(size: int) -> bytes:
    """A message of an unknown field with `size` bytes in it."""
    length, varint = size, b""
    while length > 0x7F:
        varint += bytes([length & 0x7F | 0x80])
        length >>= 7
    return b"\xa2\x06" + varint + bytes([length]) + b"\0" * size


async def send(channel: grpc.aio.Channel, method: Method, message: bytes) -> grpc.StatusCode:
    async def stream() -> AsyncIterator[bytes]:
        yield message

    streams_in, streams_out = method.descriptor.client_streaming, method.descriptor.server_streaming
    kind = f"{'stream' if streams_in else 'unary'}_{'stream' if streams_out else 'unary'}"
    call: Any = getattr(channel, kind)(method.path)(stream() if streams_in else message, timeout=10)
    try:
        if streams_out:
            async for _ in call:
                pass
        else:
            await call
    except grpc.aio.AioRpcError as error:
        return error.code()
    return grpc.StatusCode.OK


async def test_no_method_takes_more_than_a_chunk_of_a_file(house: House) -> None:
    for method in await served_methods(house.channel):
        assert await send(house.channel, method, padding(1_200_000)) is grpc.StatusCode.RESOURCE_EXHAUSTED, method.path
        within = await send(house.channel, method, padding(1_000_000))
        assert within not in {grpc.StatusCode.RESOURCE_EXHAUSTED, grpc.StatusCode.INTERNAL}, method.path


async def test_who_calls_too_often_is_told_when_to_come_again(tmp_path: Path) -> None:
    async with open_house(tmp_path, NOWHERE, calls_per_second=0.5, call_burst=3) as house:
        for _ in range(3):
            await house.sessions.ListSessions(ListSessionsRequest())
        with pytest.raises(grpc.aio.AioRpcError) as caught:
            await house.sessions.ListSessions(ListSessionsRequest())
        remote = read_error(caught.value)
        assert (remote.code, remote.reason) == (grpc.StatusCode.RESOURCE_EXHAUSTED, "RATE_LIMITED")
        assert remote.retry_after is not None
        assert 1 < remote.retry_after <= 2
        for _ in range(5):
            health = health_pb2_grpc.HealthStub(house.channel)
            await health.Check(health_pb2.HealthCheckRequest())  # type: ignore[attr-defined]
