"""What a run is expected to cost, as preflight tells it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from buildplan.v1.session_pb2 import AgentEstimate, Finding, ValidationResult
from services.contract.usage import dollars, total

COST_ABOVE_LIMIT = "COST_ABOVE_LIMIT"
COST_UNKNOWN = "COST_UNKNOWN"
NO_ESTIMATE = "NO_ESTIMATE"
LIMIT_SETTING = "BUILDPLAN_MAX_RUN_COST_USD"
_FIELD = "estimates"


@dataclass(frozen=True)
class Costs:
    """One estimate for each agent whose engine costs money; agents that did not answer are `silent`."""

    estimates: Sequence[AgentEstimate] = ()
    silent: Sequence[str] = ()


def add_costs(result: ValidationResult, costs: Costs, limit: float) -> None:
    """Puts the estimates and what they mean under `limit` (US dollars, 0 for none) into a result of preflight."""
    result.estimates.extend(costs.estimates)
    result.estimated_cost_usd = total(estimate.usage for estimate in costs.estimates).cost_usd
    found = [*result.findings, *_findings(costs, limit)]
    result.ClearField("findings")
    result.findings.extend(sorted(found, key=lambda finding: -finding.severity))


def _findings(costs: Costs, limit: float) -> Iterator[Finding]:
    expected = total(estimate.usage for estimate in costs.estimates)
    if limit and expected.cost_usd > limit:
        yield Finding(
            code=COST_ABOVE_LIMIT,
            severity=Finding.SEVERITY_WARNING,
            field=_FIELD,
            message=f"A run may cost {dollars(expected.cost_usd)}; the limit is {dollars(limit)}",
            action=f"Remove papers, choose a cheaper model, run fewer agents, or raise {LIMIT_SETTING}.",
        )
    if limit and expected.cost_unknown:
        unknown = ", ".join(f"{found.agent} ({found.engine})" for found in costs.estimates if found.usage.cost_unknown)
        yield Finding(
            code=COST_UNKNOWN,
            severity=Finding.SEVERITY_WARNING,
            field=_FIELD,
            message=f"What {unknown} will cost is unknown, so no run is started under the limit of {dollars(limit)}",
            action=f"Give the model a price with OPENAI_PRICES, or take {LIMIT_SETTING} away.",
        )
    for agent in costs.silent:
        yield Finding(
            code=NO_ESTIMATE,
            severity=Finding.SEVERITY_INFO,
            field=agent,
            message=f"{agent} does not answer, so nobody knows whether it costs anything",
            action="See that its service is up.",
        )
