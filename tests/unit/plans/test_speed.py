"""Bounds several times above what was measured, so that only a change of order fails."""

from __future__ import annotations

import time

from buildplan.v1.document_pb2 import Page
from buildplan.v1.plan_pb2 import Patch
from services.coordinator.plans import PlanInputs, build_plan
from tests.unit.plans.job import DRAWING, cite, inputs, stated


def fastest(given: PlanInputs, rounds: int) -> float:
    """Processor seconds of the fastest of `rounds` builds."""
    times = []
    for _ in range(rounds):
        start = time.process_time()
        build_plan(given)
        times.append(time.process_time() - start)
    return min(times)


def large(count: int) -> PlanInputs:
    """`count` stated lines of quality and engineering over 300 pages."""
    pages = {
        (DRAWING, number): Page(text="\n".join(f"Requirement {number}.{row} of the weldment" for row in range(80)))
        for number in range(1, 301)
    }
    quality, engineering = Patch(), Patch()
    for index in range(count):
        page = index % 300 + 1
        text = f"Requirement {page}.{index // 300} of the weldment"
        place = cite(text, page=page)
        if index % 3 == 0:
            quality.sections.quality_plan.hold_points.add(statement=stated(text, place))
        elif index % 3 == 1:
            quality.sections.quality_plan.ctqs.add(statement=stated(text, place), tolerance="±0.1 mm")
        else:
            engineering.sections.engineering_instructions.quality_routing.add(
                op_no=index, statement=stated(text, place)
            )
    return inputs({"qma": quality, "ema": engineering}, pages=pages)


def test_an_empty_plan_takes_no_time() -> None:
    assert fastest(inputs({}, sources=[]), 20) < 0.002


def test_time_grows_with_the_lines_and_not_with_their_square() -> None:
    assert fastest(large(1500), 3) < 0.6
    assert fastest(large(6000), 2) < 12 * fastest(large(1500), 3)
