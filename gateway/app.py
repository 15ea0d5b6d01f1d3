"""The gateway put together: what answers what, and what every answer goes through."""

from __future__ import annotations

import asyncio

from fastapi import FastAPI
from fastapi.responses import JSONResponse
from starlette.staticfiles import StaticFiles

from gateway import problems
from gateway.api import sessions
from gateway.coordinator import Coordinator
from gateway.pages import PACKAGE, routes
from gateway.settings import GatewaySettings


def create_app(settings: GatewaySettings, coordinator: Coordinator) -> FastAPI:
    """An ASGI app that talks to `coordinator`."""
    app = FastAPI(title="Build Planner", docs_url=None, redoc_url=None)
    app.state.settings = settings
    app.state.coordinator = coordinator
    app.state.stopping = asyncio.Event()
    problems.install(app)
    app.add_api_route("/healthz", _health, include_in_schema=False)
    app.mount("/static", StaticFiles(directory=PACKAGE / "static"), name="static")
    app.include_router(sessions.router)
    app.include_router(routes.router, include_in_schema=False)
    return app


async def _health() -> JSONResponse:
    """The gateway itself is up; a coordinator that is away is no reason to start the gateway again."""
    return JSONResponse({"status": "SERVING"})
