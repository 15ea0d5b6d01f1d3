"""Category "Keys to the project" of the quality gate."""

from __future__ import annotations

from buildplan.v1.conflict_pb2 import DocumentConflict
from buildplan.v1.plan_pb2 import Plan, Purchasing
from services.coordinator.plans.gate.criterion import Category, Criterion, proven
from services.coordinator.plans.gate.substance import ordered
from services.coordinator.plans.synthesis.keys import COUNT, final_delivery


def _purchasing(plan: Plan) -> Purchasing:
    return plan.sections.purchasing


def _no_tie(plan: Plan) -> bool:
    tied = any(each.state == DocumentConflict.STATE_TIE for each in plan.document_conflicts)
    return bool(plan.keys_to_project) and not tied


def _delivery_known(plan: Plan) -> bool:
    """A date of delivery and a quantity with its figure, both of the order or a paper like it."""
    due = final_delivery(plan.sections.release_plan.milestones)
    counted = [line for line in _purchasing(plan).quantities if COUNT.search(line.text)]
    return due is not None and any(ordered(plan, [due.statement])) and any(ordered(plan, counted))


KEYS = Category(
    "Keys to the project",
    15,
    "project manager",
    "",
    (
        Criterion(
            lambda plan: any(ordered(plan, plan.keys_to_project)),
            "The keys to the project rest on the order, the quote, the statement of work or the drawing.",
            "No key to the project rests on an order, a quote, a statement of work or a drawing.",
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
            "Delivery date or quantity is not known from an order, a quote, a statement of work or a drawing.",
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
