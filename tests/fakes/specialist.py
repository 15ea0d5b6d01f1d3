"""A specialist whose behaviour is a value: a real gRPC server on a free port."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any, Self

import grpc
from grpc_status import rpc_status

from buildplan.v1.agent_pb2 import Attempt, Usage
from buildplan.v1.plan_pb2 import Patch
from buildplan.v1.specialist_service_pb2 import (
    DescribeRequest,
    DescribeResponse,
    EstimateRequest,
    EstimateResponse,
    Progress,
    ProposeRequest,
    ProposeResponse,
)
from buildplan.v1.specialist_service_pb2_grpc import (
    SpecialistServiceServicer,
    add_SpecialistServiceServicer_to_server,
)
from services.contract.ownership import sections_of
from services.runtime.errors import DomainError, to_status
from tests.fakes.patches import patch_of

_OPTIONS = (("grpc.so_reuseport", 0), ("grpc.http2.max_ping_strikes", 0))
_Context = grpc.aio.ServicerContext[Any, Any]


@dataclass(frozen=True)
class Behaviour:
    """How a call of Propose goes; the plain value answers at once with one line of the agent's own.

    `delay` in seconds is spread over `steps` progress messages. `error` is raised with its details, `code` is a bare
    status, both after the description and the delay. `failing_calls` limits either to the first calls.
    `patches` None means one of the agent's own. `afterwards` sends progress behind the patch. `usage` makes every call
    ask a model: that is told at its beginning, and the usage before its end; `estimate` makes the engine one that costs
    money.
    """

    delay: float = 0.0
    steps: int = 0
    patches: tuple[Patch, ...] | None = None
    error: DomainError | None = None
    code: grpc.StatusCode | None = None
    failing_calls: int = 1_000_000
    hang: bool = False
    afterwards: bool = False
    describes: bool = True
    answers_as: str = ""
    version: str = "1"
    usage: Usage | None = None
    estimate: Usage | None = None


@dataclass
class Seen:
    """What the server has seen."""

    proposes: int = 0
    describes: int = 0
    estimates: int = 0
    finished: int = 0
    cancelled: int = 0
    at_work: int = 0
    most_at_work: int = 0
    cancelled_event: asyncio.Event = field(default_factory=asyncio.Event)
    called_event: asyncio.Event = field(default_factory=asyncio.Event)


class FakeSpecialist(SpecialistServiceServicer):
    """Use it with `async with`; `behaviour` may be changed between calls, `seen` counts."""

    def __init__(self, agent: str, behaviour: Behaviour | None = None, port: int = 0) -> None:
        self.agent = agent
        self.behaviour = behaviour or Behaviour()
        self.seen = Seen()
        self.port = port
        self._server: grpc.aio.Server | None = None

    @property
    def address(self) -> str:
        """`host:port`."""
        return f"127.0.0.1:{self.port}"

    async def start(self) -> Self:
        """Listens; a second start takes the same port again."""
        self._server = grpc.aio.server(options=_OPTIONS)
        add_SpecialistServiceServicer_to_server(self, self._server)
        self.port = self._server.add_insecure_port(self.address)
        await self._server.start()
        return self

    async def stop(self) -> None:
        """Stops listening and cancels what is under way."""
        if self._server is not None:
            await self._server.stop(None)
            self._server = None

    async def __aenter__(self) -> Self:
        return await self.start()

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    async def Describe(  # noqa: N802 - the name is the proto's
        self, request: DescribeRequest, context: _Context
    ) -> DescribeResponse:
        self.seen.describes += 1
        return self._description()

    async def Estimate(  # noqa: N802 - the name is the proto's
        self, request: EstimateRequest, context: _Context
    ) -> EstimateResponse:
        self.seen.estimates += 1
        if self.behaviour.estimate is None:
            await context.abort(grpc.StatusCode.UNIMPLEMENTED, "told to")
        return EstimateResponse(usage=self.behaviour.estimate)

    async def Propose(  # noqa: N802 - the name is the proto's
        self, request: ProposeRequest, context: _Context
    ) -> AsyncIterator[ProposeResponse]:
        seen = self.seen
        seen.proposes += 1
        seen.at_work += 1
        seen.most_at_work = max(seen.most_at_work, seen.at_work)
        seen.called_event.set()
        try:
            async for response in self._answer(self.behaviour, seen.proposes, context):
                yield response
            seen.finished += 1
        except asyncio.CancelledError:
            seen.cancelled += 1
            seen.cancelled_event.set()
            raise
        finally:
            seen.at_work -= 1

    async def _answer(self, how: Behaviour, call: int, context: _Context) -> AsyncIterator[ProposeResponse]:
        if how.describes:
            yield ProposeResponse(description=self._description())
        async for progress in _working(how):
            yield ProposeResponse(progress=progress)
        if call <= how.failing_calls:
            await _refuse(how, context)
        for patch in (patch_of(self.agent),) if how.patches is None else how.patches:
            yield ProposeResponse(patch=patch)
        if how.afterwards:
            yield ProposeResponse(progress=Progress(percent=100))

    def _description(self) -> DescribeResponse:
        agent = self.behaviour.answers_as or self.agent
        return DescribeResponse(
            agent=agent,
            title=agent,
            owned_sections=sections_of(agent),
            engine="fake",
            version=self.behaviour.version,
            metered=self.behaviour.estimate is not None,
        )


async def _working(how: Behaviour) -> AsyncIterator[Progress]:
    asked = Attempt(attempt=1, model="fake", question="asking")
    asked.start_time.GetCurrentTime()
    if how.usage is not None:
        yield Progress(message="asking", begun=asked)
    for step in range(how.steps):
        await asyncio.sleep(how.delay / how.steps)
        yield Progress(percent=100 * (step + 1) // how.steps, message=f"step {step + 1} of {how.steps}")
    if how.delay and not how.steps:
        await asyncio.sleep(how.delay)
    if how.hang:
        await asyncio.Event().wait()
    if how.usage is not None:
        asked.outcome = "COMPLETED"
        asked.usage.CopyFrom(how.usage)
        asked.end_time.GetCurrentTime()
        yield Progress(percent=90, message="paid", usage=how.usage, ended=asked)


async def _refuse(how: Behaviour, context: _Context) -> None:
    if how.error is not None:
        await context.abort_with_status(rpc_status.to_status(to_status(how.error)))
    if how.code is not None:
        await context.abort(how.code, "told to")
