"""The one stack that every call of every server goes through: a place, the door, errors as statuses, logs."""

from __future__ import annotations

import asyncio
import time
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Any, NoReturn

import grpc
from grpc_status import rpc_status

from services.contract.names import BadName
from services.runtime import tracing
from services.runtime.door import Door, Visit, identified
from services.runtime.errors import DeadlineExceeded, DomainError, Internal, InvalidArgument, to_status
from services.runtime.finishing import Finishing
from services.runtime.logs import get_logger
from services.runtime.metrics import Counter, Histogram
from services.runtime.places import Places
from services.runtime.request_limits import within_limit

_log = get_logger()
_Context = grpc.aio.ServicerContext[Any, Any]
_ANSWERED = Histogram("buildplan_rpc_seconds", "Unary calls that were answered well.", ("method",))
_FAILED = Counter("buildplan_rpc_failures_total", "Calls that ended with an error, by status code.", ("method", "code"))


@dataclass(frozen=True)
class Entrance:
    """What a call goes through before its handler; a stream's next message is waited for `idle_seconds`."""

    places: Places
    door: Door
    finishing: Finishing
    idle_seconds: float


class CallInterceptor(grpc.aio.ServerInterceptor):
    """Turns domain errors into statuses; anything else becomes INTERNAL with an incident id, never a traceback.

    Calls take one of the places each and go through the door; health and reflection are free for everybody.
    """

    def __init__(self, entrance: Entrance) -> None:
        self._entrance = entrance

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
            (True, False): ("stream_unary", grpc.stream_unary_rpc_method_handler, _collect),
        }
        attribute, make, wrap = kinds[(bool(handler.request_streaming), bool(handler.response_streaming))]
        behaviour = wrap(getattr(handler, attribute), method, self._entrance)
        read = within_limit(method, handler.request_deserializer or bytes)
        return make(behaviour, read, handler.response_serializer)


def _answer(
    behaviour: Callable[[Any, _Context], Awaitable[Any]], method: str, entrance: Entrance
) -> Callable[[Any, _Context], Any]:
    carry_out = entrance.finishing.to_its_end if entrance.door.finishes(method) else _while_asked_for
    return _unary(behaviour, method, entrance, _look, carry_out)


def _collect(
    behaviour: Callable[[Any, _Context], Awaitable[Any]], method: str, entrance: Entrance
) -> Callable[[Any, _Context], Any]:
    async def look(requests: Any, visit: Visit) -> Any:
        return _each(requests, visit, entrance.idle_seconds)

    return _unary(behaviour, method, entrance, look, _while_asked_for)


def _unary(
    behaviour: Callable[[Any, _Context], Awaitable[Any]],
    method: str,
    entrance: Entrance,
    look: Callable[[Any, Visit], Awaitable[Any]],
    carry_out: Callable[[Coroutine[Any, Any, Any]], Awaitable[Any]],
) -> Callable[[Any, _Context], Any]:
    async def work(visit: Visit, leaving: AsyncExitStack, request: Any, context: _Context) -> Any:
        async with leaving:
            response = await behaviour(await look(request, visit), context)
            visit.answers(response)
        return response

    async def answer(request: Any, context: _Context) -> Any:
        with tracing.span(method, _parent(context), "server"):
            started = time.perf_counter()
            try:
                with entrance.places.take():
                    async with AsyncExitStack() as entered:
                        visit = await entered.enter_async_context(entrance.door.visit(method, _metadata(context)))
                        response = await carry_out(work(visit, entered.pop_all(), request, context))
            except BaseException as error:  # noqa: BLE001 - the last line of defence of every call
                await _fail(error, context, method)
            _ANSWERED.observe(time.perf_counter() - started, method)
            _log.debug("rpc", method=method, milliseconds=round(1000 * (time.perf_counter() - started), 1))
            return response

    return answer


def _stream(
    behaviour: Callable[[Any, _Context], AsyncIterator[Any]], method: str, entrance: Entrance
) -> Callable[[Any, _Context], AsyncIterator[Any]]:
    async def stream(request: Any, context: _Context) -> AsyncIterator[Any]:
        with tracing.span(method, _parent(context), "server"):
            try:
                with entrance.places.take():
                    async with entrance.door.visit(method, _metadata(context)) as visit:
                        async for response in behaviour(await _look(request, visit), context):
                            yield response
            except BaseException as error:  # noqa: BLE001 - the last line of defence of every call
                await _fail(error, context, method)

    return stream


async def _while_asked_for(work: Coroutine[Any, Any, Any]) -> Any:
    return await work


async def _each(requests: AsyncIterator[Any], visit: Visit, idle_seconds: float) -> AsyncIterator[Any]:
    messages = aiter(requests)
    while True:
        try:
            async with asyncio.timeout(idle_seconds):
                request = await anext(messages)
        except StopAsyncIteration:
            return
        except TimeoutError:
            message = (
                f"nothing was sent for {idle_seconds:g} s, which ends the call; call again and send without a pause"
            )
            raise DeadlineExceeded("REQUEST_IDLE", message) from None
        yield await _look(request, visit)


async def _look(request: Any, visit: Visit) -> Any:
    if isinstance(request, DomainError):
        raise request
    await visit.asks(request)
    return request


def _metadata(context: _Context) -> dict[str, str | bytes]:
    return dict(context.invocation_metadata() or ())


async def _fail(error: BaseException, context: _Context, method: str) -> NoReturn:
    """Ends the call with the error's status, where somebody waits for it. An abort under way just goes on."""
    if isinstance(error, GeneratorExit | grpc.aio.AbortError) or (
        isinstance(error, asyncio.CancelledError) and _cancelled_from_outside()
    ):
        raise error
    domain = _domain_error(error, method)
    _FAILED.add(1, method, domain.code.name)
    tracing.add(**{tracing.STATUS: domain.code.value[0]})
    tracing.fail(domain.reason)
    tell = _log.warning if domain.code is grpc.StatusCode.UNAUTHENTICATED else _log.info
    who = identified()
    told = {} if who is None else {"tenant": who.tenant, "subject": who.subject}
    tell("rpc failed", method=method, peer=context.peer(), **told, reason=domain.reason, message=domain.message)
    if _cancelled_from_outside():
        raise asyncio.CancelledError from error
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


def _parent(context: _Context) -> str:
    """The caller's span, where anything is traced."""
    if not tracing.is_on():
        return ""
    return str(_metadata(context).get(tracing.TRACEPARENT, ""))
