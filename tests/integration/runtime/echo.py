"""A SpecialistService whose behaviour is a function, served by the real runtime on a free port."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import grpc

from buildplan.v1.specialist_service_pb2 import (
    DescribeRequest,
    DescribeResponse,
    EstimateRequest,
    EstimateResponse,
    ProposeRequest,
    ProposeResponse,
)
from buildplan.v1.specialist_service_pb2_grpc import (
    SpecialistServiceServicer,
    SpecialistServiceStub,
    add_SpecialistServiceServicer_to_server,
)
from services.runtime.channels import open_channel
from services.runtime.door import Door
from services.runtime.server import RunningServer, Service, start_server
from services.runtime.settings import ServerSettings

if TYPE_CHECKING:
    from buildplan.v1.specialist_service_pb2_grpc import SpecialistServiceAsyncStub

NAME = "buildplan.v1.SpecialistService"


@dataclass
class Echo(SpecialistServiceServicer):
    describe: Callable[[], Awaitable[DescribeResponse]]
    propose: Callable[[], AsyncIterator[ProposeResponse]]
    open_streams: int = 0
    peers: set[str] = field(default_factory=set)

    async def Describe(self, request: DescribeRequest, context: Any) -> DescribeResponse:  # noqa: N802
        self.peers.add(context.peer())
        return await self.describe()

    async def Estimate(self, request: EstimateRequest, context: Any) -> EstimateResponse:  # noqa: N802
        return EstimateResponse()

    async def Propose(self, request: ProposeRequest, context: Any) -> AsyncIterator[ProposeResponse]:  # noqa: N802
        self.open_streams += 1
        try:
            async for response in self.propose():
                yield response
        finally:
            self.open_streams -= 1


async def describe_nothing() -> DescribeResponse:
    return DescribeResponse(agent="echo")


async def propose_nothing() -> AsyncIterator[ProposeResponse]:
    yield ProposeResponse(description=DescribeResponse(agent="echo"))


@asynccontextmanager
async def echo_server(
    describe: Callable[[], Awaitable[DescribeResponse]] = describe_nothing,
    propose: Callable[[], AsyncIterator[ProposeResponse]] = propose_nothing,
    settings: ServerSettings = ServerSettings(),  # noqa: B008 - a frozen value
    door: Door | None = None,
) -> AsyncIterator[tuple[RunningServer, Echo]]:
    servicer = Echo(describe, propose)

    def add(server: grpc.aio.Server) -> None:
        add_SpecialistServiceServicer_to_server(servicer, server)

    running = await start_server([Service(NAME, add)], settings, door)
    try:
        yield running, servicer
    finally:
        await running.drain(0)


@asynccontextmanager
async def stub_for(address: str) -> AsyncIterator[SpecialistServiceAsyncStub]:
    async with open_channel(address) as channel:
        yield SpecialistServiceStub(channel)
