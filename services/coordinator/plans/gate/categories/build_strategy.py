"""Category "Build strategy" of the quality gate."""

from __future__ import annotations

from buildplan.v1.plan_pb2 import Plan
from services.contract.ownership import owners
from services.coordinator.plans.gate.criterion import Category, Criterion
from services.coordinator.plans.gate.substance import proven_for_job

_AGENT = owners()["engineering_instructions"]


def _ordered(plan: Plan) -> bool:
    steps = plan.sections.engineering_instructions.quality_routing
    return sum(step.op_no > 0 for step in steps) >= 3


def _equipped(plan: Plan) -> bool:
    engineering = plan.sections.engineering_instructions
    return bool(engineering.fixtures) or bool(engineering.programs)


def _routing_fits(plan: Plan) -> bool:
    steps = plan.sections.engineering_instructions.quality_routing
    return bool(steps) and not any(_AGENT in each.agents for each in plan.cross_agent_conflicts)


BUILD_STRATEGY = Category(
    "Build strategy",
    15,
    "engineering manager",
    "engineering_instructions",
    (
        Criterion(
            _ordered,
            "The quality routing has numbered operations.",
            "The quality routing has fewer than three numbered operations.",
            "Write the order of operations with operation numbers.",
        ),
        Criterion(
            lambda plan: proven_for_job(plan, plan.sections.engineering_instructions.exceptional_steps),
            "Special processes are named with verified citations of the job's papers.",
            "Special processes are missing in the job's papers, or their citations are not verified.",
            "Name welding, coating and other special processes with the page that calls each up.",
        ),
        Criterion(
            _equipped,
            "Fixtures or programs are planned.",
            "Neither fixtures nor programs are planned.",
            "Plan fixtures, gauges and programs.",
        ),
        Criterion(
            _routing_fits,
            "The routing carries out what quality asks for.",
            "There is no routing, or it leaves out hold points, tests or processes of the quality plan.",
            "Add the missing operations to the routing.",
        ),
    ),
)
