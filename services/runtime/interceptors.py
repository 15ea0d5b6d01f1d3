"""The one stack that every call of every server goes through: errors become statuses, calls are logged."""

from __future__ import annotations

import asyncio
import time
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any, NoReturn

import grpc
import structlog
from grpc_status import rpc_status

from services.contract.names import BadName
from services.runtime.errors import DomainError, Internal, InvalidArgument, to_status
from services.runtime.places import Places

_log = structlog.get_logger()
_Context = grpc.aio.ServicerContext[Any, Any]


class ErrorInterceptor(grpc.aio.ServerInterceptor):
    """Turns domain errors into statuses; anything else becomes INTERNAL with an incident id, never a traceback.

    Calls take one of `places` each; health and reflection are free, since their streams stay open.
    """

    def __init__(self, places: Places) -> None:
        self._places = places

    async def intercept_service(
        self,
        continuation: Callable[[grpc.HandlerCallDetails], Awaitable[grpc.RpcMethodHandler[Any, Any] | None]],
        handler_call_details: grpc.HandlerCallDetails,
    ) -> grpc.RpcMethodHandler[Any, Any] | None:
        """Wraps the handler; methods that do not exist stay UNIMPLEMENTED."""
        handler = await continuation(handler_call_details)
        method = handler_call_details.method
        if handler is None or method.startswith(("/grpc.health", "/grpc.reflection")):
            return handler
        kinds: dict[tuple[bool, bool], tuple[str, Callable[..., grpc.RpcMethodHandler[Any, Any]], Any]] = {
            (False, False): ("unary_unary", grpc.unary_unary_rpc_method_handler, _answer),
            (False, True): ("unary_stream", grpc.unary_stream_rpc_method_handler, _stream),
            (True, False): ("stream_unary", grpc.stream_unary_rpc_method_handler, _answer),
            (True, True): ("stream_stream", grpc.stream_stream_rpc_method_handler, _stream),
        }
        attribute, make, wrap = kinds[(bool(handler.request_streaming), bool(handler.response_streaming))]
        behaviour = wrap(getattr(handler, attribute), method, self._places)
        return make(behaviour, handler.request_deserializer, handler.response_serializer)


def _answer(
    behaviour: Callable[[Any, _Context], Awaitable[Any]], method: str, places: Places
) -> Callable[[Any, _Context], Any]:
    async def answer(request: Any, context: _Context) -> Any:
        started = time.perf_counter()
        try:
            with places.take():
                response = await behaviour(request, context)
        except BaseException as error:  # noqa: BLE001 - the last line of defence of every call
            await _fail(error, context, method)
        _log.debug("rpc", method=method, milliseconds=round(1000 * (time.perf_counter() - started), 1))
        return response

    return answer


def _stream(
    behaviour: Callable[[Any, _Context], AsyncIterator[Any]], method: str, places: Places
) -> Callable[[Any, _Context], AsyncIterator[Any]]:
    async def stream(request: Any, context: _Context) -> AsyncIterator[Any]:
        try:
            with places.take():
                async for response in behaviour(request, context):
                    yield response
        except BaseException as error:  # noqa: BLE001 - the last line of defence of every call
            await _fail(error, context, method)

    return stream


async def _fail(error: BaseException, context: _Context, method: str) -> NoReturn:
    """Ends the call with the error's status. A cancelled call, and an abort under way, just go on."""
    if isinstance(error, GeneratorExit | grpc.aio.AbortError) or (
        isinstance(error, asyncio.CancelledError) and _cancelled_from_outside()
    ):
        raise error
    domain = _domain_error(error, method)
    _log.info("rpc failed", method=method, reason=domain.reason, message=domain.message)
    await context.abort_with_status(rpc_status.to_status(to_status(domain)))
    raise AssertionError("abort_with_status returned")


def _cancelled_from_outside() -> bool:
    """False when the handler raised CancelledError itself, which would leave the client without an answer."""
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0


def _domain_error(error: BaseException, method: str) -> DomainError:
    if isinstance(error, DomainError):
        return error
    if isinstance(error, BadName):
        return InvalidArgument("name", str(error))
    incident = uuid.uuid4().hex[:12]
    _log.error("unexpected error", method=method, incident=incident, exc_info=error)
    return Internal("INTERNAL", f"something went wrong on our side; incident {incident} in the logs says what")
