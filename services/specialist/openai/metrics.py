"""What can be counted of model calls."""

from __future__ import annotations

from buildplan.v1.agent_pb2 import Attempt
from services.runtime.metrics import Counter, Histogram
from services.specialist.openai.failures import KINDS

_SECONDS = Histogram("buildplan_model_call_seconds", "One call of the model, by outcome.", ("model", "outcome"))
_TOKENS = Counter("buildplan_model_tokens_total", "Tokens by kind; cached ones are part of input.", ("model", "kind"))
_COST = Counter("buildplan_model_cost_usd_total", "Cost by the price table.", ("model",))
_OUTCOMES = ("COMPLETED", "INCOMPLETE", "FAILED", "MALFORMED", *KINDS)
_KINDS_OF_TOKENS = ("input", "cached_input", "output")


def expect(model: str) -> None:
    """Shows zeros for whatever can come of calls of this model, so that the first one is seen in full."""
    for outcome in _OUTCOMES:
        _SECONDS.expect(model, outcome)
    for kind in _KINDS_OF_TOKENS:
        _TOKENS.expect(model, kind)
    _COST.expect(model)


def observe(attempt: Attempt) -> None:
    """Counts a call that ended."""
    seconds = (attempt.end_time.ToNanoseconds() - attempt.start_time.ToNanoseconds()) / 1e9
    _SECONDS.observe(seconds, attempt.model, attempt.outcome)
    used = attempt.usage
    counts = (used.input_tokens, used.cached_input_tokens, used.output_tokens)
    for kind, count in zip(_KINDS_OF_TOKENS, counts, strict=True):
        _TOKENS.add(count, attempt.model, kind)
    _COST.add(used.cost_usd, attempt.model)
