"""Calls of models that nobody heard the end of."""

from __future__ import annotations

from datetime import datetime

from buildplan.v1.agent_pb2 import Attempt
from services.contract.times import set_time

CANCELLED = "CANCELLED"


def cut_off(attempt: Attempt, noticed: datetime) -> None:
    """Ends an attempt whose answer nobody waited for; what it used stays unset, for it is not known."""
    attempt.outcome = CANCELLED
    set_time(attempt.end_time, noticed)
