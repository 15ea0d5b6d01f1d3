"""What users edited is in every later revision too."""

from __future__ import annotations

from dataclasses import replace

import pytest

from buildplan.v1.plan_pb2 import Patch, Plan, StatementEdit
from buildplan.v1.statement_pb2 import Statement
from services.contract.statements import lines
from services.coordinator.plans import apply_edits, build_plan
from services.coordinator.plans.kept_edits import catch_up
from tests.unit.plans.job import PAGES, full_patches, inputs, tie

WELD = "Weld per AWS D1.6"
FIXTURE = "Weld fixture that holds the bore"


@pytest.fixture
def plan() -> Plan:
    return build_plan(inputs(conflicts=[tie()]))


def identifier(plan: Plan, text: str) -> str:
    return next(line.statement.id for line in lines(plan) if line.statement.text == text)


def by_id(plan: Plan, wanted: str) -> Statement | None:
    return next((line.statement for line in lines(plan) if line.statement.id == wanted), None)


def edit(plan: Plan, *edits: StatementEdit) -> Plan:
    return apply_edits(plan, list(edits), PAGES)


def rebuilt(edited: Plan, patches: dict[str, Patch] | None = None) -> Plan:
    return build_plan(replace(inputs(patches, conflicts=[tie()]), edits=list(edited.edits)))


def dropped(plan: Plan) -> list[str]:
    return [task.statement.text for task in plan.tasks if "An edit to a line" in task.statement.text]


def test_edits_are_recorded_with_what_stood_there_before(plan: Plan) -> None:
    weld, fixture = identifier(plan, WELD), identifier(plan, FIXTURE)
    once = edit(
        plan, StatementEdit(statement_id=weld, text="Weld well"), StatementEdit(statement_id=fixture, remove=True)
    )
    twice = edit(once, StatementEdit(statement_id=weld, text="Weld better"))
    assert [(kept.edit.statement_id, kept.original_text) for kept in twice.edits] == [(fixture, FIXTURE), (weld, WELD)]
    assert twice.edits[1].edit.text == "Weld better"
    assert twice.edits[0].path == "sections.engineering_instructions.fixtures"


def test_a_later_revision_holds_the_edits(plan: Plan) -> None:
    weld, fixture, key = identifier(plan, WELD), identifier(plan, FIXTURE), plan.keys_to_project[0].id
    edited = edit(
        plan,
        StatementEdit(statement_id=weld, text="Weld well"),
        StatementEdit(statement_id=fixture, remove=True),
        StatementEdit(statement_id=key, text="Ship 12"),
    )
    later = rebuilt(edited)
    statement = by_id(later, weld)
    assert statement is not None
    assert (statement.text, statement.basis) == ("Weld well", Statement.BASIS_INFERRED)
    assert by_id(later, fixture) is None
    assert later.keys_to_project[0].text == "Ship 12"
    assert list(later.edits) == list(edited.edits)
    assert later.quality_gate == edited.quality_gate
    assert later.citations_checked == edited.citations_checked
    assert not dropped(later)


def test_an_edit_that_still_quotes_its_page_stays_stated(plan: Plan) -> None:
    weld = identifier(plan, WELD)
    later = rebuilt(edit(plan, StatementEdit(statement_id=weld, text="Weld per  AWS D1.6")))
    statement = by_id(later, weld)
    assert statement is not None
    assert statement.basis == Statement.BASIS_STATED


def test_an_edit_whose_line_has_gone_is_said_and_made_when_the_line_is_back(plan: Plan) -> None:
    weld, fixture = identifier(plan, WELD), identifier(plan, FIXTURE)
    edited = edit(
        plan, StatementEdit(statement_id=weld, text="Weld well"), StatementEdit(statement_id=fixture, remove=True)
    )
    without = full_patches()
    without["ema"].sections.engineering_instructions.ClearField("exceptional_steps")
    without["ema"].sections.engineering_instructions.fixtures[0].text = "A fixture for welding"
    poorer = rebuilt(edited, without)
    assert len(dropped(poorer)) == 2
    assert 'was dropped: make it "Weld well"' in dropped(poorer)[0]
    assert "exceptional_steps" in dropped(poorer)[0]
    assert f'remove it. The line was "{FIXTURE}"' in dropped(poorer)[1]
    assert len({task.fingerprint for task in poorer.tasks}) == len(poorer.tasks)
    back = rebuilt(poorer)
    statement = by_id(back, weld)
    assert statement is not None
    assert statement.text == "Weld well"
    assert by_id(back, fixture) is None
    assert not dropped(back)


def test_a_user_can_take_the_task_about_a_dropped_edit_away(plan: Plan) -> None:
    edited = edit(plan, StatementEdit(statement_id=identifier(plan, WELD), text="Weld well"))
    without = full_patches()
    without["ema"].sections.engineering_instructions.ClearField("exceptional_steps")
    poorer = rebuilt(edited, without)
    task = next(task for task in poorer.tasks if "An edit to a line" in task.statement.text)
    tidied = edit(poorer, StatementEdit(statement_id=task.statement.id, remove=True))
    assert not dropped(rebuilt(tidied, without))
    assert not dropped(rebuilt(tidied))


def test_edits_made_while_a_plan_is_built_are_caught_up(plan: Plan) -> None:
    weld, fixture = identifier(plan, WELD), identifier(plan, FIXTURE)
    first = edit(plan, StatementEdit(statement_id=fixture, remove=True))
    second = edit(first, StatementEdit(statement_id=weld, text="Weld well"))
    built = rebuilt(first)
    catch_up(built, list(second.edits))
    statement = by_id(built, weld)
    assert statement is not None
    assert statement.text == "Weld well"
    assert by_id(built, fixture) is None
    assert list(built.edits) == list(second.edits)
    assert built.quality_gate == second.quality_gate
    assert not dropped(built)


def test_without_edits_nothing_changes(plan: Plan) -> None:
    before = plan.SerializeToString(deterministic=True)
    catch_up(plan, [])
    assert plan.SerializeToString(deterministic=True) == before
    assert not plan.edits
