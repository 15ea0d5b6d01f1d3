"""The gateway put together: what answers what, and what every answer goes through."""

from __future__ import annotations

import asyncio

from fastapi import FastAPI
from fastapi.responses import JSONResponse
from fastapi.routing import APIRoute
from starlette.staticfiles import StaticFiles

from gateway import openapi, problems
from gateway.api import documents, plans, runs, sessions
from gateway.coordinator import Coordinator
from gateway.pages import PACKAGE, routes
from gateway.settings import GatewaySettings
from services.contract.version import CONTRACT_VERSION


def create_app(settings: GatewaySettings, coordinator: Coordinator) -> FastAPI:
    """An ASGI app that talks to `coordinator`."""
    app = FastAPI(
        title="Build Planner",
        version=CONTRACT_VERSION,
        docs_url=None,
        redoc_url=None,
        generate_unique_id_function=_operation_id,
    )
    app.state.settings = settings
    app.state.coordinator = coordinator
    app.state.stopping = asyncio.Event()
    problems.install(app)
    app.add_api_route("/healthz", _health, include_in_schema=False)
    app.mount("/static", StaticFiles(directory=PACKAGE / "static"), name="static")
    for part in (sessions, documents, runs, plans):
        app.include_router(part.router)
    app.include_router(routes.router, include_in_schema=False)
    openapi.describe(app, secured=False)
    return app


def _operation_id(route: APIRoute) -> str:
    return route.name


async def _health() -> JSONResponse:
    """The gateway itself is up; a coordinator that is away is no reason to start the gateway again."""
    return JSONResponse({"status": "SERVING"})
