"""The gateway put together: what answers what, and what every answer goes through."""

from __future__ import annotations

from http import HTTPStatus

from fastapi import FastAPI, Request
from fastapi.responses import HTMLResponse, JSONResponse
from fastapi.routing import APIRoute
from starlette.middleware.gzip import DEFAULT_EXCLUDED_CONTENT_TYPES, GZipMiddleware
from starlette.staticfiles import StaticFiles

from gateway import openapi, problems
from gateway.access import sign_in
from gateway.access.frame import Frame
from gateway.access.guard import Guard
from gateway.access.refusals import Refusals
from gateway.api import documents, plans, runs, sessions
from gateway.coordinator import Coordinator
from gateway.events import ag_ui, status
from gateway.events.feed import Feeds
from gateway.openapi import docs
from gateway.pages import PACKAGE, routes
from gateway.pages.dress import page
from gateway.settings import GatewaySettings
from gateway.telemetry import Telemetry
from services.contract.version import CONTRACT_VERSION
from services.runtime.identity import Identities

# Originals keep their length, so that a download shows how far it is.
_SENT_AS_THEY_ARE = (*DEFAULT_EXCLUDED_CONTENT_TYPES, "application/octet-stream")


def create_app(settings: GatewaySettings, coordinator: Coordinator, identities: Identities | None = None) -> FastAPI:
    """An ASGI app that talks to `coordinator`; with `identities` a token is asked for."""
    app = FastAPI(
        title="Build Planner",
        version=CONTRACT_VERSION,
        docs_url=None,
        redoc_url=None,
        generate_unique_id_function=_operation_id,
    )
    app.state.settings = settings
    app.state.coordinator = coordinator
    app.state.feeds = Feeds()
    app.state.draining = False
    app.state.identities = identities
    app.state.refusals = Refusals()
    app.add_middleware(GZipMiddleware, compresslevel=5, exclude_content_types=_SENT_AS_THEY_ARE)
    app.add_middleware(Guard, hosts=settings.hosts, identities=identities, refusals=app.state.refusals)
    app.add_middleware(Frame)
    app.add_middleware(Telemetry)
    problems.install(app, _problem_page)
    app.add_api_route("/healthz", _health, include_in_schema=False)
    app.mount("/static", StaticFiles(directory=PACKAGE / "static"), name="static")
    # FastAPI readies a route when it first compares one with a request: what a planner opens first comes first.
    for part in (routes, sign_in, sessions, documents, runs, plans, status, ag_ui):
        app.include_router(part.router)
    openapi.describe(app, secured=identities is not None)
    docs.install(app)
    return app


def _problem_page(problem: problems.Problem) -> HTMLResponse:
    title = HTTPStatus(problem.status).phrase
    answer = page("problem.html", title=title, detail=problem.detail, reason=problem.reason)
    answer.status_code = problem.status
    return answer


def _operation_id(route: APIRoute) -> str:
    return route.name


async def _health(request: Request) -> JSONResponse:
    """The gateway itself is up; a coordinator that is away is no reason to start the gateway again."""
    if request.app.state.draining:
        raise problems.Problem(503, "draining", "DRAINING")
    return JSONResponse({"status": "SERVING"})
