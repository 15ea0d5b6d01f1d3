"""The pages' routes."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse
from starlette.templating import Jinja2Templates

from buildplan.v1.session_service_pb2 import ListSessionsRequest
from gateway.coordinator import Caller
from gateway.pages import PACKAGE

router = APIRouter(default_response_class=HTMLResponse)
templates = Jinja2Templates(PACKAGE / "templates")


@router.get("/")
async def jobs(request: Request, coordinator: Caller) -> HTMLResponse:
    """The list of jobs."""
    answer = await coordinator.ask(coordinator.sessions.ListSessions, ListSessionsRequest())
    return templates.TemplateResponse(request, "jobs.html", {"sessions": answer.sessions})
