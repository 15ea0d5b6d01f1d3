"""Category "Keys to the project" of the quality gate."""

from __future__ import annotations

from buildplan.v1.conflict_pb2 import DocumentConflict
from buildplan.v1.plan_pb2 import Plan, Purchasing
from services.coordinator.plans.gate.criterion import Category, Criterion, proven
from services.coordinator.plans.synthesis.keys import final_delivery


def _purchasing(plan: Plan) -> Purchasing:
    return plan.sections.purchasing


def _no_tie(plan: Plan) -> bool:
    tied = any(each.state == DocumentConflict.STATE_TIE for each in plan.document_conflicts)
    return bool(plan.keys_to_project) and not tied


def _delivery_known(plan: Plan) -> bool:
    return final_delivery(plan.sections.release_plan.milestones) is not None and bool(_purchasing(plan).quantities)


KEYS = Category(
    "Keys to the project",
    15,
    "project manager",
    "",
    (
        Criterion(
            lambda plan: bool(plan.keys_to_project),
            "The keys to the project are named.",
            "No key to the project was found.",
            "Add the purchase order and the drawing, and run again.",
        ),
        Criterion(
            lambda plan: proven(plan.keys_to_project),
            "Every key rests on verified citations.",
            "Not every key rests on verified citations.",
            "Correct the quotes of the lines that the keys rest on.",
        ),
        Criterion(
            _delivery_known,
            "Delivery date and quantity are known.",
            "Delivery date or quantity is not known.",
            "Add the paper that states the delivery date and the quantity.",
        ),
        Criterion(
            _no_tie,
            "No contradiction between papers of equal precedence is open.",
            "A contradiction between papers of equal precedence waits for the customer, or there are no keys.",
            "Have the customer answer the blocking questions and record the choice.",
        ),
    ),
)
