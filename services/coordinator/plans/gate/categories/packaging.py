"""Category "Packaging and shipping" of the quality gate."""

from __future__ import annotations

from collections.abc import Iterable
from re import Pattern

from buildplan.v1.plan_pb2 import Plan, Purchasing
from buildplan.v1.statement_pb2 import Statement
from services.coordinator.plans.gate import vocabulary
from services.coordinator.plans.gate.criterion import Category, Criterion
from services.coordinator.plans.gate.substance import proven_for_job


def _purchasing(plan: Plan) -> Purchasing:
    return plan.sections.purchasing


def _speaks_of(statements: Iterable[Statement], *patterns: Pattern[str]) -> bool:
    texts = [statement.text for statement in statements]
    return all(any(pattern.search(text) for text in texts) for pattern in patterns)


PACKAGING = Category(
    "Packaging and shipping",
    10,
    "purchasing manager",
    "purchasing",
    (
        Criterion(
            lambda plan: bool(_purchasing(plan).packaging_and_shipping),
            "Packaging and shipping are covered.",
            "Nothing is said about packaging and shipping.",
            "Ask the customer for packaging and shipping requirements.",
        ),
        Criterion(
            lambda plan: proven_for_job(plan, _purchasing(plan).packaging_and_shipping),
            "The requirements are verified citations of the job's papers.",
            "No requirement of packaging and shipping has a verified citation of the job's papers.",
            "Cite the page that gives each requirement.",
        ),
        Criterion(
            lambda plan: _speaks_of(
                _purchasing(plan).packaging_and_shipping, vocabulary.PACKAGING, vocabulary.SHIPPING
            ),
            "Both protection and the way of shipment are named.",
            "Protection or the way of shipment is not named.",
            "State how parts are protected, and carrier, terms or place of delivery.",
        ),
        Criterion(
            lambda plan: _speaks_of(_purchasing(plan).packaging_and_shipping, vocabulary.MARKING),
            "Marking or the papers in the box are named.",
            "Neither marking nor the papers in the box are named.",
            "State labels, part marking and packing list.",
        ),
    ),
)
