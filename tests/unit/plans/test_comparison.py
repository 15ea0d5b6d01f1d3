"""What differs between two revisions."""

from __future__ import annotations

import time

import pytest

from buildplan.v1.plan_pb2 import Plan
from buildplan.v1.plan_service_pb2 import PlanChange
from services.contract.statements import lines, paths
from services.coordinator.plans import build_plan, compare
from tests.unit.plans.job import done, full_patches, inputs, stated

ADDED, REMOVED, CHANGED = PlanChange.KIND_ADDED, PlanChange.KIND_REMOVED, PlanChange.KIND_CHANGED


@pytest.fixture
def plan() -> Plan:
    return build_plan(inputs(full_patches(), statuses=done()))


def copied(plan: Plan) -> Plan:
    copy = Plan()
    copy.CopyFrom(plan)
    return copy


def test_a_plan_is_the_same_as_itself(plan: Plan) -> None:
    found = compare(plan, copied(plan))
    assert (list(found.changes), found.unchanged) == ([], len(lines(plan)))


def test_what_was_added_removed_and_changed_is_told_with_its_list(plan: Plan) -> None:
    later = copied(plan)
    quality = later.sections.quality_plan
    quality.ctqs[0].tolerance = "12.000 +0.02/0 mm"
    quality.ctqs[0].statement.text = "Bore, wider"
    del quality.passivation[0]
    quality.metrology.append(stated("CMM"))
    quality.metrology[0].id = "new"
    changed, removed, added = compare(plan, later).changes
    assert (changed.kind, changed.path) == (CHANGED, "sections.quality_plan.ctqs")
    assert list(changed.fields) == ["text", "tolerance"]
    assert (changed.before.text, changed.after.text) == ("Bore 12.000 +0.018/0 mm", "Bore, wider")
    assert (removed.kind, removed.path) == (REMOVED, "sections.quality_plan.passivation")
    assert removed.before.text
    assert not removed.HasField("after")
    assert (added.kind, added.after.id, added.HasField("before")) == (ADDED, "new", False)


def test_both_directions_mirror_each_other(plan: Plan) -> None:
    later = copied(plan)
    del later.tasks[:]
    later.sections.engineering_instructions.quality_routing.pop(2)
    there, back = compare(plan, later), compare(later, plan)
    assert {change.kind for change in there.changes} == {REMOVED}
    assert {change.kind for change in back.changes} == {ADDED}
    assert [change.before for change in there.changes] == [change.after for change in back.changes]
    assert there.unchanged == back.unchanged


def test_lines_in_another_order_are_the_same_lines(plan: Plan) -> None:
    later = copied(plan)
    steps = list(later.sections.engineering_instructions.quality_routing)[::-1]
    del later.sections.engineering_instructions.quality_routing[:]
    later.sections.engineering_instructions.quality_routing.extend(steps)
    assert list(compare(plan, later).changes) == []


def test_changes_come_in_the_order_of_the_plan(plan: Plan) -> None:
    order = paths(Plan.DESCRIPTOR)
    assert {line.path for line in lines(plan)} <= set(order)
    for base, later in ((plan, Plan()), (Plan(), plan)):
        places = [order.index(change.path) for change in compare(base, later).changes]
        assert places == sorted(places)
        assert len(places) == len(lines(plan))


def test_a_removed_line_stands_where_it_stood() -> None:
    base, later = Plan(), Plan()
    for plan, names in ((base, "abcd"), (later, "bxd")):
        for name in names:
            plan.sections.quality_plan.metrology.add(id=name, text=name)
    found = [(change.before.id or change.after.id) for change in compare(base, later).changes]
    assert found == ["a", "x", "c"]


def test_time_grows_with_the_lines_and_not_faster() -> None:
    def seconds(count: int) -> float:
        base, later = Plan(), Plan()
        for number in range(count):
            base.sections.quality_plan.metrology.add(id=f"{number}", text="x")
            later.sections.quality_plan.metrology.add(id=f"{count - number}", text="y")
        start = time.process_time()
        compare(base, later)
        return time.process_time() - start

    small, large = min(seconds(1000) for _ in range(3)), min(seconds(8000) for _ in range(3))
    assert large < 30 * small
