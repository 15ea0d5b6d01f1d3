"""The whole document: FastAPI's routes and parameters, and a component for every proto that they refer to."""

from __future__ import annotations

import json
import re
from collections.abc import Set as AbstractSet
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from gateway.openapi.schemas import component
from gateway.problems import SCHEMA as PROBLEM

_REFERENCE = re.compile(r'"#/components/schemas/([^"]+)"')
_DESCRIPTION = """Everything that the gRPC services do, over HTTP. A resource's URL is its name; JSON is the protos'
own mapping, fields named as in the protos, empty fields left out. Every error is an RFC 9457 problem whose `reason` is
stable.

`PATCH` takes a JSON merge patch (RFC 7396). `GET /agents/status` is a stream of Server-Sent Events."""


def describe(app: FastAPI, secured: bool) -> None:
    """Lets `app.openapi()` give the document; `secured` says that routes want a token."""

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = _document(app, secured)
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign]


def _document(app: FastAPI, secured: bool) -> dict[str, Any]:
    found = get_openapi(title=app.title, version=app.version, description=_DESCRIPTION, routes=app.routes)
    components = found["components"]
    schemas = components["schemas"] = {"Problem": PROBLEM, **components["schemas"]}
    schemas |= _components(json.dumps(found), schemas.keys())
    if secured:
        components["securitySchemes"] = {"token": {"type": "http", "scheme": "bearer"}}
        found["security"] = [{"token": []}]
    return found


def _components(text: str, known: AbstractSet[str]) -> dict[str, object]:
    """What `text` refers to, and what that refers to in turn, but for what is `known`."""
    found: dict[str, object] = {}
    missing = set(_REFERENCE.findall(text)) - known
    while missing:
        fresh = {name: component(name) for name in sorted(missing)}
        found |= fresh
        missing = set(_REFERENCE.findall(json.dumps(fresh))) - found.keys()
    return found
