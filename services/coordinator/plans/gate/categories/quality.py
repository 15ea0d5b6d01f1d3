"""Category "Quality plan" of the quality gate."""

from __future__ import annotations

from collections.abc import Iterator

from buildplan.v1.plan_pb2 import Plan, QualityPlan
from buildplan.v1.statement_pb2 import Statement
from services.coordinator.plans.gate import vocabulary
from services.coordinator.plans.gate.criterion import Category, Criterion
from services.coordinator.plans.gate.substance import proven_for_job


def _quality(plan: Plan) -> QualityPlan:
    return plan.sections.quality_plan


def _ctqs(plan: Plan) -> Iterator[Statement]:
    return (each.statement for each in _quality(plan).ctqs)


def _special_care(plan: Plan) -> bool:
    quality = _quality(plan)
    return bool(quality.cleanliness) and (bool(quality.passivation) or not vocabulary.is_stainless(plan))


QUALITY = Category(
    "Quality plan",
    20,
    "quality manager",
    "quality_plan",
    (
        Criterion(
            lambda plan: proven_for_job(plan, _ctqs(plan)),
            "Characteristics critical to quality are named with verified citations of the job's papers.",
            "Characteristics critical to quality are missing in the job's papers, or their citations are not verified.",
            "Name the toleranced and key features with the page that gives each.",
        ),
        Criterion(
            lambda plan: bool(_quality(plan).inspection_levels) and bool(_quality(plan).hold_points),
            "Inspection levels and hold points are planned.",
            "Inspection levels or hold points are missing.",
            "State first article, sampling and in-process inspection, and where work stops for release.",
        ),
        Criterion(
            lambda plan: bool(_quality(plan).required_tests) and bool(_quality(plan).documentation),
            "Tests and the records to deliver are planned.",
            "Required tests or the records to deliver are missing.",
            "State test methods with acceptance criteria, and the certificates and records to deliver.",
        ),
        Criterion(
            _special_care,
            "Cleanliness and, for stainless steel, passivation are decided.",
            "Cleanliness is not planned, or passivation of stainless steel is not decided.",
            "Decide on cleaning and passivation with their standards and acceptance tests.",
        ),
    ),
)
