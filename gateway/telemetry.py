"""What can be seen of the gateway: requests by their route, a log line and a span for each, above the coordinator's.

Paths, queries and headers are left out of all of them, but for the names of resources.
"""

from __future__ import annotations

import logging
import time
from typing import Any

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from services.contract.names import run_name, session_name
from services.runtime import tracing
from services.runtime.logs import get_logger, unbind
from services.runtime.metrics import Counter, Gauge, Histogram

_REQUESTS = Counter("buildplan_http_requests_total", "Requests by route and status.", ("route", "status"))
_FIRST_BYTE = Histogram("buildplan_http_first_byte_seconds", "From a request to its answer's first byte.", ("route",))
_OPEN = Gauge("buildplan_http_open_requests", "Requests under way, live streams included.")
_NO_ROUTE = "none"
_UNANSWERED = 499
"""What nginx logs where the client went away before an answer."""
_log = get_logger()


class Telemetry:
    """The outermost middleware."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._open = 0
        _OPEN.follow(lambda: self._open)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes the request on."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began = time.perf_counter()
        status = _UNANSWERED

        async def counted(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                route = _route(scope)
                _REQUESTS.add(1, route, str(status))
                _FIRST_BYTE.observe(time.perf_counter() - began, route)
            await send(message)

        # The context of a connection's earlier request may come back in a later one (CPython issue 140947).
        unbind("run")
        self._open += 1
        with tracing.span(scope["method"], Headers(scope=scope).get(tracing.TRACEPARENT, ""), "server"):
            try:
                await self._app(scope, receive, counted)
            finally:
                self._open -= 1
                _tell(scope, status, time.perf_counter() - began)


def _tell(scope: Scope, status: int, seconds: float) -> None:
    """Names the span and writes the line; a stream's seconds are those until its end."""
    route, method = _route(scope), scope["method"]
    if route != _NO_ROUTE:
        tracing.rename(f"{method} {route}", **{"http.route": route})
    milliseconds = round(1000 * seconds, 1)
    _log.log(
        _level(status), "request", route=route, method=method, status=status, milliseconds=milliseconds, **_names(scope)
    )


def _level(status: int) -> int:
    if status < 400:
        return logging.DEBUG
    return logging.INFO if status < 500 else logging.WARNING


def _names(scope: Scope) -> dict[str, str]:
    """Of the session and the run in the path; routes bind that of a run that stands elsewhere."""
    found: dict[str, str] = scope.get("path_params", {})
    session, run = found.get("session"), found.get("run")
    if not session:
        return {}
    name = {"session": session_name(session)}
    return name | {"run": run_name(session, run)} if run else name


def _route(scope: Scope) -> str:
    """The route's pattern; a path itself would make a metric of each session."""
    route: Any = scope.get("route")
    return getattr(route, "path", _NO_ROUTE)
