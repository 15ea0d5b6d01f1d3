"""Client interceptors that send with every call who calls, and within which span.

The call object goes back to the caller as it is: OpenTelemetry's own interceptor for grpc.aio wraps the stream and
loses its cancellation (opentelemetry-python-contrib#3271), so that a specialist would work, and spend, for nobody.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import grpc

from services.runtime import tracing

_Continuation = Callable[[grpc.aio.ClientCallDetails, Any], Any]


def header_interceptors(token: str) -> Sequence[grpc.aio.ClientInterceptor]:
    """For a channel whose caller is known by `token`; none where there is nothing to send."""
    return (_Unary(token), _Stream(token), _Upload(token)) if token or tracing.is_on() else ()


class _Headers:
    def __init__(self, token: str) -> None:
        self._caller = (("authorization", f"Bearer {token}"),) if token else ()

    def added_to(self, details: grpc.aio.ClientCallDetails) -> grpc.aio.ClientCallDetails:
        span = tracing.traceparent()
        within = ((tracing.TRACEPARENT, span),) if span else ()
        metadata = grpc.aio.Metadata(*(details.metadata or ()), *self._caller, *within)
        return details._replace(metadata=metadata)  # type: ignore[attr-defined,no-any-return]


class _Unary(_Headers, grpc.aio.UnaryUnaryClientInterceptor):
    async def intercept_unary_unary(
        self, continuation: _Continuation, client_call_details: grpc.aio.ClientCallDetails, request: Any
    ) -> Any:
        return await continuation(self.added_to(client_call_details), request)


class _Stream(_Headers, grpc.aio.UnaryStreamClientInterceptor):
    async def intercept_unary_stream(
        self, continuation: _Continuation, client_call_details: grpc.aio.ClientCallDetails, request: Any
    ) -> Any:
        return await continuation(self.added_to(client_call_details), request)


class _Upload(_Headers, grpc.aio.StreamUnaryClientInterceptor):
    async def intercept_stream_unary(
        self, continuation: _Continuation, client_call_details: grpc.aio.ClientCallDetails, request_iterator: Any
    ) -> Any:
        return await continuation(self.added_to(client_call_details), request_iterator)
