"""The verdict: DESIGN's weights and threshold over the criteria and the blockers."""

from __future__ import annotations

from buildplan.v1.agent_pb2 import AgentStatus
from buildplan.v1.plan_pb2 import Plan
from buildplan.v1.quality_gate_pb2 import GateCategory, QualityGate
from services.coordinator.plans.gate.blockers import blockers
from services.coordinator.plans.gate.categories import CATEGORIES
from services.coordinator.plans.gate.criterion import Category

THRESHOLD = 85
FULL_SCORE = 4


def judge(plan: Plan) -> QualityGate:
    """The verdict on `plan`, which stays as it is. The same plan always gets the same verdict."""
    failures = {
        status.section: status.agent.failure.message or "its agent failed"
        for status in plan.section_statuses
        if status.agent.state == AgentStatus.STATE_ERROR
    }
    categories = [_judge(category, plan, failures.get(category.section)) for category in CATEGORIES]
    score = sum(each.weight * each.score for each in categories) / FULL_SCORE
    found = blockers(plan)
    return QualityGate(
        score=score,
        blocked=score < THRESHOLD or bool(found),
        threshold=THRESHOLD,
        categories=categories,
        blockers=found,
    )


def _judge(category: Category, plan: Plan, failure: str | None) -> GateCategory:
    verdicts = [(criterion, criterion.holds(plan)) for criterion in category.criteria]
    reasons = [criterion.met if held else criterion.missing for criterion, held in verdicts]
    if failure is not None:
        reasons.insert(0, f"The section was not written: {failure}")
    return GateCategory(
        title=category.title,
        weight=category.weight,
        score=sum(held for _, held in verdicts),
        reasons=reasons,
        fixes=[criterion.fix for criterion, held in verdicts if not held],
        suggested_owner=category.owner,
    )
