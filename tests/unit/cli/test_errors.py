"""What failed calls say."""

from __future__ import annotations

import grpc
import pytest
from grpc_status import rpc_status

from cli.errors import CommandError, describe_rpc_error
from services.runtime import errors

TARGET = "127.0.0.1:50051"


def failed(error: errors.DomainError) -> CommandError:
    status = rpc_status.to_status(errors.to_status(error))
    metadata = grpc.aio.Metadata(*status.trailing_metadata)
    return describe_rpc_error(grpc.aio.AioRpcError(status.code, grpc.aio.Metadata(), metadata, status.details), TARGET)


def bare(code: grpc.StatusCode, details: str = "") -> CommandError:
    return describe_rpc_error(grpc.aio.AioRpcError(code, grpc.aio.Metadata(), grpc.aio.Metadata(), details), TARGET)


@pytest.mark.parametrize(
    ("error", "said", "code"),
    [
        (errors.NotFound("sessions/x"), 'there is no "sessions/x"', 2),
        (errors.InvalidArgument("agent", "there is no zzz"), "agent: there is no zzz", 2),
        (errors.Aborted("STALE", "read it again"), "read it again", 1),
        (errors.ResourceExhausted("BUSY", "too many runs", retry_after=4), "too many runs; try again in 4 s", 1),
        (errors.Unavailable("DRAINING", "this coordinator is stopping"), "this coordinator is stopping", 1),
    ],
)
def test_the_services_own_words_come_first(error: errors.DomainError, said: str, code: int) -> None:
    found = failed(error)
    assert (found.message, found.exit_code, found.reason) == (said, code, error.reason)


def test_each_unmet_precondition_is_a_line() -> None:
    violations = [errors.Violation("NO_FILES", "documents", "upload a file"), errors.Violation("X", "y", "z")]
    found = failed(errors.FailedPrecondition("PREFLIGHT", "preflight finds errors", violations))
    assert str(found) == "preflight finds errors\n  NO_FILES: upload a file\n  X: z"
    assert found.exit_code == 1


def test_nobody_there() -> None:
    assert "start one with `buildplan serve`" in bare(grpc.StatusCode.UNAVAILABLE, "connection refused").message
    assert TARGET in bare(grpc.StatusCode.DEADLINE_EXCEEDED).message
    assert "--target" in bare(grpc.StatusCode.UNIMPLEMENTED).message
