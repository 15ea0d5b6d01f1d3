"""The list of jobs."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from buildplan.v1.session_service_pb2 import ListSessionsRequest
from gateway.coordinator import Caller
from gateway.pages import dress

router = APIRouter()
_ROWS = 50


@router.get("/")
async def jobs(request: Request, coordinator: Caller, query: str = "", page_token: str = "") -> HTMLResponse:
    """The page."""
    secured = request.app.state.identities is not None
    return await _listed("jobs.html", coordinator, query, page_token, secured=secured)


@router.get("/jobs")
async def found(coordinator: Caller, query: str = "", page_token: str = "") -> HTMLResponse:
    """The rows alone."""
    return await _listed("parts/jobs.html", coordinator, query, page_token)


async def _listed(template: str, coordinator: Caller, query: str, page_token: str, **values: object) -> HTMLResponse:
    question = ListSessionsRequest(page_size=_ROWS, page_token=page_token, query=query)
    answer = await coordinator.ask(coordinator.sessions.ListSessions, question)
    found = {"sessions": answer.sessions, "next_page_token": answer.next_page_token, "query": query}
    return dress.page(template, **found, **values)
