"""AuditService."""

from __future__ import annotations

from typing import Any

import grpc

from buildplan.v1 import audit_service_pb2 as pb
from buildplan.v1.audit_service_pb2_grpc import AuditServiceServicer
from services.coordinator.access.audit import AuditLog
from services.runtime.door import caller

_Context = grpc.aio.ServicerContext[Any, Any]


class AuditServicer(AuditServiceServicer):
    """The audit log over gRPC."""

    def __init__(self, audit: AuditLog) -> None:
        self._audit = audit

    async def ListAuditRecords(
        self, request: pb.ListAuditRecordsRequest, context: _Context
    ) -> pb.ListAuditRecordsResponse:
        """See the proto."""
        records, token = await self._audit.page(caller().tenant, request.page_size, request.page_token)
        return pb.ListAuditRecordsResponse(records=records, next_page_token=token)
