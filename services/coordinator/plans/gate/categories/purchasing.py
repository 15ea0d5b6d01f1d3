"""Category "Purchasing risk" of the quality gate."""

from __future__ import annotations

from buildplan.v1.plan_pb2 import Plan, Purchasing
from services.coordinator.plans.gate.criterion import Category, Criterion
from services.coordinator.plans.gate.substance import proven_for_job


def _purchasing(plan: Plan) -> Purchasing:
    return plan.sections.purchasing


def _lead_times(plan: Plan) -> bool:
    items = _purchasing(plan).long_lead_items
    return bool(items) and all(item.lead_time_days > 0 for item in items)


def _mitigated(plan: Plan) -> bool:
    items = _purchasing(plan).long_lead_items
    return bool(items) and all(item.mitigation.strip() for item in items)


PURCHASING = Category(
    "Purchasing risk",
    15,
    "purchasing manager",
    "purchasing",
    (
        Criterion(
            lambda plan: proven_for_job(plan, _purchasing(plan).materials),
            "Materials are named with verified citations of the job's papers.",
            "Materials are missing in the job's papers, or their citations are not verified.",
            "Name each material with grade, form and the page that calls it up.",
        ),
        Criterion(
            lambda plan: bool(_purchasing(plan).material_certificates),
            "Mill certificates, traceability or origin duties are named.",
            "Nothing is said about mill certificates, traceability or origin.",
            "State which certificates the material needs, or that none are asked for.",
        ),
        Criterion(
            _lead_times,
            "Every long-lead item has a lead time.",
            "Long-lead items are missing, or one has no lead time.",
            "Ask the suppliers for lead times.",
        ),
        Criterion(
            _mitigated,
            "Every long-lead item has a mitigation.",
            "No long-lead item is known, or one has no mitigation.",
            "Order early, name an alternate or hold stock for each long-lead item.",
        ),
    ),
)
