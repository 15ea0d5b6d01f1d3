"""RunService."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import grpc

from buildplan.v1 import run_service_pb2 as pb
from buildplan.v1.run_service_pb2_grpc import RunServiceServicer
from services.coordinator.runs.runs import Runs

_Context = grpc.aio.ServicerContext[Any, Any]


class RunServicer(RunServiceServicer):
    """Runs over gRPC."""

    def __init__(self, runs: Runs) -> None:
        self._runs = runs

    async def StartRun(self, request: pb.StartRunRequest, context: _Context) -> pb.StartRunResponse:
        """See the proto."""
        run, validation = await self._runs.start(request)
        return pb.StartRunResponse(run=run, validation=validation)

    async def GetRun(self, request: pb.GetRunRequest, context: _Context) -> pb.GetRunResponse:
        """See the proto."""
        return pb.GetRunResponse(run=await self._runs.records.get(request.name))

    async def ListRuns(self, request: pb.ListRunsRequest, context: _Context) -> pb.ListRunsResponse:
        """See the proto."""
        return pb.ListRunsResponse(runs=await self._runs.records.list_(request.parent))

    async def WatchRun(self, request: pb.WatchRunRequest, context: _Context) -> AsyncIterator[pb.WatchRunResponse]:
        """See the proto."""
        async for event in self._runs.watch(request.name, request.after_sequence):
            yield pb.WatchRunResponse(event=event)

    async def ResumeRun(self, request: pb.ResumeRunRequest, context: _Context) -> pb.ResumeRunResponse:
        """See the proto."""
        return pb.ResumeRunResponse(run=await self._runs.resume(request.name))

    async def RetryAgent(self, request: pb.RetryAgentRequest, context: _Context) -> pb.RetryAgentResponse:
        """See the proto."""
        return pb.RetryAgentResponse(run=await self._runs.retry_agent(request.name, request.agent))

    async def CancelRun(self, request: pb.CancelRunRequest, context: _Context) -> pb.CancelRunResponse:
        """See the proto."""
        return pb.CancelRunResponse(run=await self._runs.cancel(request.name))

    async def ListCheckpoints(
        self, request: pb.ListCheckpointsRequest, context: _Context
    ) -> pb.ListCheckpointsResponse:
        """See the proto."""
        return pb.ListCheckpointsResponse(checkpoints=await self._runs.records.checkpoints(request.parent))

    async def ListAttempts(self, request: pb.ListAttemptsRequest, context: _Context) -> pb.ListAttemptsResponse:
        """See the proto."""
        return pb.ListAttemptsResponse(attempts=await self._runs.records.attempts(request.parent))
