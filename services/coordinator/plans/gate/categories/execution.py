"""Category "Execution strategy" of the quality gate."""

from __future__ import annotations

from buildplan.v1.plan_pb2 import Plan
from services.coordinator.plans.gate.criterion import Category, Criterion


def _timed(plan: Plan) -> bool:
    boxes = plan.sections.execution_strategy.time_boxes
    return bool(boxes) and all(box.working_days > 0 for box in boxes)


def _can_go_on(plan: Plan) -> bool:
    blocking = [question for question in plan.open_questions if question.blocking]
    return plan.sections.HasField("execution_strategy") and all(each.working_assumption for each in blocking)


EXECUTION = Category(
    "Execution strategy",
    15,
    "scheduler",
    "execution_strategy",
    (
        Criterion(
            lambda plan: bool(plan.sections.execution_strategy.time_boxes),
            "Reviews, approvals and process times have time-boxes.",
            "No time-box is planned.",
            "Set time aside for reviews, approvals, notices and outside processes.",
        ),
        Criterion(
            _timed,
            "Every time-box has a length.",
            "There are no time-boxes, or one has no length.",
            "Give each time-box its working days.",
        ),
        Criterion(
            lambda plan: bool(plan.sections.execution_strategy.notes),
            "Meetings, reports, phases or capacity are covered.",
            "Nothing is said about meetings, reports, phases or capacity.",
            "Note the kick-off, the reports that the customer wants and the bottleneck resources.",
        ),
        Criterion(
            _can_go_on,
            "Every blocking question has a working assumption.",
            "The section is missing, or a blocking question has no working assumption.",
            "Agree on a working assumption for each blocking question.",
        ),
    ),
)
