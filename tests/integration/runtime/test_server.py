"""The stack that every call goes through, over real sockets."""

from __future__ import annotations

import asyncio
import gc
import time
from collections.abc import AsyncIterator, Callable, Coroutine
from types import SimpleNamespace

import grpc
import pytest
from google.rpc.error_details_pb2 import BadRequest
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection_pb2, reflection_pb2_grpc
from grpc_status import rpc_status

from buildplan.v1.specialist_service_pb2 import DescribeRequest, DescribeResponse, ProposeRequest, ProposeResponse
from buildplan.v1.specialist_service_pb2_grpc import SpecialistServiceStub
from services.contract.names import BadName
from services.runtime.channels import open_channel
from services.runtime.errors import (
    Aborted,
    AlreadyExists,
    DomainError,
    FailedPrecondition,
    InvalidArgument,
    NotFound,
    ResourceExhausted,
    Unavailable,
    Violation,
)
from services.runtime.places import RPCS_IN_FLIGHT
from services.runtime.remote import RemoteError, read_error
from services.runtime.server import start_server
from services.runtime.settings import ServerSettings, SettingError
from tests.integration.runtime.echo import NAME, echo_server, stub_for


async def failed_call(error: BaseException) -> tuple[RemoteError, grpc.aio.AioRpcError]:
    async def describe() -> DescribeResponse:
        raise error

    async with echo_server(describe=describe) as (server, _), stub_for(server.address) as stub:
        with pytest.raises(grpc.aio.AioRpcError) as caught:
            await stub.Describe(DescribeRequest(), timeout=5)
    return read_error(caught.value), caught.value


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (NotFound("sessions/x"), grpc.StatusCode.NOT_FOUND),
        (InvalidArgument("metadata.customer", "too long"), grpc.StatusCode.INVALID_ARGUMENT),
        (BadName('"x" is no name'), grpc.StatusCode.INVALID_ARGUMENT),
        (FailedPrecondition("NOT_READY", "not ready"), grpc.StatusCode.FAILED_PRECONDITION),
        (AlreadyExists("REQUEST_ID_REUSED", "taken"), grpc.StatusCode.ALREADY_EXISTS),
        (Aborted("STALE_ETAG", "stale"), grpc.StatusCode.ABORTED),
        (ResourceExhausted("RATE_LIMITED", "slow down", retry_after=4.0), grpc.StatusCode.RESOURCE_EXHAUSTED),
        (Unavailable("DRAINING", "draining"), grpc.StatusCode.UNAVAILABLE),
    ],
)
async def test_domain_errors_become_statuses(error: Exception, code: grpc.StatusCode) -> None:
    remote, _ = await failed_call(error)
    assert remote.code is code
    assert remote.message.strip()
    if isinstance(error, DomainError):
        assert (remote.reason, remote.message) == (error.reason, error.message)


async def test_details_name_field_violations_and_waiting_time() -> None:
    _, error = await failed_call(InvalidArgument("metadata.customer", "too long"))
    status = rpc_status.from_call(error)  # type: ignore[arg-type]
    assert status is not None
    bad_request = BadRequest()
    assert any(detail.Unpack(bad_request) for detail in status.details)
    assert bad_request.field_violations[0].field == "metadata.customer"

    violation = Violation("NO_FILES", "documents", "upload the papers")
    refused, _ = await failed_call(FailedPrecondition("PREFLIGHT", "not ready", [violation]))
    assert refused.violations == (violation,)
    limited, _ = await failed_call(ResourceExhausted("RATE_LIMITED", "slow down", retry_after=4.5))
    assert limited.retry_after == 4.5
    assert limited.transient


async def test_unexpected_error_shows_an_incident_and_no_traceback(capsys: pytest.CaptureFixture[str]) -> None:
    remote, _ = await failed_call(ZeroDivisionError("secret detail"))
    assert remote.code is grpc.StatusCode.INTERNAL
    assert "incident" in remote.message
    assert "secret" not in remote.message
    assert "Traceback" not in remote.message


async def test_handler_that_raises_cancelled_answers_at_once() -> None:
    remote, _ = await asyncio.wait_for(failed_call(asyncio.CancelledError()), 3)
    assert remote.code is grpc.StatusCode.INTERNAL


async def test_error_in_the_middle_of_a_stream_keeps_what_came_before() -> None:
    async def propose() -> AsyncIterator[ProposeResponse]:
        yield ProposeResponse(description=DescribeResponse(agent="echo"))
        raise Unavailable("DRAINING", "draining")

    async with echo_server(propose=propose) as (server, _), stub_for(server.address) as stub:
        call = stub.Propose(ProposeRequest(), timeout=5)
        assert (await anext(aiter(call))).description.agent == "echo"
        with pytest.raises(grpc.aio.AioRpcError) as caught:
            await anext(aiter(call))
    assert read_error(caught.value).reason == "DRAINING"


async def forever() -> AsyncIterator[ProposeResponse]:
    yield ProposeResponse(description=DescribeResponse(agent="echo"))
    await asyncio.sleep(60)


async def test_fifty_abandoned_streams_do_not_stay_open() -> None:
    async with echo_server(propose=forever) as (server, servicer), stub_for(server.address) as stub:
        for _ in range(50):
            call = stub.Propose(ProposeRequest())
            await anext(aiter(call))
        assert servicer.open_streams
        del call
        gc.collect()
        async with asyncio.timeout(5):
            while servicer.open_streams:
                await asyncio.sleep(0.01)


async def test_cancelled_client_ends_the_handler() -> None:
    async with echo_server(propose=forever) as (server, servicer), stub_for(server.address) as stub:
        call = stub.Propose(ProposeRequest())
        await anext(aiter(call))
        assert servicer.open_streams == 1
        call.cancel()
        async with asyncio.timeout(1):
            while servicer.open_streams:
                await asyncio.sleep(0.005)


async def test_health_and_reflection() -> None:
    async with echo_server() as (server, _), open_channel(server.address) as channel:
        health = health_pb2_grpc.HealthStub(channel)
        answer = await health.Check(health_pb2.HealthCheckRequest(service=NAME))  # type: ignore[attr-defined]
        assert answer.status == health_pb2.HealthCheckResponse.SERVING
        request = reflection_pb2.ServerReflectionRequest(list_services="")
        reflection = reflection_pb2_grpc.ServerReflectionStub(channel)  # type: ignore[arg-type]
        call = reflection.ServerReflectionInfo(iter([request]))  # type: ignore[operator]
        async for response in call:
            assert NAME in {service.name for service in response.list_services_response.service}
            break
        call.cancel()


async def test_drain_finishes_calls_in_flight_and_refuses_new_ones() -> None:
    entered, go_on = asyncio.Event(), asyncio.Event()

    async def describe() -> DescribeResponse:
        entered.set()
        await go_on.wait()
        return DescribeResponse(agent="late")

    async with echo_server(describe=describe) as (server, _), stub_for(server.address) as stub:
        call = asyncio.ensure_future(stub.Describe(DescribeRequest(), timeout=5))
        await entered.wait()
        drained = asyncio.create_task(server.drain(5))
        await asyncio.sleep(0.4)
        with pytest.raises(grpc.aio.AioRpcError) as refused:
            await stub.Describe(DescribeRequest(), timeout=2)
        assert refused.value.code() is grpc.StatusCode.UNAVAILABLE
        go_on.set()
        assert (await call).agent == "late"
        await drained


async def test_a_server_that_drains_takes_calls_for_as_long_as_it_was_told() -> None:
    settings = ServerSettings(drain_notice_seconds=1.0)
    async with echo_server(settings=settings) as (server, _), grpc.aio.insecure_channel(server.address) as channel:
        began = time.perf_counter()
        drained = asyncio.create_task(server.drain(5))
        health = health_pb2_grpc.HealthStub(channel)
        answer = await health.Check(health_pb2.HealthCheckRequest())  # type: ignore[attr-defined]
        assert answer.status == health_pb2.HealthCheckResponse.NOT_SERVING
        assert (await SpecialistServiceStub(channel).Describe(DescribeRequest(), timeout=5)).agent == "echo"
        await drained
    assert time.perf_counter() - began >= 1.0


async def health_watch(channel: grpc.aio.Channel) -> None:
    call = health_pb2_grpc.HealthStub(channel).Watch(health_pb2.HealthCheckRequest())  # type: ignore[attr-defined]
    async for _ in call:
        pass


async def reflection_stream(channel: grpc.aio.Channel) -> None:
    async def requests() -> AsyncIterator[reflection_pb2.ServerReflectionRequest]:
        yield reflection_pb2.ServerReflectionRequest(list_services="")
        await asyncio.Event().wait()

    stub = reflection_pb2_grpc.ServerReflectionStub(channel)  # type: ignore[arg-type]
    async for _ in stub.ServerReflectionInfo(requests()):  # type: ignore[operator]
        pass


@pytest.mark.parametrize("look", [health_watch, reflection_stream])
async def test_whoever_only_looks_does_not_keep_a_draining_server_up(
    look: Callable[[grpc.aio.Channel], Coroutine[None, None, None]],
) -> None:
    async with echo_server() as (server, _), stub_for(server.address) as stub:
        await stub.Describe(DescribeRequest(), timeout=5)
        async with grpc.aio.insecure_channel(server.address) as channel:
            looking = asyncio.create_task(look(channel))
            await asyncio.sleep(0.2)
            begun = time.monotonic()
            await server.drain(60)
            assert time.monotonic() - begun < 10
            with pytest.raises(grpc.aio.AioRpcError):
                await looking


async def test_a_drain_waits_for_the_last_stream_beside_one_who_only_looks() -> None:
    async def slowly() -> AsyncIterator[ProposeResponse]:
        yield ProposeResponse(description=DescribeResponse(agent="first"))
        await asyncio.sleep(1.5)
        yield ProposeResponse(description=DescribeResponse(agent="last"))

    async with echo_server(propose=slowly) as (server, _), stub_for(server.address) as stub:
        call = aiter(stub.Propose(ProposeRequest(), timeout=10))
        await anext(call)
        async with grpc.aio.insecure_channel(server.address) as channel:
            looking = asyncio.create_task(health_watch(channel))
            drained = asyncio.create_task(server.drain(60))
            assert [answer.description.agent async for answer in call] == ["last"]
            await drained
            with pytest.raises(grpc.aio.AioRpcError):
                await looking


class Exposed:
    """What prometheus_client's Gauge is to ours."""

    def __init__(self, *_: object) -> None:
        self.read: Callable[[], float] = float

    def set_function(self, read: Callable[[], float]) -> None:
        self.read = read


async def test_calls_in_flight_can_be_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    gauge = Exposed()
    monkeypatch.setattr(RPCS_IN_FLIGHT, "_exposed", None)
    RPCS_IN_FLIGHT.expose(SimpleNamespace(Gauge=lambda *_: gauge))
    async with echo_server(propose=forever) as (server, _), stub_for(server.address) as stub:
        calls = [stub.Propose(ProposeRequest()) for _ in range(3)]
        for call in calls:
            await anext(aiter(call))
        assert gauge.read() == 3
        for call in calls:
            call.cancel()
        async with asyncio.timeout(5):
            while gauge.read():
                await asyncio.sleep(0.01)


async def test_taken_port_is_said_in_one_line() -> None:
    async with echo_server() as (server, _):
        port = int(server.address.rpartition(":")[2])
        with pytest.raises(SettingError, match="cannot listen"):
            await start_server([], ServerSettings(port=port))
