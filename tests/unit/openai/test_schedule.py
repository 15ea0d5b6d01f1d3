"""Scheduling with a model: order-by dates are computed by the same code as offline, and stand once."""

from __future__ import annotations

from typing import Any

from buildplan.v1.context_pb2 import ContextPack
from buildplan.v1.fact_pb2 import TOPIC_DUE_DATE, TOPIC_LEAD_TIME
from buildplan.v1.plan_pb2 import Milestone, ReleasePlan
from services.sca.profile import PROFILE as SCA
from tests.unit.offline.packs import ORDER, PackBuilder, patch_of
from tests.unit.openai.wire import Script, empty_answer, engine, ok, reply, run

LATE = "Lead time of the 316l plate is 26 weeks."
SOON = "Lead time of the gear reducer is six weeks."
CLAUSE = "The fabricator shall order the name plate eight weeks before dispatch."


def papers() -> ContextPack:
    """A delivery, one lead time that it leaves no room for and one that it does, and a term that no fact holds."""
    builder = PackBuilder().document("sessions/s/documents/po", ORDER).passage("Deliver the frames by 2027-04-30.")
    builder.fact(TOPIC_DUE_DATE, "frames", "2027-04-30")
    builder.passage(LATE)
    builder.fact(TOPIC_LEAD_TIME, "316l plate", "26 weeks", 182)
    builder.passage(SOON)
    builder.fact(TOPIC_LEAD_TIME, "gear reducer", "6 weeks", 42)
    builder.passage("Allow 7 working days for passivation outside.").passage(CLAUSE)
    return builder.pack


def milestone(text: str, due: str, *cited: tuple[str, str], computed: bool = False) -> dict[str, Any]:
    citations = [{"document": "po", "page": 1, "quote": quote, "passage_id": passage} for passage, quote in cited]
    basis = "BASIS_INFERRED" if computed else "BASIS_STATED"
    statement = {"text": text, "basis": basis, "citations": citations, "confidence": 0.9}
    return {
        "statement": statement,
        "name": text,
        "due": due,
        "slack_days": 99,
        "computed": computed,
        "impossible": False,
    }


async def planned(*milestones: dict[str, Any]) -> ReleasePlan:
    answer = empty_answer("sca")
    answer["sections"]["release_plan"]["milestones"] = list(milestones)
    outcome = await run(engine(Script([ok(reply(answer))]), "sca"), papers())
    assert outcome.patch is not None
    return outcome.patch.sections.release_plan


def computed(plan: ReleasePlan) -> list[Milestone]:
    return [line for line in plan.milestones if line.computed]


DELIVERY = ("p1", "Deliver the frames by 2027-04-30.")


async def test_order_by_dates_are_those_of_the_offline_engine() -> None:
    offline = patch_of(SCA, papers()).sections.release_plan
    plan = await planned(milestone("Deliver the frames", "2027-04-30", DELIVERY))
    assert computed(plan) == computed(offline)
    assert [(line.name, line.due, line.impossible) for line in computed(plan)] == [
        ("order 316l plate", "2026-10-21", True),
        ("order gear reducer", "2027-03-19", False),
    ]
    assert [risk.statement.text for risk in plan.risks] == [risk.statement.text for risk in offline.risks]
    assert plan.do_early[0].text == "Do at once: order 316l plate."


async def test_a_model_s_own_count_of_the_same_lead_time_gives_way() -> None:
    plan = await planned(
        milestone("Deliver the frames", "2027-04-30", DELIVERY),
        milestone("Order plate", "2026-10-29", DELIVERY, ("p2", LATE), computed=True),
    )
    assert [line.name for line in computed(plan)] == ["order 316l plate", "order gear reducer"]


async def test_what_no_fact_holds_the_model_may_count_and_code_gives_its_slack() -> None:
    plan = await planned(milestone("Order name plate", "2027-03-05", DELIVERY, ("p5", CLAUSE), computed=True))
    own = next(line for line in plan.milestones if line.name == "Order name plate")
    assert (own.slack_days, own.impossible) == (74, False)
    assert len(computed(plan)) == 3


async def test_slack_of_stated_dates_is_computed_and_what_is_no_date_is_left() -> None:
    plan = await planned(
        milestone("Deliver the frames", "2027-04-30", DELIVERY),
        milestone("Frames, some day", "as agreed", DELIVERY),
        milestone("Frames, past", "2026-11-20", DELIVERY),
    )
    found = {line.name: line for line in plan.milestones}
    assert found["Deliver the frames"].slack_days == 114
    assert found["Frames, some day"].slack_days == 99
    assert (found["Frames, past"].slack_days, found["Frames, past"].impossible) == (-1, True)
    dates = [line.due for line in plan.milestones if line.due != "as agreed"]
    assert dates == sorted(dates)
