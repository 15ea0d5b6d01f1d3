"""PlanService."""

from __future__ import annotations

from typing import Any

import grpc

from buildplan.v1 import plan_service_pb2 as pb
from buildplan.v1.plan_service_pb2_grpc import PlanServiceServicer
from services.coordinator.revisions import Revisions

_Context = grpc.aio.ServicerContext[Any, Any]


class PlanServicer(PlanServiceServicer):
    """Plans over gRPC."""

    def __init__(self, revisions: Revisions) -> None:
        self._revisions = revisions

    async def GetPlan(self, request: pb.GetPlanRequest, context: _Context) -> pb.GetPlanResponse:
        """See the proto."""
        return pb.GetPlanResponse(plan=await self._revisions.get(request.name))

    async def GetDraft(self, request: pb.GetDraftRequest, context: _Context) -> pb.GetDraftResponse:
        """See the proto."""
        return pb.GetDraftResponse(plan=await self._revisions.draft(request.run))

    async def ListPlanRevisions(
        self, request: pb.ListPlanRevisionsRequest, context: _Context
    ) -> pb.ListPlanRevisionsResponse:
        """See the proto."""
        return pb.ListPlanRevisionsResponse(revisions=await self._revisions.list_(request.parent))

    async def EditPlan(self, request: pb.EditPlanRequest, context: _Context) -> pb.EditPlanResponse:
        """See the proto."""
        return pb.EditPlanResponse(plan=await self._revisions.edit(request.name, request.etag, request.edits))

    async def ExportPlan(self, request: pb.ExportPlanRequest, context: _Context) -> pb.ExportPlanResponse:
        """See the proto."""
        export = await self._revisions.export(request.name, request.format)
        return pb.ExportPlanResponse(file_name=export.file_name, media_type=export.media_type, content=export.content)

    async def ComparePlans(self, request: pb.ComparePlansRequest, context: _Context) -> pb.ComparePlansResponse:
        """See the proto."""
        return await self._revisions.compare(request.name, request.base)
