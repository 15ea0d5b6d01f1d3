"""The papers of a job: what was recognised, what is missing, what they disagree about."""

from __future__ import annotations

import asyncio
from typing import Any

from fastapi import APIRouter
from fastapi.responses import HTMLResponse

from buildplan.v1.document_pb2 import Authority, Document, DocumentKind
from buildplan.v1.session_pb2 import Session
from buildplan.v1.session_service_pb2 import ListConflictsRequest, ValidateSessionRequest
from gateway.api.names import Id
from gateway.coordinator import LONG_CALL_SECONDS, Caller, Coordinator
from gateway.pages import dress
from gateway.pages.routes.asking import documents_of, run_named, session_of
from gateway.pages.views.board import Board
from gateway.pages.views.plan import citing
from gateway.pages.views.preflight import by_severity, dearest_first
from gateway.pages.views.wording import choices
from services.contract.names import session_name

router = APIRouter(prefix="/jobs/{session}/papers")
_Values = dict[str, Any]


@router.get("")
async def papers(session: Id, coordinator: Caller) -> HTMLResponse:
    """The page."""
    job, documents = await asyncio.gather(session_of(coordinator, session), documents_of(coordinator, session))
    readiness, conflicts = await asyncio.gather(
        _readiness(coordinator, job), _conflicts(coordinator, session, documents)
    )
    values = _documents(session, documents) | readiness | conflicts
    return dress.page("papers.html", session=job, **values)


@router.get("/documents")
async def documents(session: Id, coordinator: Caller) -> HTMLResponse:
    """The table of papers alone."""
    return dress.page("parts/documents.html", **_documents(session, await documents_of(coordinator, session)))


@router.get("/readiness")
async def readiness(session: Id, coordinator: Caller) -> HTMLResponse:
    """Checklist, completeness and the button alone."""
    job = await session_of(coordinator, session)
    return dress.page("parts/readiness.html", id=session, session=job, **await _readiness(coordinator, job))


@router.get("/conflicts")
async def conflicts(session: Id, coordinator: Caller) -> HTMLResponse:
    """The contradictions alone."""
    found = await documents_of(coordinator, session)
    return dress.page("parts/conflicts.html", id=session, **await _conflicts(coordinator, session, found))


def _documents(session: str, found: list[Document]) -> _Values:
    return {
        "id": session,
        "documents": found,
        "kinds": choices(DocumentKind.DESCRIPTOR),
        "authorities": choices(Authority.DESCRIPTOR),
    }


async def _readiness(coordinator: Coordinator, job: Session) -> _Values:
    question = ValidateSessionRequest(name=job.name)
    answer = await coordinator.ask(coordinator.sessions.ValidateSession, question, LONG_CALL_SECONDS)
    in_flight = bool(job.latest_run) and Board(await run_named(coordinator, job.latest_run)).in_flight
    return {
        "validation": answer.result,
        "findings": by_severity(answer.result),
        "parts": dearest_first(answer.result),
        "in_flight": in_flight,
    }


async def _conflicts(coordinator: Coordinator, session: str, found: list[Document]) -> _Values:
    question = ListConflictsRequest(parent=session_name(session))
    answer = await coordinator.ask(coordinator.sessions.ListConflicts, question)
    return {"conflicts": answer.conflicts, **citing(found)}
