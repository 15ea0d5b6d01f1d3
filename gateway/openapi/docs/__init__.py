"""`/docs`: the API to read and try, without internet: Swagger UI's files come from the package fastapi-offline."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

from fastapi import FastAPI
from fastapi.responses import FileResponse
from starlette.staticfiles import StaticFiles

_HERE = Path(__file__).parent
# Swagger UI's style sheet holds its icons as data URLs.
_POLICY = "default-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"


def install(app: FastAPI) -> None:
    """Adds the page."""
    app.add_api_route("/docs", _page, include_in_schema=False)
    app.add_api_route("/docs/start.js", _start, include_in_schema=False)
    app.mount("/docs/assets", StaticFiles(directory=_assets()))


async def _page() -> FileResponse:
    return FileResponse(_HERE / "index.html", headers={"Content-Security-Policy": _POLICY})


async def _start() -> FileResponse:
    return FileResponse(_HERE / "start.js")


def _assets() -> Path:
    """Found without importing the package, which would patch FastAPI for an app of its own."""
    package = find_spec("fastapi_offline")
    if package is None or package.origin is None:
        raise ModuleNotFoundError("the package fastapi-offline is not installed")
    return Path(package.origin).parent / "static"
