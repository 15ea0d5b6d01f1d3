"""Sessions."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Header, Request, Response

from buildplan.v1.session_pb2 import Session
from buildplan.v1.session_service_pb2 import CreateSessionRequest, GetSessionRequest
from gateway.api import wire
from gateway.coordinator import Caller
from services.contract.names import session_name

router = APIRouter(tags=["sessions"])


@router.post("/sessions", status_code=201)
async def create_session(
    request: Request, coordinator: Caller, idempotency_key: Annotated[str, Header(max_length=200)] = ""
) -> Response:
    """Makes a session; a repeated call with the same Idempotency-Key answers with the session that it made."""
    session = wire.parse(await wire.read_json(request), Session())
    question = CreateSessionRequest(metadata=session.metadata, request_id=idempotency_key)
    made = (await coordinator.ask(coordinator.sessions.CreateSession, question)).session
    return wire.answer(made, 201, {"Location": f"/{made.name}"})


@router.get("/sessions/{session}")
async def get_session(session: str, coordinator: Caller) -> Response:
    """Reads a session."""
    answer = await coordinator.ask(coordinator.sessions.GetSession, GetSessionRequest(name=session_name(session)))
    return wire.answer(answer.session)
