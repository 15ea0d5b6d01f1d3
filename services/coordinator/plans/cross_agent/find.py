"""All conflicts between agents."""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from datetime import date

from buildplan.v1.plan_pb2 import CrossAgentConflict, Sections
from services.contract.ownership import owners
from services.coordinator.plans.cross_agent.lead_times import lead_time_conflicts
from services.coordinator.plans.cross_agent.routing import routing_conflicts
from services.coordinator.plans.cross_agent.sources import source_conflicts


def cross_agent_conflicts(sections: Sections, delivered: AbstractSet[str], as_of: date) -> list[CrossAgentConflict]:
    """Conflicts between the agents in `delivered`; one that has failed contradicts nobody."""
    found = [*source_conflicts(sections), *lead_time_conflicts(sections, as_of)]
    if {owners()["quality_plan"], owners()["engineering_instructions"]} <= delivered:
        found += routing_conflicts(sections)
    return found
