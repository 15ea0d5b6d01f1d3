"""A call that is carried out to its end: its client may go away, the server waits for it before it stops."""

from __future__ import annotations

import asyncio
import time

import grpc
import pytest

from buildplan.v1.specialist_service_pb2 import DescribeRequest, DescribeResponse
from services.runtime.door import OpenDoor
from services.runtime.errors import Unavailable
from services.runtime.remote import read_error
from services.runtime.settings import ServerSettings
from tests.integration.runtime.echo import echo_server, stub_for


class FinishingDoor(OpenDoor):
    def finishes(self, method: str) -> bool:
        return method.endswith("/Describe")


class Work:
    """A handler that goes on when it is told to, and says how it ended."""

    def __init__(self, error: Exception | None = None) -> None:
        self.begun, self.go_on, self.ended = asyncio.Event(), asyncio.Event(), asyncio.Event()
        self.outcome = ""
        self._error = error

    async def __call__(self) -> DescribeResponse:
        self.begun.set()
        try:
            await self.go_on.wait()
            self.outcome = "done"
        except asyncio.CancelledError:
            self.outcome = "cut off"
            raise
        finally:
            self.ended.set()
        if self._error is not None:
            raise self._error
        return DescribeResponse(agent="echo")


async def abandoned(address: str, work: Work) -> None:
    """A call that its client cancelled in the middle."""
    async with stub_for(address) as stub:
        call = stub.Describe(DescribeRequest(), timeout=10)
        await asyncio.wait_for(work.begun.wait(), 5)
        call.cancel()
        await asyncio.sleep(0.1)


async def test_what_was_begun_ends_and_keeps_its_place_until_then() -> None:
    work, settings = Work(), ServerSettings(maximum_concurrent_rpcs=1)
    async with (
        echo_server(describe=work, settings=settings, door=FinishingDoor()) as (server, _),
        stub_for(server.address) as stub,
    ):
        await abandoned(server.address, work)
        with pytest.raises(grpc.aio.AioRpcError) as caught:
            await stub.Describe(DescribeRequest(), timeout=5)
        assert read_error(caught.value).reason == "BUSY"
        assert not work.ended.is_set()
        work.go_on.set()
        await asyncio.wait_for(work.ended.wait(), 5)
        assert (await stub.Describe(DescribeRequest(), timeout=5)).agent == "echo"
    assert work.outcome == "done"


async def test_other_calls_end_with_their_client() -> None:
    work = Work()
    async with echo_server(describe=work) as (server, _):
        await abandoned(server.address, work)
        await asyncio.wait_for(work.ended.wait(), 5)
    assert work.outcome == "cut off"


@pytest.mark.parametrize("error", [Unavailable("AWAY", "it went away"), ZeroDivisionError("nobody foresaw it")])
async def test_an_error_that_nobody_waits_for_is_in_the_log(
    error: Exception, capsys: pytest.CaptureFixture[str]
) -> None:
    work = Work(error)
    async with echo_server(describe=work, door=FinishingDoor()) as (server, _):
        await abandoned(server.address, work)
        work.go_on.set()
        await work.ended.wait()
        await asyncio.sleep(0.1)
    told = "".join(capsys.readouterr())
    assert "rpc failed" in told
    assert str(error) in told


async def test_a_handler_that_cancels_itself_is_answered() -> None:
    async def describe() -> DescribeResponse:
        raise asyncio.CancelledError

    async with echo_server(describe=describe, door=FinishingDoor()) as (server, _), stub_for(server.address) as stub:
        with pytest.raises(grpc.aio.AioRpcError) as caught:
            await stub.Describe(DescribeRequest(), timeout=3)
    assert caught.value.code() is grpc.StatusCode.INTERNAL


@pytest.mark.parametrize("error", [None, Unavailable("AWAY", "it went away")])
async def test_a_drain_waits_for_what_nobody_waits_for(error: Exception | None) -> None:
    work = Work(error)
    async with echo_server(describe=work, door=FinishingDoor()) as (server, _):
        await abandoned(server.address, work)
        drained = asyncio.create_task(server.drain(20))
        await asyncio.sleep(1.5)
        assert not drained.done()
        work.go_on.set()
        await asyncio.wait_for(drained, 5)
    assert work.outcome == "done"


@pytest.mark.parametrize("grace", [0.0, 0.5])
@pytest.mark.parametrize("waits", [True, False], ids=["client", "nobody"])
async def test_a_drain_cuts_off_what_takes_longer_than_the_grace_time(grace: float, waits: bool) -> None:
    work = Work()
    async with echo_server(describe=work, door=FinishingDoor()) as (server, _), stub_for(server.address) as stub:
        if waits:
            call = asyncio.ensure_future(stub.Describe(DescribeRequest(), timeout=10))
            await asyncio.wait_for(work.begun.wait(), 5)
        else:
            await abandoned(server.address, work)
        begun = time.monotonic()
        await asyncio.wait_for(server.drain(grace), 10)
        assert grace <= time.monotonic() - begun < grace + 2
        if waits:
            with pytest.raises((grpc.aio.AioRpcError, asyncio.CancelledError)):
                await call
    assert work.outcome == "cut off"
