"""Several servers behind one address: each gets its share, and who is draining, gone or full gets none."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial
from typing import TYPE_CHECKING

import grpc
import pytest

from buildplan.v1.specialist_service_pb2 import DescribeRequest, DescribeResponse
from services.runtime.places import BUSY
from services.runtime.remote import read_error
from services.runtime.server import RunningServer
from services.runtime.settings import ServerSettings
from tests.integration.runtime.echo import echo_server, stub_for

if TYPE_CHECKING:
    from buildplan.v1.specialist_service_pb2_grpc import SpecialistServiceAsyncStub


async def describe_as(name: str) -> DescribeResponse:
    return DescribeResponse(agent=name)


@asynccontextmanager
async def replicas(count: int) -> AsyncIterator[tuple[list[RunningServer], SpecialistServiceAsyncStub]]:
    """Servers that answer with their number, and a stub to all of them, connected to each."""
    async with AsyncExitStack() as stack:
        servers = [
            (await stack.enter_async_context(echo_server(describe=partial(describe_as, str(number)))))[0]
            for number in range(count)
        ]
        stub = await stack.enter_async_context(stub_for("+".join(server.address for server in servers)))
        async with asyncio.timeout(10):
            while len(await answers(stub, count)) < count:
                await asyncio.sleep(0.01)
        yield servers, stub


async def answers(stub: SpecialistServiceAsyncStub, calls: int) -> Counter[str]:
    return Counter([(await stub.Describe(DescribeRequest(), timeout=5)).agent for _ in range(calls)])


async def test_calls_go_round() -> None:
    async with replicas(3) as (_, stub):
        assert await answers(stub, 30) == {"0": 10, "1": 10, "2": 10}


async def test_a_replica_that_drains_gets_no_more_calls_and_none_fails() -> None:
    async with replicas(3) as (servers, stub):

        async def avoided() -> None:
            """Between the notice and the stop, where the replica would still answer whoever calls it."""
            async with asyncio.timeout(10):
                while set(await answers(stub, 30)) != {"0", "2"}:
                    await asyncio.sleep(0.005)

        draining = asyncio.create_task(servers[1].drain(2, avoided))
        while not draining.done():
            await answers(stub, 3)
            await asyncio.sleep(0.005)
        await draining
        assert set(await answers(stub, 30)) == {"0", "2"}


async def test_a_replica_that_is_gone_gets_no_more_calls() -> None:
    async with replicas(2) as (servers, stub):
        await servers[0].drain(0)
        assert await answers(stub, 10) == {"1": 10}


async def test_a_full_server_says_when_to_come_again_and_stays_healthy() -> None:
    entered, go_on = asyncio.Event(), asyncio.Event()

    async def describe() -> DescribeResponse:
        entered.set()
        await go_on.wait()
        return DescribeResponse(agent="at last")

    one_place = ServerSettings(maximum_concurrent_rpcs=1)
    async with echo_server(describe=describe, settings=one_place) as (server, _), stub_for(server.address) as stub:
        first = asyncio.ensure_future(stub.Describe(DescribeRequest(), timeout=5))
        await entered.wait()
        with pytest.raises(grpc.aio.AioRpcError) as refused:
            await stub.Describe(DescribeRequest(), timeout=5)
        error = read_error(refused.value)
        assert (error.code, error.reason) == (grpc.StatusCode.RESOURCE_EXHAUSTED, BUSY)
        assert error.retry_after
        go_on.set()
        assert (await first).agent == "at last"
        assert (await stub.Describe(DescribeRequest(), timeout=5)).agent == "at last"


async def test_an_old_connection_is_closed_and_calls_do_not_notice() -> None:
    settings = ServerSettings(max_connection_age=0.3, max_connection_age_grace=5)
    async with echo_server(settings=settings) as (server, servicer), stub_for(server.address) as stub:
        async with asyncio.timeout(10):
            while len(servicer.peers) < 3:
                await stub.Describe(DescribeRequest(), timeout=5)
                await asyncio.sleep(0.01)
