"""What can be seen of the gateway: requests by their route, and a span for each, above the coordinator's."""

from __future__ import annotations

import time
from typing import Any

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from services.runtime import tracing
from services.runtime.metrics import Counter, Gauge, Histogram

_REQUESTS = Counter("buildplan_http_requests_total", "Requests by route and status.", ("route", "status"))
_FIRST_BYTE = Histogram("buildplan_http_first_byte_seconds", "From a request to its answer's first byte.", ("route",))
_OPEN = Gauge("buildplan_http_open_requests", "Requests under way, live streams included.")
_NO_ROUTE = "none"


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

        async def counted(message: Message) -> None:
            if message["type"] == "http.response.start":
                route = _route(scope)
                _REQUESTS.add(1, route, str(message["status"]))
                _FIRST_BYTE.observe(time.perf_counter() - began, route)
            await send(message)

        self._open += 1
        try:
            with tracing.span(f"HTTP {scope['method']}", Headers(scope=scope).get(tracing.TRACEPARENT, "")):
                await self._app(scope, receive, counted)
        finally:
            self._open -= 1


def _route(scope: Scope) -> str:
    """The route's pattern; a path itself would make a metric of each session."""
    route: Any = scope.get("route")
    return getattr(route, "path", _NO_ROUTE)
