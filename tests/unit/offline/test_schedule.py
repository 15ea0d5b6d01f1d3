"""Schedule arithmetic against a naive loop over days, and what is said of dates that cannot be met."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from buildplan.v1.fact_pb2 import TOPIC_DUE_DATE, TOPIC_LEAD_TIME
from buildplan.v1.plan_pb2 import Milestone, Patch
from buildplan.v1.session_pb2 import WorkCalendar
from buildplan.v1.statement_pb2 import Statement
from services.sca.calendar import Calendar
from services.sca.profile import PROFILE as SCA
from services.sca.rules.periods import working_days
from services.sca.schedule import order_by
from tests.unit.offline.packs import ORDER, PackBuilder, pack_of, patch_of

DAYS = st.dates(date(2026, 1, 1), date(2027, 12, 31))
WEEKDAYS = st.sets(st.integers(1, 7), min_size=1)
HOLIDAYS = st.sets(DAYS, max_size=15)


def calendar_of(weekdays: set[int], holidays: set[date]) -> Calendar:
    return Calendar(WorkCalendar(working_weekdays=sorted(weekdays), holidays=sorted(map(str, holidays))))


def naive_works(day: date, weekdays: set[int], holidays: set[date]) -> bool:
    return day.isoweekday() in weekdays and day not in holidays


@given(DAYS, DAYS, WEEKDAYS, HOLIDAYS)
def test_working_days_between_two_dates(start: date, end: date, weekdays: set[int], holidays: set[date]) -> None:
    first, last = sorted((start, end))
    days = (first + timedelta(days=offset) for offset in range(1, (last - first).days + 1))
    counted = sum(naive_works(day, weekdays, holidays) for day in days)
    assert calendar_of(weekdays, holidays).between(start, end) == (counted if start <= end else -counted)


@given(DAYS, st.integers(0, 300), st.integers(0, 30), WEEKDAYS, HOLIDAYS)
def test_order_by_goes_back_through_process_and_lead_time(
    due: date, lead: int, process: int, weekdays: set[int], holidays: set[date]
) -> None:
    day, left = due, process
    while not naive_works(day, weekdays, holidays):
        day -= timedelta(days=1)
    while left:
        day -= timedelta(days=1)
        left -= naive_works(day, weekdays, holidays)
    day -= timedelta(days=lead)
    while not naive_works(day, weekdays, holidays):
        day -= timedelta(days=1)
    assert order_by(due, lead, process, calendar_of(weekdays, holidays)) == day


def test_the_default_calendar_is_monday_to_friday() -> None:
    friday, monday = date(2026, 11, 20), date(2026, 11, 23)
    assert Calendar().between(friday, monday) == 1
    assert Calendar().at_or_before(date(2026, 11, 22)) == friday


def test_a_calendar_without_a_working_day_is_refused() -> None:
    with pytest.raises(ValueError, match="no working day"):
        Calendar(WorkCalendar(working_weekdays=[9]))


def planned(due: str, lead_days: float, item: str = "gear reducer", *more: str) -> Patch:
    builder = PackBuilder().document("po", ORDER).passage(f"Deliver the frames by {due}.")
    builder.fact(TOPIC_DUE_DATE, "production", due)
    builder.passage(f"The {item} has a long lead time.")
    builder.fact(TOPIC_LEAD_TIME, item, f"{lead_days:.0f} days", lead_days)
    for text in more:
        builder.passage(text)
    return patch_of(SCA, builder.pack)


def order_of(patch: Patch) -> Milestone:
    (milestone,) = (line for line in patch.sections.release_plan.milestones if line.computed)
    return milestone


def test_an_order_date_in_time_has_its_slack() -> None:
    order = order_of(planned("2027-04-30", 42))
    assert (order.due, order.slack_days, order.impossible) == ("2027-03-19", 84, False)
    assert order.statement.basis == Statement.BASIS_INFERRED
    assert {citation.passage_id for citation in order.statement.citations} == {"p1", "p2"}


def test_an_impossible_date_is_said_to_be_and_becomes_a_risk_and_a_task() -> None:
    patch = planned("2027-04-30", 182)
    order = order_of(patch)
    assert (order.due, order.slack_days, order.impossible) == ("2026-10-30", -16, True)
    assert order.statement.text.startswith("impossible:")
    (risk,) = patch.sections.release_plan.risks
    assert risk.mitigation
    assert len(patch.tasks) == 1
    assert len(patch.sections.release_plan.do_early) == 1


def test_today_is_the_last_possible_day() -> None:
    order = order_of(planned("2026-12-21", 28))
    assert (order.due, order.slack_days, order.impossible) == ("2026-11-23", 0, False)


def test_process_time_counts_for_stock_and_not_for_a_bought_component() -> None:
    note = "Allow 7 working days for passivation outside."
    assert order_of(planned("2027-04-30", 42, "316l plate", note)).due == "2027-03-10"
    assert order_of(planned("2027-04-30", 42, "gear reducer", note)).due == "2027-03-19"


def test_a_date_in_the_past_is_said_to_be() -> None:
    builder = PackBuilder().document("po", ORDER).passage("Submit the report by 2026-11-02.")
    builder.fact(TOPIC_DUE_DATE, "report", "2026-11-02")
    patch = patch_of(SCA, builder.pack)
    (milestone,) = patch.sections.release_plan.milestones
    assert milestone.impossible
    assert "lies in the past" in patch.sections.release_plan.risks[0].statement.text


def test_nothing_is_ordered_for_a_delivery_that_is_over() -> None:
    patch = planned("2026-11-20", 42)
    (milestone,) = patch.sections.release_plan.milestones
    assert (milestone.due, milestone.computed, milestone.impossible) == ("2026-11-20", False, True)
    assert len(patch.sections.release_plan.risks) == len(patch.tasks) == 1


def test_a_date_far_ahead_is_asked_about_and_not_believed() -> None:
    patch = planned("2053-04-30", 42)
    (milestone,) = patch.sections.release_plan.milestones
    assert (milestone.due, milestone.computed) == ("", False)
    (question,) = (each for each in patch.open_questions if "2053" in each.statement.text)
    assert "more than ten years ahead" in question.statement.text
    assert question.statement.citations[0].passage_id == "p1"


def test_a_meeting_that_took_place_is_nothing_to_be_late_for() -> None:
    builder = PackBuilder().document("notes", ORDER).passage("Next meeting: 2026-11-02.")
    builder.fact(TOPIC_DUE_DATE, "next meeting", "2026-11-02")
    patch = patch_of(SCA, builder.pack)
    (milestone,) = patch.sections.release_plan.milestones
    assert not milestone.impossible
    assert not patch.sections.release_plan.risks


def test_a_blank_date_is_a_milestone_without_a_date() -> None:
    (milestone,) = patch_of(SCA, pack_of("FAI approval date: ________", kind=ORDER)).sections.release_plan.milestones
    assert (milestone.name, milestone.due) == ("FAI approval date", "")


def test_a_blank_in_two_papers_is_named_by_its_clause_and_asked_once() -> None:
    builder = PackBuilder().document("po", ORDER).passage("FAI approval date: ________")
    long = "Release of production follows acceptance of the first article; FAI approval date: ____"
    builder.document("sow", ORDER).passage(long, heading="4 Milestones")
    patch = patch_of(SCA, builder.pack)
    assert {line.name for line in patch.sections.release_plan.milestones} == {"FAI approval date"}
    (question,) = (each for each in patch.open_questions if "blank" in each.statement.text)
    assert len(question.statement.citations) == 2


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Deliver the frames with all of their parts and papers to Erie; first article 2027-02-26", "first article"),
        ("Deliver the frames with all of their parts and papers to the dock in Erie by 2027-02-26", "4 Milestones"),
    ],
)
def test_a_long_line_is_named_by_its_last_clause_or_its_heading(text: str, name: str) -> None:
    builder = PackBuilder().document("po", ORDER).passage(text, heading="4 Milestones")
    (milestone,) = patch_of(SCA, builder.pack).sections.release_plan.milestones
    assert milestone.name == name


def test_the_same_event_in_two_papers_is_one_milestone() -> None:
    builder = PackBuilder().document("po", ORDER).passage("Deliver the first article by 2027-02-26.")
    builder.fact(TOPIC_DUE_DATE, "first article", "2027-02-26")
    builder.document("sow").passage("The first article shall be delivered by 2027-02-26.")
    builder.fact(TOPIC_DUE_DATE, "first article", "2027-02-26")
    (milestone,) = patch_of(SCA, builder.pack).sections.release_plan.milestones
    assert len(milestone.statement.citations) == 2


@pytest.mark.parametrize(
    ("text", "days"),
    [("within 10 working days", 10), ("within two weeks", 10), ("14 calendar days", 10), ("72 hours", 3), ("soon", 0)],
)
def test_periods_in_working_days(text: str, days: int) -> None:
    assert working_days(text) == days
