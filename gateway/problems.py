"""Every error that leaves the gateway: RFC 9457 problem details, from gRPC status details, here and nowhere else."""

from __future__ import annotations

import math
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus

import grpc
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException
from starlette.requests import HTTPConnection

from services.runtime.errors import DomainError, Violation
from services.runtime.logs import get_logger
from services.runtime.remote import TLS_ADVICE, RemoteError, read_error

_log = get_logger()
MEDIA_TYPE = "application/problem+json"
SCHEMA: dict[str, object] = {
    "type": "object",
    "description": "RFC 9457 problem details.",
    "required": ["type", "title", "status", "detail", "instance", "reason"],
    "properties": {
        "type": {"type": "string", "format": "uri", "description": "urn:buildplan:problem: and the reason."},
        "title": {"type": "string", "description": "The status in words."},
        "status": {"type": "integer", "description": "The HTTP status."},
        "detail": {"type": "string", "description": "What is wrong and what to do, for people."},
        "instance": {"type": "string", "description": "Path of the request."},
        "reason": {"type": "string", "description": "Stable and upper snake case, for programs."},
        "violations": {
            "type": "array",
            "description": "What is wrong with single fields, or what has to be changed first.",
            "items": {
                "type": "object",
                "required": ["code", "subject", "description"],
                "properties": {
                    "code": {"type": "string", "description": "Stable code, such as PROJECT_NAME_MISSING."},
                    "subject": {"type": "string", "description": "Field or resource."},
                    "description": {"type": "string", "description": "What is wrong and what to do."},
                },
            },
        },
    },
}
_RETRY_SECONDS = 1.0
_STATUSES = {
    grpc.StatusCode.INVALID_ARGUMENT: 400,
    grpc.StatusCode.OUT_OF_RANGE: 400,
    grpc.StatusCode.UNAUTHENTICATED: 401,
    grpc.StatusCode.PERMISSION_DENIED: 403,
    grpc.StatusCode.NOT_FOUND: 404,
    grpc.StatusCode.ALREADY_EXISTS: 409,
    grpc.StatusCode.FAILED_PRECONDITION: 409,
    grpc.StatusCode.ABORTED: 412,  # Only a stale etag aborts a call, and that came in If-Match.
    grpc.StatusCode.UNIMPLEMENTED: 501,
    grpc.StatusCode.UNAVAILABLE: 503,
    grpc.StatusCode.CANCELLED: 503,  # By the coordinator: whoever cancels a call of their own hears nothing of it.
    grpc.StatusCode.DEADLINE_EXCEEDED: 504,
}


@dataclass
class Problem(Exception):
    """An answer that is an error. `reason` is stable and upper snake case; `retry_after` is in seconds."""

    status: int
    detail: str
    reason: str = ""
    violations: tuple[Violation, ...] = ()
    retry_after: float | None = None
    extra: Mapping[str, object] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)

    def body(self, instance: str) -> dict[str, object]:
        """The members of the problem; the optional ones only where there is something to say."""
        reason = self.reason or HTTPStatus(self.status).name
        violations = [vars(violation) for violation in self.violations]
        return {
            "type": f"urn:buildplan:problem:{reason.lower().replace('_', '-')}",
            "title": HTTPStatus(self.status).phrase,
            "status": self.status,
            "detail": self.detail,
            "instance": instance,
            "reason": reason,
            **({"violations": violations} if violations else {}),
            **self.extra,
        }

    def answer(self, instance: str) -> JSONResponse:
        """The response to the request for the path `instance`."""
        return JSONResponse(self.body(instance), self.status, self.head(), MEDIA_TYPE)

    def head(self) -> dict[str, str]:
        """The headers of an answer that tells of the problem, in whatever form."""
        headers = dict(self.headers)
        if self.retry_after is not None:
            headers["Retry-After"] = str(math.ceil(self.retry_after))
        if self.status == HTTPStatus.UNAUTHORIZED:
            headers["WWW-Authenticate"] = 'Bearer realm="buildplan"'
        return headers


def describe(error: Exception) -> Problem:
    """What `error` means to a web client. One that nobody foresaw is logged under an incident id, and only there."""
    match error:
        case Problem():
            return error
        case grpc.RpcError():
            return _of_call(error)
        case DomainError():
            return _with_wait(Problem(_STATUSES.get(error.code, 500), error.message, error.reason))
        case RequestValidationError():
            return _of_validation(error)
        case HTTPException():
            return Problem(error.status_code, str(error.detail), headers=error.headers or {})
    incident = uuid.uuid4().hex[:12]
    _log.error("unexpected error", incident=incident, exc_info=error)
    return Problem(500, f"something went wrong on our side; incident {incident} in the gateway's log says what")


def install(app: FastAPI, as_page: Callable[[Problem], Response]) -> None:
    """Makes every error of the app a problem, and a page where a person follows a link."""

    async def handle(request: Request, error: Exception) -> Response:
        problem = describe(error)
        return as_page(problem) if wants_page(request) else problem.answer(request.url.path)

    for kind in (Problem, grpc.RpcError, DomainError, RequestValidationError, HTTPException):
        app.add_exception_handler(kind, handle)


def wants_page(connection: HTTPConnection) -> bool:
    """True when a browser asks for something to show."""
    return connection.scope["method"] == "GET" and "text/html" in connection.headers.get("accept", "")


def _of_call(error: grpc.RpcError) -> Problem:
    """What a failed call of the coordinator means to a web client."""
    remote = read_error(error)
    status = _STATUSES.get(remote.code, 500)
    if remote.code is grpc.StatusCode.RESOURCE_EXHAUSTED:
        status = 413 if _is_a_limit_of_size(remote) else 429
    if remote.unreachable:
        _log.warning("the coordinator does not answer", cause=remote.message)
    reason = "REFUSED_BY_TLS" if remote.refused_by_tls else remote.reason
    violations = (*remote.fields, *remote.violations)
    return _with_wait(Problem(status, _detail(remote), reason, violations, remote.retry_after))


def _with_wait(problem: Problem) -> Problem:
    """Where waiting helps, a client is told how long."""
    if problem.status in {429, 503} and problem.retry_after is None:
        problem.retry_after = _RETRY_SECONDS
    return problem


def _is_a_limit_of_size(remote: RemoteError) -> bool:
    """The server itself refuses a call above its load without a reason of ours; waiting helps there."""
    return remote.reason != remote.code.name and remote.retry_after is None


def _detail(remote: RemoteError) -> str:
    if remote.refused_by_tls:
        return f"the coordinator is there, but it and the gateway do not take each other's certificates; {TLS_ADVICE}"
    if remote.unreachable and remote.reason == remote.code.name:
        return "the coordinator does not answer; try again in a moment"
    if remote.code is grpc.StatusCode.CANCELLED:
        return "the coordinator broke the call off, as it may under too much load; try again in a moment"
    if remote.code is grpc.StatusCode.DEADLINE_EXCEEDED:
        return "the coordinator did not answer in time; try again, or look at its log"
    return remote.message


def _of_validation(error: RequestValidationError) -> Problem:
    found = tuple(
        Violation(str(item["type"]), ".".join(map(str, item["loc"])), str(item["msg"])) for item in error.errors()
    )
    detail = "; ".join(f"{violation.subject}: {violation.description}" for violation in found)
    return Problem(422, detail, "INVALID_PARAMETER", found)
