from __future__ import annotations

from buildplan.v1.plan_pb2 import Patch, Plan, Sections
from buildplan.v1.statement_pb2 import Statement
from services.contract.statements import lines


def test_the_walk_finds_every_kind_of_line_with_its_path_and_item() -> None:
    plan = Plan()
    plan.sections.quality_plan.ctqs.add(feature="bore").statement.text = "a"
    plan.sections.quality_plan.passivation.add(text="b")
    plan.sections.execution_strategy.time_boxes.add(working_days=3).statement.text = "c"
    plan.keys_to_project.add(text="d")
    plan.open_questions.add(ask="customer").statement.text = "e"
    plan.tasks.add(due="2026-12-01").statement.text = "f"
    plan.cross_agent_conflicts.add(agents=["qma"]).statement.text = "g"
    found = [(line.path, line.statement.text) for line in lines(plan)]
    assert found == [
        ("sections.quality_plan.ctqs", "a"),
        ("sections.quality_plan.passivation", "b"),
        ("sections.execution_strategy.time_boxes", "c"),
        ("keys_to_project", "d"),
        ("open_questions", "e"),
        ("tasks", "f"),
        ("cross_agent_conflicts", "g"),
    ]
    items = [type(line.item) for line in lines(plan.sections)]
    assert items[1] is Statement
    assert items[0] is not Statement


def test_a_line_is_live() -> None:
    sections = Sections()
    sections.purchasing.materials.add(text="316L plate")
    for line in lines(sections):
        line.statement.verified = True
    assert sections.purchasing.materials[0].verified


def test_every_field_of_every_section_holds_lines() -> None:
    """A field added to the protos without a statement would be lost by renderer, editor and check."""
    for section in Sections.DESCRIPTOR.fields:
        assert section.message_type is not None
        for field in section.message_type.fields:
            sections = Sections()
            getattr(getattr(sections, section.name), field.name).add()
            assert [line.path for line in lines(sections)] == [f"{section.name}.{field.name}"]


def test_nothing_has_no_lines() -> None:
    assert lines(Patch()) == []
