"""What is told of a model's calls in the terminal: what nobody was told is no zero."""

from __future__ import annotations

from buildplan.v1.agent_pb2 import Attempt, Usage
from cli.commands.records import _attempt_cells


def cells(outcome: str, usage: Usage | None = None) -> tuple[str, ...]:
    attempt = Attempt(agent="qma", number=2, attempt=1, question="asking", outcome=outcome, usage=usage)
    attempt.start_time.FromSeconds(100)
    if outcome:
        attempt.end_time.FromSeconds(103)
    return _attempt_cells(attempt)


def test_what_was_told() -> None:
    used = Usage(input_tokens=1200, cached_input_tokens=400, output_tokens=30, cost_usd=0.5)
    told = ("qma", "2", "1", "COMPLETED", "1,200", "400", "30", "$0.50", "3.0s", "asking")
    assert cells("COMPLETED", used) == told


def test_what_was_not() -> None:
    assert cells("RATE_LIMITED") == ("qma", "2", "1", "RATE_LIMITED", "", "", "", "", "3.0s", "asking")
    assert cells("CANCELLED") == ("qma", "2", "1", "CANCELLED", "", "", "", "unknown", "3.0s", "asking")
    assert cells("") == ("qma", "2", "1", "under way", "", "", "", "", "", "asking")
