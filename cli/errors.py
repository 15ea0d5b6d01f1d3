"""Errors as one clear message: what is wrong, where, what to do."""

from __future__ import annotations

from dataclasses import dataclass, field

import grpc

from cli import exits
from services.runtime.remote import TLS_ADVICE, RemoteError, read_error

_USAGE = frozenset({grpc.StatusCode.INVALID_ARGUMENT, grpc.StatusCode.NOT_FOUND, grpc.StatusCode.ALREADY_EXISTS})


@dataclass
class CommandError(Exception):
    """The command ends here with `exit_code`; `message` is for the user, `details` are further lines of it."""

    message: str
    exit_code: int = exits.FAILED
    reason: str = "FAILED"
    details: tuple[str, ...] = field(default=())

    def __str__(self) -> str:
        return "\n  ".join((self.message, *self.details))


class UsageError(CommandError):
    """The command line asks for something that cannot be; correct it and call again."""

    def __init__(self, message: str) -> None:
        super().__init__(message, exits.USAGE, "USAGE")


def describe_rpc_error(error: grpc.RpcError, target: str) -> CommandError:
    """What a failed call to the coordinator at `target` means for the user."""
    remote = read_error(error)
    code = exits.USAGE if remote.code in _USAGE else exits.FAILED
    details = tuple(f"{found.code}: {found.description}" for found in remote.violations)
    return CommandError(_message(remote, target), code, remote.reason, details)


def _message(remote: RemoteError, target: str) -> str:
    ours = remote.reason != remote.code.name
    if remote.refused_by_tls:
        return f"what answers at {target} and this command do not take each other's certificates; {TLS_ADVICE}"
    if remote.unreachable and not ours:
        return f"no coordinator answers at {target}; start one with `buildplan serve`, or name another with --target"
    if remote.code == grpc.StatusCode.DEADLINE_EXCEEDED:
        return f"the coordinator at {target} did not answer in time; try again, or look at its log"
    if remote.code == grpc.StatusCode.UNIMPLEMENTED:
        return f"what answers at {target} is no coordinator of this version; check --target"
    if remote.retry_after is not None:
        return f"{remote.message}; try again in {remote.retry_after:.0f} s"
    return remote.message
