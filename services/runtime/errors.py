"""Domain errors, and the one table that turns them into gRPC statuses with google.rpc details.

Domain code raises these; the error interceptor sends them. Their messages are written for callers.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

import grpc
from google.protobuf.any_pb2 import Any
from google.protobuf.duration_pb2 import Duration
from google.protobuf.message import Message
from google.rpc.error_details_pb2 import BadRequest, ErrorInfo, PreconditionFailure, ResourceInfo, RetryInfo
from google.rpc.status_pb2 import Status

from services.contract.names import BadName

ERROR_DOMAIN = "buildplan"


@dataclass(frozen=True)
class Violation:
    """One unmet precondition: stable `code`, the `subject` it is about, and what is wrong and what to do."""

    code: str
    subject: str
    description: str


class DomainError(Exception):
    """Something that the caller must be told; `reason` is stable and upper snake case."""

    code = grpc.StatusCode.INTERNAL

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(message)
        self.reason = reason
        self.message = message

    def details(self) -> list[Message]:
        """Details of google.rpc beside ErrorInfo."""
        return []


class NotFound(DomainError):
    """There is no such resource; look at the name."""

    code = grpc.StatusCode.NOT_FOUND

    def __init__(self, name: str) -> None:
        super().__init__("NOT_FOUND", f'there is no "{name}"')
        self.name = name

    def details(self) -> list[Message]:
        """ResourceInfo with the name."""
        return [ResourceInfo(resource_name=self.name, description=self.message)]


class InvalidArgument(DomainError):
    """A field of the request is wrong; correct it and call again."""

    code = grpc.StatusCode.INVALID_ARGUMENT

    def __init__(self, field: str, message: str) -> None:
        super().__init__("INVALID_ARGUMENT", f"{field}: {message}")
        self.field = field

    def details(self) -> list[Message]:
        """BadRequest with the field."""
        violation = BadRequest.FieldViolation(field=self.field, description=self.message)
        return [BadRequest(field_violations=[violation])]


class FailedPrecondition(DomainError):
    """The system is in the wrong state for the call; the violations say what to change first."""

    code = grpc.StatusCode.FAILED_PRECONDITION

    def __init__(self, reason: str, message: str, violations: Sequence[Violation] = ()) -> None:
        super().__init__(reason, message)
        self.violations = tuple(violations)

    def details(self) -> list[Message]:
        """PreconditionFailure with the violations."""
        found = [
            PreconditionFailure.Violation(type=item.code, subject=item.subject, description=item.description)
            for item in self.violations
        ]
        return [PreconditionFailure(violations=found)] if found else []


class AlreadyExists(DomainError):
    """The identifier is taken by something else; use another one."""

    code = grpc.StatusCode.ALREADY_EXISTS


class Unauthenticated(DomainError):
    """Who calls is not known; send a valid bearer token."""

    code = grpc.StatusCode.UNAUTHENTICATED


class PermissionDenied(DomainError):
    """Who calls is known and may not do this; ask whoever runs the system."""

    code = grpc.StatusCode.PERMISSION_DENIED


class Aborted(DomainError):
    """Somebody else changed the resource; read it again and repeat."""

    code = grpc.StatusCode.ABORTED


class ResourceExhausted(DomainError):
    """A limit is reached; `retry_after` says in how many seconds it may be over, None when it will not be."""

    code = grpc.StatusCode.RESOURCE_EXHAUSTED

    def __init__(self, reason: str, message: str, retry_after: float | None = None) -> None:
        super().__init__(reason, message)
        self.retry_after = retry_after

    def details(self) -> list[Message]:
        """RetryInfo where waiting helps."""
        return [_retry_info(self.retry_after)] if self.retry_after is not None else []


class DeadlineExceeded(DomainError):
    """The caller let the server wait for too long; call again without such a pause."""

    code = grpc.StatusCode.DEADLINE_EXCEEDED


class Unavailable(DomainError):
    """A part of the system does not answer; the call may be repeated later."""

    code = grpc.StatusCode.UNAVAILABLE


class Internal(DomainError):
    """A defect of ours; the message holds an incident id to look for in the logs."""

    code = grpc.StatusCode.INTERNAL


def code_of(error: BaseException | None) -> grpc.StatusCode:
    """The status of a call that ended with `error`, or well."""
    if error is None:
        return grpc.StatusCode.OK
    if isinstance(error, DomainError):
        return error.code
    if isinstance(error, BadName):
        return grpc.StatusCode.INVALID_ARGUMENT
    if isinstance(error, asyncio.CancelledError | GeneratorExit):
        return grpc.StatusCode.CANCELLED
    return grpc.StatusCode.INTERNAL


def to_status(error: DomainError) -> Status:
    """The status that leaves the server."""
    info = ErrorInfo(reason=error.reason, domain=ERROR_DOMAIN)
    status = Status(code=error.code.value[0], message=error.message)
    for detail in (info, *error.details()):
        packed = Any()
        packed.Pack(detail)
        status.details.append(packed)
    return status


def _retry_info(seconds: float) -> RetryInfo:
    delay = Duration()
    delay.FromNanoseconds(int(seconds * 1e9))
    return RetryInfo(retry_delay=delay)
