from __future__ import annotations

import pytest

from buildplan.v1.plan_pb2 import Plan, StatementEdit
from buildplan.v1.statement_pb2 import Statement
from services.contract.statements import lines
from services.coordinator.plans import InvalidEdit, apply_edits, build_plan, edited_pages
from services.runtime.errors import InvalidArgument
from tests.unit.plans.job import DRAWING, ORDER, PAGES, full_patches, inputs, tie


@pytest.fixture
def plan() -> Plan:
    built = build_plan(inputs(conflicts=[tie()]))
    built.name, built.revision, built.etag = "sessions/s1/plans/1", 1, "e1"
    return built


def find(plan: Plan, text: str) -> Statement:
    return next(line.statement for line in lines(plan) if line.statement.text == text)


def replaced(plan: Plan, old: str, new: str) -> tuple[Plan, Statement]:
    identifier = find(plan, old).id
    edited = apply_edits(plan, [StatementEdit(statement_id=identifier, text=new)], PAGES)
    return edited, next(line.statement for line in lines(edited) if line.statement.id == identifier)


def test_a_new_text_is_inferred_and_keeps_its_identifier_and_citations(plan: Plan) -> None:
    _, statement = replaced(plan, "Weld per AWS D1.6", " Weld by a certified welder ")
    assert statement.text == "Weld by a certified welder"
    assert statement.basis == Statement.BASIS_INFERRED
    assert statement.citations[0].verified


@pytest.mark.parametrize("text", ["Weld per  AWS D1.6", "Weld per AWS D1.6"])
def test_a_text_that_still_is_its_verified_quote_stays_stated(plan: Plan, text: str) -> None:
    assert replaced(plan, "Weld per AWS D1.6", text)[1].basis == Statement.BASIS_STATED


def test_a_shortened_quote_may_mean_the_opposite_and_is_inferred(plan: Plan) -> None:
    assert replaced(plan, "Weld per AWS D1.6", "Weld per AWS")[1].basis == Statement.BASIS_INFERRED


def test_the_citations_of_edited_lines_are_checked_again(plan: Plan) -> None:
    identifier = find(plan, "Weld per AWS D1.6").id
    edit = StatementEdit(statement_id=identifier, text="Weld well")
    assert edited_pages(plan, [edit]) == {(DRAWING, 1)}
    edited = apply_edits(plan, [edit], {})
    assert edited.citations_unverified == plan.citations_unverified + 1
    assert "UNVERIFIED_CITATION" in [blocker.code for blocker in edited.quality_gate.blockers]


def test_a_removed_line_goes_with_its_message_and_the_gate_judges_anew(plan: Plan) -> None:
    identifier = plan.sections.engineering_instructions.fixtures[0].id
    hold = plan.sections.quality_plan.hold_points[0].statement.id
    edits = [StatementEdit(statement_id=each, remove=True) for each in (identifier, hold)]
    edited = apply_edits(plan, edits, PAGES)
    assert not edited.sections.engineering_instructions.fixtures
    assert not edited.sections.quality_plan.hold_points
    assert "NO_FIXTURE_PLAN" in [blocker.code for blocker in edited.quality_gate.blockers]
    assert edited.quality_gate.score < plan.quality_gate.score
    assert len(lines(edited)) == len(lines(plan)) - 2


def test_a_removed_doubtful_line_lifts_the_blocker() -> None:
    patches = full_patches()
    patches["sca"].sections.execution_strategy.notes[0].citations[0].quote = "Monthly report"
    plan = build_plan(inputs(patches))
    doubtful = plan.quality_gate.blockers[0].statement_ids[0]
    edited = apply_edits(plan, [StatementEdit(statement_id=doubtful, remove=True)], {})
    assert not edited.quality_gate.blockers
    assert edited.citations_unverified == 0


def test_questions_tasks_and_keys_can_be_edited_and_the_rest_of_synthesis_stays(plan: Plan) -> None:
    edits = [
        StatementEdit(statement_id=plan.keys_to_project[0].id, text="Ship 12"),
        StatementEdit(statement_id=plan.open_questions[0].statement.id, remove=True),
    ]
    edited = apply_edits(plan, edits, PAGES)
    assert edited.keys_to_project[0].text == "Ship 12"
    assert edited.keys_to_project[1:] == plan.keys_to_project[1:]
    assert not edited.open_questions
    assert list(edited.tasks) == list(plan.tasks)


def test_the_given_plan_is_not_touched_and_the_stores_fields_are_left_to_the_store(plan: Plan) -> None:
    before = plan.SerializeToString(deterministic=True)
    edited, _ = replaced(plan, "Weld per AWS D1.6", "x")
    assert plan.SerializeToString(deterministic=True) == before
    assert (edited.name, edited.revision, edited.etag, edited.run, edited.reason) == ("", 0, "", "", "edit")
    assert not edited.HasField("create_time")
    assert edited.metadata == plan.metadata


def test_all_edits_or_none(plan: Plan) -> None:
    good = StatementEdit(statement_id=find(plan, "Weld per AWS D1.6").id, text="x")
    before = plan.SerializeToString(deterministic=True)
    with pytest.raises(InvalidEdit) as refusal:
        apply_edits(plan, [good, StatementEdit(statement_id="nobody", text="y")], PAGES)
    assert refusal.value.field == "edits[1].statement_id"
    assert isinstance(refusal.value, InvalidArgument)
    assert plan.SerializeToString(deterministic=True) == before


def test_unusable_edits_are_refused_with_their_field(plan: Plan) -> None:
    known = find(plan, "Weld per AWS D1.6").id
    cases = {
        "edits": [],
        "edits[0].text": [StatementEdit(statement_id=known, text=" ")],
        "edits[0]": [StatementEdit(statement_id=known)],
        "edits[1].statement_id": [StatementEdit(statement_id=known, remove=True)] * 2,
    }
    for field, edits in cases.items():
        with pytest.raises(InvalidEdit) as refusal:
            apply_edits(plan, edits, PAGES)
        assert refusal.value.field == field
    with pytest.raises(InvalidEdit, match="no change"):
        apply_edits(plan, [StatementEdit(statement_id=known, remove=False)], PAGES)


def test_a_conflict_that_code_found_cannot_be_edited() -> None:
    patches = full_patches()
    patches["ema"].sections.engineering_instructions.quality_routing.pop(3)
    plan = build_plan(inputs(patches))
    found = plan.cross_agent_conflicts[0].statement.id
    with pytest.raises(InvalidEdit):
        apply_edits(plan, [StatementEdit(statement_id=found, remove=True)], PAGES)
    assert ORDER
