"""Errors of calls to other services, read from their status details."""

from __future__ import annotations

from dataclasses import dataclass

import grpc
from google.rpc.error_details_pb2 import ErrorInfo, PreconditionFailure, RetryInfo
from grpc_status import rpc_status

from services.runtime.errors import Violation

_UNREACHABLE = frozenset({grpc.StatusCode.UNAVAILABLE})
_TRANSIENT = frozenset({grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.DEADLINE_EXCEEDED})


@dataclass(frozen=True)
class RemoteError:
    """What a failed call said.

    `reason` is the service's own where it gave one, else the status code's name. `retry_after` is in seconds.
    """

    code: grpc.StatusCode
    reason: str
    message: str
    violations: tuple[Violation, ...] = ()
    retry_after: float | None = None

    @property
    def transient(self) -> bool:
        """True when the same call may succeed later."""
        return self.code in _TRANSIENT or self.retry_after is not None

    @property
    def unreachable(self) -> bool:
        """True when no server answered."""
        return self.code in _UNREACHABLE


def read_error(error: grpc.RpcError) -> RemoteError:
    """The status of a failed call with its google.rpc details, whichever of them there are."""
    if not isinstance(error, grpc.Call | grpc.aio.AioRpcError):
        return RemoteError(grpc.StatusCode.UNKNOWN, "UNKNOWN", str(error))
    code = error.code()
    reason, violations, retry_after = code.name, [], None
    status = rpc_status.from_call(error)  # type: ignore[arg-type]
    for detail in status.details if status else ():
        info, failure, retry = ErrorInfo(), PreconditionFailure(), RetryInfo()
        if detail.Unpack(info):
            reason = info.reason
        elif detail.Unpack(failure):
            violations += [Violation(found.type, found.subject, found.description) for found in failure.violations]
        elif detail.Unpack(retry):
            retry_after = retry.retry_delay.ToNanoseconds() / 1e9
    return RemoteError(code, reason, error.details() or code.name, tuple(violations), retry_after)
