"""Sessions, their preflight and the conflicts between their papers."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Header, Query, Request, Response

from buildplan.v1 import session_service_pb2 as pb
from buildplan.v1.conflict_pb2 import DocumentConflict
from buildplan.v1.session_pb2 import Session, ValidationResult
from gateway.api import wire
from gateway.api.names import IDEMPOTENCY_KEY, Id
from gateway.coordinator import LONG_CALL_SECONDS, Caller
from gateway.openapi import answers, body
from services.contract.names import conflict_name, session_name

router = APIRouter(tags=["sessions"], default_response_class=Response)


@router.post(
    "/sessions",
    status_code=201,
    responses=answers(Session, 413, 415, status=201, headers={"Location": "URL of the session."}),
    openapi_extra=body(Session),
)
async def create_session(
    request: Request,
    coordinator: Caller,
    idempotency_key: Annotated[str, Header(max_length=200, description=IDEMPOTENCY_KEY)] = "",
) -> Response:
    """Makes a session with the metadata that is given."""
    wanted = wire.parse(await wire.read_json(request), Session())
    question = pb.CreateSessionRequest(metadata=wanted.metadata, request_id=idempotency_key)
    made = (await coordinator.ask(coordinator.sessions.CreateSession, question)).session
    return wire.answer(made, 201, {"Location": f"/{made.name}"})


@router.get("/sessions", responses=answers(pb.ListSessionsResponse))
async def list_sessions(
    coordinator: Caller,
    page_size: Annotated[int, Query(ge=0, le=1000, description="At most this many; 0 means 100.")] = 0,
    page_token: Annotated[str, Query(description="next_page_token of the page before.")] = "",
    query: Annotated[str, Query(description="Words of project name, customer or family.")] = "",
) -> Response:
    """Lists sessions, the newest first."""
    question = pb.ListSessionsRequest(page_size=page_size, page_token=page_token, query=query)
    return wire.answer(await coordinator.ask(coordinator.sessions.ListSessions, question))


@router.get("/sessions/{session}", responses=answers(Session, 404))
async def get_session(session: Id, coordinator: Caller) -> Response:
    """Reads a session."""
    question = pb.GetSessionRequest(name=session_name(session))
    return wire.answer((await coordinator.ask(coordinator.sessions.GetSession, question)).session)


@router.patch("/sessions/{session}", responses=answers(Session, 404, 413, 415), openapi_extra=body(Session))
async def update_session(session: Id, request: Request, coordinator: Caller) -> Response:
    """Changes the fields that are given, of the metadata or vector_store_id; null empties a field."""
    fields = await wire.read_json(request)
    wanted = wire.parse(fields, Session())
    wanted.name = session_name(session)
    question = pb.UpdateSessionRequest(session=wanted, update_mask=wire.mask(fields, Session.DESCRIPTOR))
    return wire.answer((await coordinator.ask(coordinator.sessions.UpdateSession, question)).session)


@router.delete("/sessions/{session}", status_code=204, responses=answers(None, 404, 409, status=204))
async def delete_session(session: Id, coordinator: Caller) -> Response:
    """Deletes a session and all that it holds; refused while a run is in flight."""
    question = pb.DeleteSessionRequest(name=session_name(session))
    await coordinator.ask(coordinator.sessions.DeleteSession, question)
    return Response(status_code=204)


@router.post("/sessions/{session}/validations", responses=answers(ValidationResult, 404))
async def validate_session(session: Id, coordinator: Caller) -> Response:
    """Runs preflight: findings, checklist, completeness and, where an engine costs money, an estimate."""
    question = pb.ValidateSessionRequest(name=session_name(session))
    answer = await coordinator.ask(coordinator.sessions.ValidateSession, question, LONG_CALL_SECONDS)
    return wire.answer(answer.result)


@router.get("/sessions/{session}/conflicts", responses=answers(pb.ListConflictsResponse, 404))
async def list_conflicts(session: Id, coordinator: Caller) -> Response:
    """Lists what the papers disagree about, ties first."""
    question = pb.ListConflictsRequest(parent=session_name(session))
    return wire.answer(await coordinator.ask(coordinator.sessions.ListConflicts, question))


@router.put(
    "/sessions/{session}/conflicts/{conflict}/resolution",
    responses=answers(DocumentConflict, 404, 413, 415),
    openapi_extra=body(pb.ResolveConflictRequest, without=("name",)),
)
async def resolve_conflict(session: Id, conflict: Id, request: Request, coordinator: Caller) -> Response:
    """Records which side is valid, and why; replaces an earlier choice."""
    question = wire.parse(await wire.read_json(request), pb.ResolveConflictRequest())
    question.name = conflict_name(session, conflict)
    return wire.answer((await coordinator.ask(coordinator.sessions.ResolveConflict, question)).conflict)
