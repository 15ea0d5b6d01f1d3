"""SessionService."""

from __future__ import annotations

from typing import Any

import grpc

from buildplan.v1 import session_service_pb2 as pb
from buildplan.v1.session_service_pb2_grpc import SessionServiceServicer
from services.coordinator.sessions import Sessions
from services.runtime.door import caller

_Context = grpc.aio.ServicerContext[Any, Any]


class SessionServicer(SessionServiceServicer):
    """Sessions, preflight and conflicts over gRPC."""

    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions

    async def CreateSession(self, request: pb.CreateSessionRequest, context: _Context) -> pb.CreateSessionResponse:
        """See the proto."""
        session = await self._sessions.create(request.metadata, request.request_id, caller().tenant)
        return pb.CreateSessionResponse(session=session)

    async def GetSession(self, request: pb.GetSessionRequest, context: _Context) -> pb.GetSessionResponse:
        """See the proto."""
        return pb.GetSessionResponse(session=await self._sessions.get(request.name))

    async def ListSessions(self, request: pb.ListSessionsRequest, context: _Context) -> pb.ListSessionsResponse:
        """See the proto."""
        sessions, token = await self._sessions.page(
            caller().tenant, request.page_size, request.page_token, request.query
        )
        return pb.ListSessionsResponse(sessions=sessions, next_page_token=token)

    async def UpdateSession(self, request: pb.UpdateSessionRequest, context: _Context) -> pb.UpdateSessionResponse:
        """See the proto."""
        return pb.UpdateSessionResponse(session=await self._sessions.update(request.session, request.update_mask))

    async def DeleteSession(self, request: pb.DeleteSessionRequest, context: _Context) -> pb.DeleteSessionResponse:
        """See the proto."""
        await self._sessions.delete(request.name)
        return pb.DeleteSessionResponse()

    async def ValidateSession(
        self, request: pb.ValidateSessionRequest, context: _Context
    ) -> pb.ValidateSessionResponse:
        """See the proto."""
        return pb.ValidateSessionResponse(result=await self._sessions.validate(request.name))

    async def ListConflicts(self, request: pb.ListConflictsRequest, context: _Context) -> pb.ListConflictsResponse:
        """See the proto."""
        return pb.ListConflictsResponse(conflicts=await self._sessions.conflicts(request.parent))

    async def ResolveConflict(
        self, request: pb.ResolveConflictRequest, context: _Context
    ) -> pb.ResolveConflictResponse:
        """See the proto."""
        conflict = await self._sessions.resolve(request.name, request.value, request.note)
        return pb.ResolveConflictResponse(conflict=conflict)
