"""Category "Release plan" of the quality gate."""

from __future__ import annotations

from buildplan.v1.plan_pb2 import Plan
from services.coordinator.plans.gate.criterion import Category, Criterion


def _dates_possible(plan: Plan) -> bool:
    dated = [each for each in plan.sections.release_plan.milestones if each.due]
    return bool(dated) and not any(each.impossible for each in dated)


def _risks_owned(plan: Plan) -> bool:
    risks = plan.sections.release_plan.risks
    return bool(risks) and all(risk.mitigation.strip() and risk.owner.strip() for risk in risks)


RELEASE = Category(
    "Release plan",
    10,
    "scheduler",
    "release_plan",
    (
        Criterion(
            lambda plan: any(each.due for each in plan.sections.release_plan.milestones),
            "Milestones have dates.",
            "No milestone has a date.",
            "Get the delivery date and the dates of reviews and first article.",
        ),
        Criterion(
            _dates_possible,
            "Every date can be met.",
            "There are no dates, or one cannot be met.",
            "Agree on a new date, or shorten the lead times in its way.",
        ),
        Criterion(
            lambda plan: bool(plan.sections.release_plan.do_early),
            "What is better done early is listed.",
            "Nothing is listed to be done early.",
            "List orders, approvals and fixtures that can start before release.",
        ),
        Criterion(
            _risks_owned,
            "Every schedule risk has a mitigation and an owner.",
            "No schedule risk is named, or one has no mitigation or owner.",
            "Give each risk a mitigation and an owner.",
        ),
    ),
)
