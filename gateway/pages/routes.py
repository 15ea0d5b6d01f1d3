"""The pages' routes."""

from __future__ import annotations

from fastapi import APIRouter
from fastapi.responses import HTMLResponse

from buildplan.v1.session_service_pb2 import ListSessionsRequest
from gateway.coordinator import Caller
from gateway.pages.dress import page

router = APIRouter(include_in_schema=False)


@router.get("/")
async def jobs(coordinator: Caller) -> HTMLResponse:
    """The list of jobs."""
    answer = await coordinator.ask(coordinator.sessions.ListSessions, ListSessionsRequest())
    return page("jobs.html", sessions=answer.sessions)
