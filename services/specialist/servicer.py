"""The gRPC face of a specialist: it translates, the engine thinks."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import aclosing
from typing import Any

import grpc

from buildplan.v1.plan_pb2 import Patch
from buildplan.v1.specialist_service_pb2 import (
    DescribeRequest,
    DescribeResponse,
    EstimateRequest,
    EstimateResponse,
    ProposeRequest,
    ProposeResponse,
)
from buildplan.v1.specialist_service_pb2_grpc import SpecialistServiceServicer
from services.contract.ownership import sections_of
from services.runtime.errors import InvalidArgument
from services.runtime.logs import bind
from services.specialist.engine import Engine
from services.specialist.profile import Profile


class SpecialistServicer(SpecialistServiceServicer):
    """One profile with one engine."""

    def __init__(self, profile: Profile, engine: Engine) -> None:
        self._engine = engine
        self._description = DescribeResponse(
            agent=profile.agent,
            title=profile.title,
            owned_sections=sections_of(profile.agent),
            engine=engine.name,
            model=engine.model,
            version=profile.version,
            prompt_digest=engine.prompt_digest,
            metered=engine.metered,
        )

    async def Describe(self, request: DescribeRequest, context: grpc.aio.ServicerContext[Any, Any]) -> DescribeResponse:
        """Who this is."""
        return self._description

    async def Estimate(self, request: EstimateRequest, context: grpc.aio.ServicerContext[Any, Any]) -> EstimateResponse:
        """What a proposal may use."""
        if not request.HasField("context"):
            raise InvalidArgument("context", "an estimate needs a context pack")
        return EstimateResponse(usage=await self._engine.estimate(request.context))

    async def Propose(
        self, request: ProposeRequest, context: grpc.aio.ServicerContext[Any, Any]
    ) -> AsyncIterator[ProposeResponse]:
        """Description, progress, one patch."""
        if not request.HasField("context"):
            raise InvalidArgument("context", "a proposal needs a context pack")
        bind(session=request.context.session, run=request.run, agent=self._description.agent)
        yield ProposeResponse(description=self._description)
        async with aclosing(self._engine.propose(request.context)) as parts:  # type: ignore[type-var]
            async for part in parts:
                yield ProposeResponse(patch=part) if isinstance(part, Patch) else ProposeResponse(progress=part)
