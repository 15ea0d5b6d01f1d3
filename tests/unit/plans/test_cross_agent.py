from __future__ import annotations

from collections.abc import Callable

import pytest

from buildplan.v1.plan_pb2 import CrossAgentConflict, Patch
from services.contract.statements import lines
from services.coordinator.plans import build_plan
from services.coordinator.plans.cross_agent.operations import operations_in
from services.coordinator.plans.cross_agent.sources import forbidden_names
from tests.unit.plans.job import cite, done, failed, full_patches, inferred, inputs, stated

Change = Callable[[dict[str, Patch]], None]


def conflicts(change: Change | None = None) -> list[CrossAgentConflict]:
    patches = full_patches()
    if change:
        change(patches)
    return list(build_plan(inputs(patches)).cross_agent_conflicts)


def without_steps(*words: str) -> Change:
    def change(patches: dict[str, Patch]) -> None:
        engineering = patches["ema"].sections.engineering_instructions
        kept = [s for s in engineering.quality_routing if not any(word in s.statement.text.lower() for word in words)]
        del engineering.quality_routing[:]
        engineering.quality_routing.extend(kept)

    return change


def test_a_plan_that_fits_together_has_no_conflicts() -> None:
    assert conflicts() == []


@pytest.mark.parametrize(
    ("words", "named"),
    [
        (("fit-up",), "customer releases the fit-up before welding"),
        (("penetrant",), "penetrant testing"),
        (("passivate",), "passivation"),
    ],
)
def test_what_quality_asks_for_and_the_routing_lacks_is_a_conflict(words: tuple[str, ...], named: str) -> None:
    found = conflicts(without_steps(*words))
    assert len(found) == 1
    assert named in found[0].statement.text
    assert list(found[0].agents) == ["qma", "ema"]
    assert found[0].statement.citations
    assert found[0].statement.verified


def test_a_conflict_names_statements_of_the_plan() -> None:
    patches = full_patches()
    without_steps("fit-up", "penetrant", "passivate")(patches)
    plan = build_plan(inputs(patches))
    ids = {line.statement.id: line.path for line in lines(plan.sections)}
    assert [ids[each] for conflict in plan.cross_agent_conflicts for each in conflict.statement_ids] == [
        "quality_plan.hold_points",
        "quality_plan.required_tests",
        "quality_plan.passivation",
    ]


def test_a_hold_point_is_placed_by_a_step_on_the_same_sentence_or_of_the_same_words() -> None:
    def reworded(patches: dict[str, Patch]) -> None:
        without_steps("fit-up")(patches)
        routing = patches["ema"].sections.engineering_instructions.quality_routing
        routing.add(op_no=5, statement=inferred("Call QA", cite("customer releases the fit-up before welding")))

    assert conflicts(reworded) == []


def test_a_failed_agent_contradicts_nobody() -> None:
    patches = full_patches()
    del patches["ema"]
    plan = build_plan(inputs(patches, statuses=[*done("qma", "pma", "sca"), failed("ema")]))
    assert not plan.cross_agent_conflicts


def test_passivation_that_is_not_wanted_needs_no_step() -> None:
    def change(patches: dict[str, Patch]) -> None:
        without_steps("passivate")(patches)
        passivation = patches["qma"].sections.quality_plan.passivation
        passivation[0].CopyFrom(inferred("No passivation is needed: painted all over"))

    assert conflicts(change) == []


@pytest.mark.parametrize(("days", "late"), [(90, False), (91, True), (2**31 - 1, True)])
def test_an_item_that_arrives_after_the_delivery_is_a_conflict(days: int, late: bool) -> None:
    def change(patches: dict[str, Patch]) -> None:
        patches["pma"].sections.purchasing.long_lead_items[0].lead_time_days = days

    found = conflicts(change)
    assert bool(found) is late
    if late:
        assert list(found[0].agents) == ["pma", "sca"]
        assert "2027-03-01" in found[0].statement.text
        assert "316L plate" in found[0].statement.text


def test_a_delivery_that_is_over_is_late_for_no_item() -> None:
    def passed(patches: dict[str, Patch]) -> None:
        for milestone in patches["sca"].sections.release_plan.milestones:
            milestone.due, milestone.impossible = "2026-11-30", True

    assert conflicts(passed) == []


def test_what_three_papers_say_of_one_item_is_one_conflict_with_the_longest_time() -> None:
    def change(patches: dict[str, Patch]) -> None:
        items = patches["pma"].sections.purchasing.long_lead_items
        for days in (100, 120):
            items.add(item="316L Plate", lead_time_days=days, statement=inferred(f"Plate takes {days} days"))

    found = conflicts(change)
    assert len(found) == 1
    assert "120 calendar days" in found[0].statement.text
    assert len(found[0].statement_ids) == 4


def test_the_date_that_names_the_item_counts_before_the_delivery() -> None:
    def change(patches: dict[str, Patch]) -> None:
        milestones = patches["sca"].sections.release_plan.milestones
        milestones.add(name="316L plate in house", due="2027-01-05", statement=inferred("Plate in house"))
        milestones.add(name="paint in house", due="2026-12-02", statement=inferred("Paint in house"))
        milestones.add(name="no date", due="soon", statement=inferred("x"))

    found = conflicts(change)
    assert len(found) == 1
    assert "2027-01-05" in found[0].statement.text


def test_a_supplier_or_country_that_is_forbidden_and_used_is_a_conflict() -> None:
    def change(patches: dict[str, Patch]) -> None:
        bought = patches["pma"].sections.purchasing
        bought.approved_suppliers.append(inferred("Material shall not be purchased from Shady Metals."))
        bought.restrictions.append(inferred("No material melted in Ruritania is accepted"))
        bought.rfqs.append(inferred("Ask Shady Metals for a price"))
        patches["ema"].sections.engineering_instructions.exceptional_steps.append(inferred("Forge in Ruritania"))

    found = conflicts(change)
    assert sorted(tuple(each.agents) for each in found) == [("pma",), ("pma", "ema")]
    assert any("Shady Metals" in each.statement.text for each in found)


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Purchase plate from Good Steel.", []),
        ("Plate must not be bought from Shady Metals or others", ["Shady Metals"]),
        ("Shady Metals is disqualified", ["Shady Metals"]),
        ("Use of mercury is prohibited", []),
        ("Practices permitted by AWS D17.1 shall not be used without approval", []),
        ("Material must not be bought from Shady Metals unless the Buyer agrees", []),
        ("Processes named in Table 3 are prohibited", []),
    ],
)
def test_only_a_sentence_that_forbids_names_forbidden_sources(text: str, names: list[str]) -> None:
    assert forbidden_names(text) == names


@pytest.mark.parametrize(
    ("text", "operation"),
    [
        ("PT of welds", "penetrant testing"),
        ("Dye-check all fillet welds", "penetrant testing"),
        ("100 % RT", "radiography"),
        ("hydrotest at 10 bar", "pressure test"),
        ("FAI", "first article inspection"),
        ("Pickling paste", "passivation"),
        ("Vacuum box and leak acceptance tests", "leak test"),
    ],
)
def test_operations_are_known_by_their_many_names(text: str, operation: str) -> None:
    assert operations_in(text) == {operation}


@pytest.mark.parametrize("text", ["part to be pt. of art", "but not this", "start the mt", "output report"])
def test_words_that_only_look_like_abbreviations_are_no_operations(text: str) -> None:
    assert operations_in(text) == frozenset()


def test_many_hold_points_and_steps_take_no_square() -> None:
    patch, routing = Patch(), Patch()
    for number in range(400):
        patch.sections.quality_plan.hold_points.add(statement=stated(f"Weld joint {number} of frame"))
        step = inferred(f"Weld joint {number} of frame")
        routing.sections.engineering_instructions.quality_routing.add(statement=step)
    assert not build_plan(inputs({"qma": patch, "ema": routing})).cross_agent_conflicts
