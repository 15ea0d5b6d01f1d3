"""Which of a run's states are its end."""

from __future__ import annotations

from buildplan.v1.run_pb2 import Run

_ENDED = frozenset({Run.STATE_SUCCEEDED, Run.STATE_PARTIAL, Run.STATE_FAILED, Run.STATE_CANCELLED})


def is_ended(state: Run.State.ValueType) -> bool:
    """True when nothing more happens without a resume or a retry."""
    return state in _ENDED
