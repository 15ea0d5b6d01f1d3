"""A run that may cost more than somebody is ready to pay does not begin."""

from __future__ import annotations

import math
from collections.abc import Collection

from buildplan.v1.session_pb2 import AgentEstimate, ValidationResult
from services.contract.usage import dollars, money, total
from services.coordinator.preflight.cost import COST_ABOVE_LIMIT, COST_UNKNOWN, LIMIT_SETTING, NO_ESTIMATE
from services.runtime.errors import FailedPrecondition, InvalidArgument, Violation

COST_LIMIT = "COST_LIMIT"


def limit_of(own: float, asked: float) -> float:
    """The lower of the coordinator's own limit and the caller's, in US dollars; 0 is none. Raises InvalidArgument."""
    if not (math.isfinite(asked) and asked >= 0):
        raise InvalidArgument("max_cost_usd", "takes an amount in US dollars, or 0 for the coordinator's own limit")
    return min(filter(None, (own, asked)), default=0.0)


def check_cost(validation: ValidationResult, agents: Collection[str], limit: float) -> None:
    """FailedPrecondition when what preflight expects of `agents` is above `limit`, or unknown; 0 means no limit."""
    if not limit:
        return
    estimates = [estimate for estimate in validation.estimates if estimate.agent in agents]
    silent = [found.field for found in validation.findings if found.code == NO_ESTIMATE and found.field in agents]
    unknown = [_named(estimate) for estimate in estimates if estimate.usage.cost_unknown] + silent
    if unknown:
        message = (
            f"what {', '.join(unknown)} will cost is unknown and the limit is {dollars(limit)}; nothing was started. "
            "See that the services are up, give the model a price with OPENAI_PRICES, or set no limit"
        )
        raise FailedPrecondition(COST_LIMIT, message, [Violation(COST_UNKNOWN, "max_cost_usd", message)])
    expected = total(estimate.usage for estimate in estimates).cost_usd
    if expected > limit:
        parts = ", ".join(f"{found.agent} {money(found.usage)}" for found in estimates if found.usage.cost_usd)
        message = (
            f"the run may cost {dollars(expected)} ({parts}) and the limit is {dollars(limit)}; nothing was started. "
            f"Raise max_cost_usd (--max-cost) or {LIMIT_SETTING}, run fewer agents, remove papers, or choose a cheaper "
            "OPENAI_MODEL"
        )
        raise FailedPrecondition(COST_LIMIT, message, [Violation(COST_ABOVE_LIMIT, "max_cost_usd", message)])


def _named(estimate: AgentEstimate) -> str:
    return f"{estimate.agent} ({estimate.engine})"
