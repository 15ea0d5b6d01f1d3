"""How large a request may be, how often one may call and how many calls at once, at every method."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from importlib.resources import files
from pathlib import Path
from typing import Any

import grpc
import pytest
from google.protobuf.descriptor_pb2 import FileDescriptorSet
from grpc_health.v1 import health_pb2, health_pb2_grpc

from buildplan.v1.session_service_pb2 import ListSessionsRequest
from buildplan.v1.specialist_service_pb2 import ProposeRequest, ProposeResponse
from services.coordinator.access.call_rates import COSTLY
from services.runtime.channels import MAX_MESSAGE_BYTES, open_channel
from services.runtime.places import BUSY
from services.runtime.remote import RemoteError, read_error
from services.runtime.request_limits import HEARD_BYTES, KIB, MIB, limit_of
from services.runtime.settings import ServerSettings
from tests.integration.coordinator.every_method import Method, served_methods
from tests.integration.coordinator.house import House, open_house
from tests.integration.runtime.echo import echo_server, stub_for

pytestmark = pytest.mark.asyncio(loop_scope="package")
RESOURCE_EXHAUSTED = grpc.StatusCode.RESOURCE_EXHAUSTED
NOWHERE = {"qma": "127.0.0.1:1"}
ONE_CALL: dict[str, Any] = {
    "calls_per_second": 1e-6,
    "call_burst": 1,
    "costly_calls_per_second": 1e-6,
    "costly_call_burst": 1,
}


def padding(size: int) -> bytes:
    """A message of an unknown field with `size` bytes in it, and some around them."""
    length, varint = size, b""
    while length > 0x7F:
        varint += bytes([length & 0x7F | 0x80])
        length >>= 7
    return b"\xa2\x06" + varint + bytes([length]) + b"\0" * size


async def send(channel: grpc.aio.Channel, method: Method, message: bytes) -> RemoteError | None:
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
        return read_error(error)
    return None


async def test_every_method_refuses_what_is_above_its_limit_and_says_so(house: House) -> None:
    async with echo_server() as (server, _), open_channel(server.address) as specialist:
        for channel in (house.channel, specialist):
            for method in await served_methods(channel):
                limit = limit_of(method.descriptor.full_name)
                if limit == MAX_MESSAGE_BYTES:
                    continue
                refused = await send(channel, method, padding(limit))
                assert refused is not None, method.path
                assert (refused.code, refused.reason) == (RESOURCE_EXHAUSTED, "REQUEST_TOO_LARGE"), method.path
                assert f"{method.descriptor.name} takes at most {limit}" in refused.message
                within = await send(channel, method, padding(limit - 10))
                assert within is None or within.code not in {RESOURCE_EXHAUSTED, grpc.StatusCode.INTERNAL}, method.path


async def test_only_context_packs_and_pieces_of_files_are_large(house: House) -> None:
    async with echo_server() as (server, _), open_channel(server.address) as specialist:
        methods = [*await served_methods(house.channel), *await served_methods(specialist)]
    limits = {method.descriptor.name: limit_of(method.descriptor.full_name) for method in methods}
    assert {name: limit for name, limit in limits.items() if limit > 256 * KIB} == {
        "UploadDocument": MIB + 64 * KIB,
        "EditPlan": MIB,
        "Estimate": MAX_MESSAGE_BYTES,
        "Propose": MAX_MESSAGE_BYTES,
    }


async def test_the_transport_refuses_unread_what_is_far_above_every_limit(house: House) -> None:
    """The transport knows no methods: one call and one stream stand for all, since each costs the connection."""
    for method in await served_methods(house.channel):
        if method.descriptor.name not in {"GetSession", "UploadDocument"}:
            continue
        refused = await send(house.channel, method, padding(HEARD_BYTES))
        assert refused is not None, method.path
        assert (refused.code, refused.reason) == (RESOURCE_EXHAUSTED, "RESOURCE_EXHAUSTED"), method.path


async def test_what_is_no_message_is_a_bad_argument(house: House) -> None:
    for method in await served_methods(house.channel):
        refused = await send(house.channel, method, b"\xff")
        assert refused is not None, method.path
        assert (refused.code, refused.reason) == (grpc.StatusCode.INVALID_ARGUMENT, "INVALID_ARGUMENT"), method.path
        assert method.descriptor.name in refused.message


async def test_who_calls_too_often_is_told_when_to_come_again(tmp_path: Path) -> None:
    async with open_house(tmp_path, NOWHERE, calls_per_second=0.5, call_burst=3) as house:
        for _ in range(3):
            await house.sessions.ListSessions(ListSessionsRequest())
        with pytest.raises(grpc.aio.AioRpcError) as caught:
            await house.sessions.ListSessions(ListSessionsRequest())
        remote = read_error(caught.value)
        assert (remote.code, remote.reason) == (RESOURCE_EXHAUSTED, "RATE_LIMITED")
        assert remote.retry_after is not None
        assert 1 < remote.retry_after <= 2
        for _ in range(5):
            health = health_pb2_grpc.HealthStub(house.channel)
            await health.Check(health_pb2.HealthCheckRequest())  # type: ignore[attr-defined]


async def test_every_method_of_the_coordinator_has_a_rate(tmp_path: Path) -> None:
    async with open_house(tmp_path, NOWHERE, **ONE_CALL) as house:
        methods = await served_methods(house.channel)
        first = {method.path: await send(house.channel, method, b"") for method in methods}
        for method in methods:
            refused = await send(house.channel, method, b"")
            assert refused is not None, method.path
            assert (refused.code, refused.reason) == (RESOURCE_EXHAUSTED, "RATE_LIMITED"), method.path
            assert refused.retry_after, method.path
            name = f"calls of {method.descriptor.name}" if method.path in COSTLY else "calls"
            assert refused.message == f"more than 1e-06 {name} a second; call again a little later"
    let_in = {path for path, error in first.items() if error is None or error.reason != "RATE_LIMITED"}
    assert let_in - COSTLY == {methods[0].path}  # the others have one allowance together
    assert let_in & COSTLY == COSTLY  # each has its own, and a name in COSTLY that is no method would be missing here


async def test_what_waits_for_a_costly_method_takes_nothing_from_the_others(tmp_path: Path) -> None:
    async with open_house(tmp_path, NOWHERE, costly_calls_per_second=1e-6, costly_call_burst=2) as house:
        methods = {method.descriptor.name: method for method in await served_methods(house.channel)}
        exports = [await send(house.channel, methods["ExportPlan"], b"") for _ in range(50)]
        assert [error.reason for error in exports if error].count("RATE_LIMITED") == 48
        for name in ("ListSessions", "GetPlan", "StartRun"):
            other = await send(house.channel, methods[name], b"")
            assert other is None or other.code is not RESOURCE_EXHAUSTED, name


async def test_every_method_of_a_specialist_takes_a_place() -> None:
    """Specialists have places alone: who finds none comes again, and the coordinator asks the next replica."""

    async def propose() -> AsyncIterator[ProposeResponse]:
        yield ProposeResponse()
        await asyncio.Event().wait()

    one_place = ServerSettings(maximum_concurrent_rpcs=1)
    async with echo_server(propose=propose, settings=one_place) as (server, _), stub_for(server.address) as stub:
        working = stub.Propose(ProposeRequest(), timeout=20)
        await working.read()
        async with open_channel(server.address) as channel:
            for method in await served_methods(channel):
                refused = await send(channel, method, b"")
                assert refused is not None, method.path
                assert (refused.code, refused.reason) == (RESOURCE_EXHAUSTED, BUSY), method.path
        working.cancel()
    assert ServerSettings().maximum_concurrent_rpcs


async def test_no_service_is_left_out_of_these_tests(house: House) -> None:
    async with echo_server() as (server, _), open_channel(server.address) as specialist:
        methods = [*await served_methods(house.channel), *await served_methods(specialist)]
    described = FileDescriptorSet.FromString(files("buildplan.v1").joinpath("descriptors.binpb").read_bytes())
    assert {method.descriptor.containing_service.full_name for method in methods} == {
        f"{file.package}.{service.name}"
        for file in described.file
        for service in file.service
        if file.package == "buildplan.v1"
    }
