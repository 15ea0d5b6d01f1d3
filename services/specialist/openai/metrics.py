"""What can be counted of model calls."""

from __future__ import annotations

from buildplan.v1.agent_pb2 import Attempt
from services.runtime.metrics import Counter, Histogram

_SECONDS = Histogram("buildplan_model_call_seconds", "One call of the model, by outcome.", ("model", "outcome"))
_TOKENS = Counter("buildplan_model_tokens_total", "Tokens by kind; cached ones are part of input.", ("model", "kind"))
_COST = Counter("buildplan_model_cost_usd_total", "Cost by the price table.", ("model",))


def observe(attempt: Attempt) -> None:
    """Counts a call that ended."""
    seconds = (attempt.end_time.ToNanoseconds() - attempt.start_time.ToNanoseconds()) / 1e9
    _SECONDS.observe(seconds, attempt.model, attempt.outcome)
    used = attempt.usage
    _TOKENS.add(used.input_tokens, attempt.model, "input")
    _TOKENS.add(used.cached_input_tokens, attempt.model, "cached_input")
    _TOKENS.add(used.output_tokens, attempt.model, "output")
    _COST.add(used.cost_usd, attempt.model)
