"""Errors of calls to other services, read from their status details."""

from __future__ import annotations

from dataclasses import dataclass

import grpc
from google.rpc.error_details_pb2 import BadRequest, ErrorInfo, PreconditionFailure, RetryInfo
from grpc_status import rpc_status

from services.runtime.errors import Violation

# What grpc.aio makes of an answer that comes while a message is being written, in place of that answer.
_STATUS_LOST = "Internal error from Core"
_BROKEN_OFF = "the server broke the call off, and its reason was lost"
_UNREACHABLE = frozenset({grpc.StatusCode.UNAVAILABLE})
_CONNECTING = ("failed to connect to all addresses", "connections to all backends failing")
_NO_HANDSHAKE = ("handshake failed", "Verification Check failed", "Socket closed")
TLS_ADVICE = (
    "compare BUILDPLAN_TLS_CERT, _KEY, _CA and _TLS_SERVER_NAME on both sides: "
    "either both have certificates or none, of one authority, and for the name that is called"
)
_TRANSIENT = frozenset({grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.DEADLINE_EXCEEDED})


@dataclass(frozen=True)
class RemoteError:
    """What a failed call said.

    `reason` is the service's own where it gave one, else the status code's name. `fields` are those of the request
    that are wrong, each with the status code's name for its code. `retry_after` is in seconds.
    """

    code: grpc.StatusCode
    reason: str
    message: str
    violations: tuple[Violation, ...] = ()
    retry_after: float | None = None
    fields: tuple[Violation, ...] = ()

    @property
    def transient(self) -> bool:
        """True when the same call may succeed later."""
        return self.code in _TRANSIENT or self.retry_after is not None

    @property
    def unreachable(self) -> bool:
        """True when no server answered."""
        return self.code in _UNREACHABLE

    @property
    def refused_by_tls(self) -> bool:
        """True when a server is there and the connection broke off before a call: see TLS_ADVICE.

        Of a client whose certificate it does not take, a server tells nothing: it closes.
        """
        connecting = any(words in self.message for words in _CONNECTING)
        return self.unreachable and connecting and any(words in self.message for words in _NO_HANDSHAKE)


def is_status_lost(error: grpc.aio.AioRpcError) -> bool:
    """True when a call was answered before its last message was sent, and the answer lost on its way."""
    return error.code() is grpc.StatusCode.INTERNAL and error.details() == _STATUS_LOST


def read_error(error: grpc.RpcError) -> RemoteError:
    """The status of a failed call with its google.rpc details, whichever of them there are."""
    if not isinstance(error, grpc.Call | grpc.aio.AioRpcError):
        return RemoteError(grpc.StatusCode.UNKNOWN, "UNKNOWN", str(error))
    if isinstance(error, grpc.aio.AioRpcError) and is_status_lost(error):
        return RemoteError(grpc.StatusCode.UNAVAILABLE, "BROKEN_OFF", _BROKEN_OFF, retry_after=1.0)
    code = error.code()
    reason, violations, fields, retry_after = code.name, [], [], None
    status = rpc_status.from_call(error)  # type: ignore[arg-type]
    for detail in status.details if status else ():
        info, failure, bad, retry = ErrorInfo(), PreconditionFailure(), BadRequest(), RetryInfo()
        if detail.Unpack(info):
            reason = info.reason
        elif detail.Unpack(failure):
            violations += [Violation(found.type, found.subject, found.description) for found in failure.violations]
        elif detail.Unpack(bad):
            fields += [Violation(code.name, found.field, found.description) for found in bad.field_violations]
        elif detail.Unpack(retry):
            retry_after = retry.retry_delay.ToNanoseconds() / 1e9
    message = error.details() or code.name
    return RemoteError(code, reason, message, tuple(violations), retry_after, tuple(fields))
