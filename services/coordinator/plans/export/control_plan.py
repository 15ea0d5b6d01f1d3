"""Rows of a control plan: operations, characteristics, holds and tests; what the plan does not say stays empty."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import astuple, dataclass

from buildplan.v1.plan_pb2 import HoldPoint, Plan
from buildplan.v1.statement_pb2 import Statement
from services.coordinator.plans.export.lines import LineWriter

COLUMNS = (
    ("Kind", 14),
    ("Operation", 18),
    ("Characteristic", 60),
    ("Tolerance", 24),
    ("Method or gauge", 40),
    ("Sample", 14),
    ("Record", 18),
    ("Reaction", 34),
    ("Citation", 40),
)
_STOP = "Stop until it is released"
_NOTICE = "Give notice; the customer may attend"


@dataclass(frozen=True)
class ControlRow:
    """One row, in the order of COLUMNS."""

    kind: str
    operation: str = ""
    characteristic: str = ""
    tolerance: str = ""
    method: str = ""
    sample: str = ""
    record: str = ""
    reaction: str = ""
    citation: str = ""


def control_rows(plan: Plan, writer: LineWriter) -> Iterator[tuple[str, ...]]:
    """The rows: routing first, in its order."""

    def cited(statement: Statement) -> str:
        return writer.places(statement.citations)

    quality, engineering = plan.sections.quality_plan, plan.sections.engineering_instructions
    for step in engineering.quality_routing:
        operation = " ".join(filter(None, (f"Op {step.op_no}" if step.op_no else "", step.work_center)))
        said = step.statement
        yield astuple(ControlRow("Routing", operation, said.text, citation=cited(said)))
    for ctq in quality.ctqs:
        name = ": ".join(filter(None, (ctq.feature, ctq.statement.text)))
        row = ControlRow("CTQ", characteristic=name, tolerance=ctq.tolerance, citation=cited(ctq.statement))
        yield astuple(row)
    for limit in engineering.ctqs_for_routing:
        yield astuple(ControlRow("Process limit", characteristic=limit.text, citation=cited(limit)))
    for point in quality.hold_points:
        yield astuple(_hold_row(point, cited(point.statement)))
    for test in quality.required_tests:
        yield astuple(ControlRow("Test", method=test.text, citation=cited(test)))


def _hold_row(point: HoldPoint, citation: str) -> ControlRow:
    hold = point.kind == HoldPoint.KIND_HOLD
    reaction = "; ".join(filter(None, (_STOP if hold else _NOTICE, point.notice)))
    kind = "Hold point" if hold else "Witness point"
    return ControlRow(kind, characteristic=point.statement.text, reaction=reaction, citation=citation)
