from __future__ import annotations

from collections.abc import Callable

import pytest

from buildplan.v1.document_pb2 import Document, DocumentKind
from buildplan.v1.plan_pb2 import Patch, Plan
from buildplan.v1.quality_gate_pb2 import GateCategory, QualityGate
from services.coordinator.plans import build_plan
from services.coordinator.plans.gate.categories import CATEGORIES
from services.coordinator.plans.gate.judge import judge
from services.coordinator.plans.gate.vocabulary import asks_precision, is_stainless
from tests.unit.plans.job import SOURCES, done, failed, full_patches, inferred, inputs, tie

Change = Callable[[dict[str, Patch]], object]


def verdict(change: Change | None = None, **given: object) -> QualityGate:
    patches = full_patches()
    if change:
        change(patches)
    return build_plan(inputs(patches, **given)).quality_gate  # type: ignore[arg-type]


def category(gate: QualityGate, title: str) -> GateCategory:
    return next(each for each in gate.categories if each.title == title)


def codes(gate: QualityGate) -> list[str]:
    return [blocker.code for blocker in gate.blockers]


def test_the_designs_weights() -> None:
    assert {each.title: each.weight for each in CATEGORIES} == {
        "Keys to the project": 15,
        "Quality plan": 20,
        "Purchasing risk": 15,
        "Build strategy": 15,
        "Execution strategy": 15,
        "Release plan": 10,
        "Packaging and shipping": 10,
    }


def test_a_complete_and_proven_plan_passes_with_full_score() -> None:
    gate = verdict()
    assert [each.score for each in gate.categories] == [4] * 7
    assert (gate.score, gate.threshold, gate.blocked) == (100, 85, False)
    assert not gate.blockers
    assert all(len(each.reasons) == 4 and not each.fixes for each in gate.categories)


def test_an_empty_plan_scores_nothing_and_says_what_is_missing() -> None:
    gate = build_plan(inputs({}, statuses=done())).quality_gate
    assert gate.score == 0
    assert gate.blocked
    assert all(len(each.fixes) == 4 and each.suggested_owner for each in gate.categories)


@pytest.mark.parametrize(
    ("change", "title", "score"),
    [
        (lambda p: p["pma"].sections.purchasing.ClearField("quantities"), "Keys to the project", 97),
        (lambda p: p["qma"].sections.quality_plan.ClearField("inspection_levels"), "Quality plan", 95),
        (lambda p: p["qma"].sections.quality_plan.ClearField("documentation"), "Quality plan", 95),
        (lambda p: p["qma"].sections.quality_plan.ClearField("cleanliness"), "Quality plan", 95),
        (lambda p: p["pma"].sections.purchasing.ClearField("material_certificates"), "Purchasing risk", 96.25),
        (lambda p: p["ema"].sections.engineering_instructions.ClearField("exceptional_steps"), "Build strategy", 96.25),
        (lambda p: p["sca"].sections.execution_strategy.ClearField("notes"), "Execution strategy", 96.25),
        (lambda p: p["sca"].sections.release_plan.ClearField("do_early"), "Release plan", 97.5),
        (lambda p: p["sca"].sections.release_plan.risks[0].ClearField("owner"), "Release plan", 97.5),
    ],
)
def test_what_is_missing_costs_a_point_in_its_category(change: Change, title: str, score: float) -> None:
    gate = verdict(change)
    lowered = category(gate, title)
    assert lowered.score == 3
    assert len(lowered.fixes) == 1
    assert gate.score == pytest.approx(score, abs=1)
    assert not gate.blocked


def test_packaging_must_speak_of_protection_shipment_and_marking() -> None:
    def change(patches: dict[str, Patch]) -> None:
        lines = patches["pma"].sections.purchasing.packaging_and_shipping
        lines[0].text = "Pack in wooden crates"

    assert category(verdict(change), "Packaging and shipping").score == 2


def test_a_tie_costs_a_point_and_does_not_block_by_itself() -> None:
    gate = verdict(conflicts=[tie()])
    keys = category(gate, "Keys to the project")
    assert keys.score == 3
    assert any("customer" in reason for reason in keys.reasons)
    assert not gate.blocked


def test_a_blocking_question_without_assumption_costs_a_point_and_blocks() -> None:
    conflict = tie()
    conflict.working_assumption = ""
    gate = verdict(conflicts=[conflict])
    assert category(gate, "Execution strategy").score == 3
    assert codes(gate) == ["BLOCKING_QUESTION_OPEN"]
    assert "6 mm or 8 mm" in gate.blockers[0].message
    assert gate.blocked


def test_what_only_reference_papers_say_is_no_fact_of_the_job() -> None:
    references = []
    for source in SOURCES:
        references.append(Document())
        references[-1].CopyFrom(source)
        references[-1].kind = DocumentKind.DOCUMENT_KIND_GENERIC_SPECIFICATION
    gate = verdict(sources=references)
    assert {each.title: each.score for each in gate.categories} == {
        "Keys to the project": 2,
        "Quality plan": 3,
        "Purchasing risk": 3,
        "Build strategy": 3,
        "Execution strategy": 4,
        "Release plan": 4,
        "Packaging and shipping": 3,
    }
    assert gate.blocked


def test_a_quantity_without_a_figure_is_not_known() -> None:
    def change(patches: dict[str, Patch]) -> None:
        patches["pma"].sections.purchasing.quantities[0].text = "Quantity as ordered"

    assert category(verdict(change), "Keys to the project").score == 3


def test_a_routing_that_leaves_out_what_quality_wants_costs_a_point() -> None:
    gate = verdict(lambda p: p["ema"].sections.engineering_instructions.quality_routing.pop(3))
    assert category(gate, "Build strategy").score == 3


def _uncited_ctq(patches: dict[str, Patch]) -> None:
    patches["qma"].sections.quality_plan.ctqs.add(statement=inferred("Bore is round"))


def _uncited_hold(patches: dict[str, Patch]) -> None:
    patches["qma"].sections.quality_plan.hold_points.add(statement=inferred("Hold before the weld"))


def _unverified(patches: dict[str, Patch]) -> None:
    patches["sca"].sections.execution_strategy.notes[0].citations[0].quote = "Monthly report"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (_uncited_ctq, "CTQ_WITHOUT_CITATION"),
        (_uncited_hold, "HOLD_POINT_WITHOUT_CITATION"),
        (
            lambda p: p["pma"].sections.purchasing.long_lead_items[0].ClearField("mitigation"),
            "LONG_LEAD_WITHOUT_MITIGATION",
        ),
        (lambda p: p["qma"].sections.quality_plan.ClearField("passivation"), "NO_PASSIVATION_DECISION"),
        (lambda p: p["ema"].sections.engineering_instructions.ClearField("fixtures"), "NO_FIXTURE_PLAN"),
        (_unverified, "UNVERIFIED_CITATION"),
    ],
)
def test_each_blocker_blocks_a_plan_that_scores_enough(change: Change, code: str) -> None:
    gate = verdict(change)
    assert codes(gate) == [code]
    assert gate.score >= 85
    assert gate.blocked
    blocker = gate.blockers[0]
    assert blocker.message
    assert blocker.fix
    assert blocker.suggested_owner
    assert bool(blocker.statement_ids) == (code != "NO_PASSIVATION_DECISION")


def test_a_plan_with_a_missing_section_is_blocked_and_says_why() -> None:
    patches = full_patches()
    del patches["ema"]
    plan = build_plan(inputs(patches, statuses=[*done("qma", "pma", "sca"), failed("ema")]))
    assert plan.quality_gate.score == 85
    assert codes(plan.quality_gate) == ["SECTION_MISSING", "NO_FIXTURE_PLAN"]
    assert "ema does not answer" in category(plan.quality_gate, "Build strategy").reasons[0]


def test_judging_never_edits_the_plan_and_is_deterministic() -> None:
    for plan in (Plan(), build_plan(inputs()), build_plan(inputs({}, conflicts=[tie()]))):
        before = plan.SerializeToString(deterministic=True)
        one, other = judge(plan), judge(plan)
        assert plan.SerializeToString(deterministic=True) == before
        assert one.SerializeToString(deterministic=True) == other.SerializeToString(deterministic=True)


@pytest.mark.parametrize(
    "text",
    [
        "316L plate",
        "AISI 304",
        "type 316",
        "stainless steel",
        "1.4404 tube",
        "17-4 PH bar",
        "S31603",
        "Grade 410",
        "CRES",
    ],
)
def test_stainless_grades_are_known(text: str) -> None:
    plan = Plan()
    plan.sections.purchasing.materials.add(text=text)
    assert is_stainless(plan)


@pytest.mark.parametrize(
    "text", ["A36 plate", "6061-T6", "304 pieces of S235", "Ti-6Al-4V", "1.0038", "410 mm long bar"]
)
def test_other_materials_are_not_stainless(text: str) -> None:
    plan = Plan()
    plan.sections.purchasing.materials.add(text=text)
    plan.sections.engineering_instructions.exceptional_steps.add(text="Use a stainless wire brush")
    assert not is_stainless(plan)


@pytest.mark.parametrize(
    "text",
    [
        "±0.1",
        "12.000 +0.018/0 mm",
        "+/- .005 in",
        "flatness 0.5",
        "true position of holes",
        "20 H7",
        "+0,2/-0,2",
        '±.010"',
    ],
)
def test_precision_is_asked_for(text: str) -> None:
    assert asks_precision([text])


@pytest.mark.parametrize("text", ["±1 mm", "+/- 1/16", "+2/-1", "edge break", "", "± 0.06 in", "±0.0"])
def test_coarse_tolerances_ask_for_none(text: str) -> None:
    assert not asks_precision([text])
