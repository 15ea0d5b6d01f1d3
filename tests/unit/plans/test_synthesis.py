from __future__ import annotations

import pytest

from buildplan.v1.conflict_pb2 import DocumentConflict
from buildplan.v1.fact_pb2 import Fact, Topic
from buildplan.v1.plan_pb2 import Milestone, OpenQuestion, Patch, Plan, Task
from buildplan.v1.statement_pb2 import Citation
from services.coordinator.plans import build_plan
from services.coordinator.plans.synthesis.keys import final_delivery
from services.coordinator.plans.wording import fingerprint, overlap, significant_words
from tests.unit.plans.job import DRAWING, ORDER, cite, full_patches, inferred, inputs, tie


def asking(*questions: OpenQuestion) -> Patch:
    return Patch(open_questions=questions)


def question(text: str, *citations: Citation, ask: str = "customer", blocking: bool = False) -> OpenQuestion:
    return OpenQuestion(statement=inferred(text, *citations), ask=ask, blocking=blocking)


def texts(plan: Plan) -> list[str]:
    return [each.statement.text for each in plan.open_questions]


def test_questions_say_who_asks_and_blocking_ones_come_first() -> None:
    patches = {"qma": asking(question("Which PPAP level?")), "sca": asking(question("Which date?", blocking=True))}
    plan = build_plan(inputs(patches))
    assert [(each.statement.text, each.asked_by) for each in plan.open_questions] == [
        ("Which date?", "sca"),
        ("Which PPAP level?", "qma"),
    ]


def test_a_tie_is_a_blocking_question_to_the_customer_with_its_assumption() -> None:
    asked = build_plan(inputs({}, conflicts=[tie()])).open_questions[0]
    assert asked.statement.text == "Is the plate 6 mm or 8 mm thick?"
    assert (asked.ask, asked.blocking, asked.asked_by) == ("customer", True, "coordinator")
    assert asked.working_assumption == "6 mm as drawn"
    assert [each.file_name for each in asked.statement.citations] == ["drawing.pdf", "order.xlsx"]
    assert asked.statement.verified


def test_a_tie_without_a_question_is_put_into_words() -> None:
    conflict = tie()
    conflict.question = ""
    text = build_plan(inputs({}, conflicts=[conflict])).open_questions[0].statement.text
    assert "thickness of plate" in text
    assert "6 mm" in text
    assert "8 mm" in text


def test_resolved_conflicts_are_shown_and_not_asked() -> None:
    conflict = tie()
    conflict.state = DocumentConflict.STATE_RESOLVED_BY_PRECEDENCE
    plan = build_plan(inputs({}, conflicts=[conflict]))
    assert not plan.open_questions
    assert plan.document_conflicts[0].state == conflict.state
    assert [side.fact.citation.file_name for side in plan.document_conflicts[0].sides] == ["drawing.pdf", "order.xlsx"]


def test_a_reader_checked_fact_stays_verified_when_its_page_is_not_at_hand() -> None:
    conflict = tie()
    for side in conflict.sides:
        side.fact.citation.verified = True
    assert build_plan(inputs({}, conflicts=[conflict], pages={})).open_questions[0].statement.verified
    conflict.sides[0].fact.citation.quote = "7 mm"
    assert not build_plan(inputs({}, conflicts=[conflict])).open_questions[0].statement.verified


def test_an_agents_question_about_a_tie_is_the_ties_question() -> None:
    sides = [side.fact.citation for side in tie().sides]
    both = asking(question("Drawing and order differ on the plate. Which one?", *sides))
    assert len(build_plan(inputs({"ema": both}, conflicts=[tie()])).open_questions) == 1
    one = asking(question("Is the plate hot rolled?", sides[0]))
    assert len(build_plan(inputs({"ema": one}, conflicts=[tie()])).open_questions) == 2


def test_the_same_question_of_two_agents_is_asked_once_with_all_that_is_known() -> None:
    second = question("which ppap level", cite("Quantity 12", ORDER), blocking=True)
    second.working_assumption = "level 3"
    plan = build_plan(inputs({"qma": asking(question("Which PPAP level?")), "ema": asking(second)}))
    assert len(plan.open_questions) == 1
    asked = plan.open_questions[0]
    assert (asked.blocking, asked.working_assumption, asked.asked_by) == (True, "level 3", "qma")
    assert asked.statement.verified


def test_similar_questions_about_one_place_are_one_and_about_two_places_two() -> None:
    place, other = cite("Weld per AWS D1.6"), cite("First article inspection")
    one = question("Which class of AWS D1.6 applies to the welds?", place)
    same = question("Which AWS D1.6 class applies?", place)
    elsewhere = question("Which AWS D1.6 class applies there?", other)
    plan = build_plan(inputs({"qma": asking(one), "ema": asking(same, elsewhere)}))
    assert texts(plan) == [one.statement.text, elsewhere.statement.text]


def task(text: str, due: str = "", owner: str = "") -> Task:
    return Task(statement=inferred(text), due=due, owner_hint=owner)


def test_no_task_is_listed_twice_and_the_earlier_date_counts() -> None:
    one = Patch(tasks=[task("Order the plate.", "2026-12-20"), task("Book the CMM")])
    other = Patch(tasks=[task("order  the PLATE", "2026-12-10", "buyer")])
    found = build_plan(inputs({"pma": one, "sca": other})).tasks
    assert [(each.statement.text, each.due, each.source) for each in found] == [
        ("Order the plate.", "2026-12-10", "pma"),
        ("Book the CMM", "", "pma"),
    ]
    assert found[0].owner_hint == "buyer"
    assert len({each.fingerprint for each in found}) == 2


def test_blocking_questions_become_tasks_and_the_others_one_for_each_role() -> None:
    questions = [question("A?", blocking=True), question("B?"), question("C?"), question("D?", ask="supplier")]
    found = build_plan(inputs({"qma": asking(*questions)})).tasks
    assert [each.source for each in found] == ["coordinator"] * 3
    assert "A?" in found[0].statement.text
    assert "2 open questions" in found[1].statement.text
    assert found[2].owner_hint == "purchasing manager"
    again = build_plan(inputs({"qma": asking(*reversed(questions))})).tasks
    assert {each.fingerprint for each in again} == {each.fingerprint for each in found}


def test_a_question_that_an_agents_task_carries_makes_no_second_task() -> None:
    place = cite("Weld per AWS D1.6")
    asked = question("Appendix C was not supplied. Please supply Appendix C.", place)
    patch = asking(asked, question("Which PPAP level?"))
    patch.tasks.add(statement=inferred("Ask the customer: Please supply Appendix C.", place))
    found = build_plan(inputs({"ema": patch})).tasks
    assert [each.source for each in found] == ["ema", "coordinator"]
    assert "the open question" in found[1].statement.text
    assert "PPAP" in found[1].statement.text


def test_the_keys_name_delivery_schedule_hold_points_and_special_processes() -> None:
    keys = [each.text for each in build_plan(inputs()).keys_to_project]
    assert len(keys) == 4
    assert "2027-03-01" in keys[0]
    assert "12 pieces" in keys[0]
    assert "316L plate" in keys[1]
    assert "42 calendar days" in keys[1]
    assert "fit-up" in keys[2]
    assert "AWS D1.6" in keys[3]


@pytest.mark.parametrize(
    ("milestones", "due"),
    [
        ([("review", "2027-05-01", False), ("frames to ship", "2027-03-01", False)], "2027-03-01"),
        ([("review", "2027-01-01", False), ("frames", "2027-03-01", False)], "2027-03-01"),
        ([("frames to ship", "2020-03-01", True), ("review", "2027-01-01", False)], "2020-03-01"),
        ([("approved", "2020-05-14", True)], ""),
        ([("kick-off", "2026-12-01", False), ("production", "2026-10-30", True)], "2026-10-30"),
        ([("kick-off", "2026-12-01", False)], ""),
    ],
)
def test_the_delivery_is_what_is_shipped_last_else_the_last_date_to_come(
    milestones: list[tuple[str, str, bool]], due: str
) -> None:
    given = [Milestone(name=name, due=when, impossible=impossible) for name, when, impossible in milestones]
    found = final_delivery([*given, Milestone(name="ship", due="2029-01-01", computed=True)])
    assert (found.due if found else "") == due


def test_a_row_stands_in_the_keys_by_what_it_is_about() -> None:
    patches = full_patches()
    hold = patches["qma"].sections.quality_plan.hold_points[0]
    hold.statement.text = "10 | Receiving inspection of plate | Document review | 100 % | Hold"
    keys = [each.text for each in build_plan(inputs(patches)).keys_to_project]
    assert "Work stops at: Receiving inspection of plate." in keys


def test_an_item_that_is_late_for_two_deliveries_is_one_line() -> None:
    patches = full_patches()
    for due in ("2026-08-28", "2026-10-30"):
        patches["sca"].sections.release_plan.milestones.add(
            name="order gear reducer", due=due, computed=True, impossible=True, statement=inferred("late", cite("x"))
        )
    keys = [each.text for each in build_plan(inputs(patches)).keys_to_project]
    assert "Cannot be met as dated: order gear reducer (2026-08-28 and 2026-10-30)." in keys


def test_every_key_cites_and_there_are_never_more_than_five() -> None:
    patches = full_patches()
    milestones = patches["sca"].sections.release_plan.milestones
    for number in range(9):
        statement = inferred(f"Order part {number}", cite("Quantity 12 pieces", ORDER))
        milestones.add(name=f"order {number}", due="2026-11-01", computed=True, impossible=True, statement=statement)
    plan = build_plan(inputs(patches, conflicts=[tie(), tie()]))
    assert len(plan.keys_to_project) == 5
    assert all(each.verified for each in plan.keys_to_project)
    assert "contradict" in plan.keys_to_project[1].text
    assert "6 mm as drawn" in plan.keys_to_project[1].text
    assert "Cannot be met" in plan.keys_to_project[2].text
    assert "6 more" in plan.keys_to_project[2].text


def test_an_empty_plan_has_no_keys() -> None:
    assert not build_plan(inputs({})).keys_to_project


def _quantity(value: str, quote: str, subject: str = "") -> Fact:
    return Fact(topic=Topic.TOPIC_QUANTITY, value=value, subject=subject, citation=cite(quote, ORDER))


def test_the_key_takes_the_jobs_valid_quantity() -> None:
    facts = [_quantity("6", "6 weeks", "spare"), _quantity("12", "Quantity 12 pieces")]
    key = build_plan(inputs(facts=facts)).keys_to_project[0]
    assert "quantity 12." in key.text
    assert key.verified


def test_the_key_takes_the_quantity_of_what_is_delivered_and_not_an_overruled_one() -> None:
    facts = [_quantity("12", "Quantity 12 pieces", "frame"), _quantity("9", "within 5 days", "crate")]
    assert "quantity 12 (frame)." in build_plan(inputs(facts=facts)).keys_to_project[0].text
    facts.append(_quantity("13", "5 days", "frame"))
    assert "Quantity 12 pieces." in build_plan(inputs(facts=facts)).keys_to_project[0].text
    conflict = tie()
    conflict.topic, conflict.subject, conflict.winning_value = Topic.TOPIC_QUANTITY, "frame", "12"
    conflict.state = DocumentConflict.STATE_RESOLVED_BY_PRECEDENCE
    assert "quantity 12 (frame)." in build_plan(inputs(facts=facts, conflicts=[conflict])).keys_to_project[0].text


def test_a_disputed_quantity_is_not_chosen_silently() -> None:
    conflict = tie()
    conflict.topic = Topic.TOPIC_QUANTITY
    assert "quantity in dispute" in build_plan(inputs(conflicts=[conflict])).keys_to_project[0].text


def test_unverified_lines_make_unverified_keys() -> None:
    patches = full_patches()
    step = patches["ema"].sections.engineering_instructions.exceptional_steps[0]
    step.citations[0].quote = "not there"
    keys = build_plan(inputs(patches)).keys_to_project
    assert [each.verified for each in keys] == [True, True, True, False]


@pytest.mark.parametrize(("one", "other"), [("Order the plate.", "order the  Plate"), ("a-b 1.5", "A-B 1.5!")])
def test_fingerprints_ignore_case_spacing_and_punctuation(one: str, other: str) -> None:
    assert fingerprint(one) == fingerprint(other)
    assert fingerprint(one) != fingerprint(f"{other} now")


def test_overlap_is_a_share_of_the_shorter_sentence() -> None:
    long = significant_words("Liquid penetrant tests of all welds per ASTM E165")
    assert overlap(long, significant_words("the penetrant test")) == 1
    assert overlap(long, frozenset()) == 0
    assert DRAWING
