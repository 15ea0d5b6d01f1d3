"""Exit codes of the command."""

from __future__ import annotations

from buildplan.v1.run_pb2 import Run

COMPLETE = 0
FAILED = 1
USAGE = 2
PARTIAL = 3
INTERRUPTED = 130
TERMINATED = 143

_BY_STATE = {
    Run.STATE_PARTIAL: PARTIAL,
    Run.STATE_FAILED: FAILED,
    Run.STATE_CANCELLED: FAILED,
}


def exit_code(state: Run.State.ValueType) -> int:
    """The exit code that tells how a run stands; one that is under way has not failed."""
    return _BY_STATE.get(state, COMPLETE)
