from __future__ import annotations

import pytest

from buildplan.v1.document_pb2 import Document, ReadingFinding
from buildplan.v1.plan_pb2 import Patch
from buildplan.v1.statement_pb2 import Statement
from services.contract.ownership import owners
from services.contract.statements import lines
from services.coordinator.plans import MalformedPatch, OwnershipViolation, build_plan, check_patch
from tests.unit.plans.job import cite, done, failed, full_patches, inferred, inputs, stated


@pytest.mark.parametrize("agent", ["qma", "pma", "sca", "ema"])
def test_each_agent_may_write_its_own_sections(agent: str) -> None:
    check_patch(agent, full_patches()[agent])


def test_a_patch_with_foreign_sections_is_refused_by_name() -> None:
    patch = full_patches()["qma"]
    patch.sections.purchasing.SetInParent()
    patch.sections.release_plan.do_early.append(inferred("x"))
    with pytest.raises(OwnershipViolation, match=r'"qma" wrote to purchasing, release_plan') as refusal:
        check_patch("qma", patch)
    assert refusal.value.sections == ("purchasing", "release_plan")
    with pytest.raises(OwnershipViolation):
        build_plan(inputs({"qma": patch}))


@pytest.mark.parametrize(
    ("statement", "problem"),
    [
        (Statement(text=" \n", basis=Statement.BASIS_INFERRED), "has no text"),
        (Statement(text="x"), "neither STATED nor INFERRED"),
        (Statement(text="x", basis=7), "neither STATED nor INFERRED"),  # type: ignore[arg-type]
        (Statement(text="x", basis=Statement.BASIS_STATED), "STATED without a citation"),
        (Statement(text="x", basis=Statement.BASIS_INFERRED, confidence=1.5), "confidence of 1.5"),
        (Statement(text="x", basis=Statement.BASIS_INFERRED, confidence=float("nan")), "confidence of nan"),
    ],
)
def test_malformed_lines_are_refused_with_their_place(statement: Statement, problem: str) -> None:
    patch = full_patches()["qma"]
    patch.sections.quality_plan.passivation.append(statement)
    with pytest.raises(MalformedPatch, match=rf"quality_plan\.passivation\[1\].*{problem}"):
        check_patch("qma", patch)


def test_questions_and_tasks_are_looked_at_too_and_all_problems_are_kept() -> None:
    patch = Patch()
    patch.open_questions.add(ask="customer")
    for _ in range(7):
        patch.tasks.add()
    with pytest.raises(MalformedPatch, match=r"open_questions\[0\].*tasks\[3\].*and 3 more") as refusal:
        check_patch("ema", patch)
    assert len(refusal.value.problems) == 8


def test_every_line_of_every_patch_arrives() -> None:
    patches = full_patches()
    plan = build_plan(inputs(patches))
    assert [status.section for status in plan.section_statuses] == list(owners())
    wanted = sorted(line.statement.text for patch in patches.values() for line in lines(patch.sections))
    assert sorted(line.statement.text for line in lines(plan.sections)) == wanted


def test_the_patches_are_not_touched_and_the_same_inputs_give_the_same_plan() -> None:
    patches = full_patches()
    before = {agent: patch.SerializeToString(deterministic=True) for agent, patch in patches.items()}
    one, other = build_plan(inputs(patches)), build_plan(inputs(dict(reversed(patches.items()))))
    assert one == other
    assert {agent: patch.SerializeToString(deterministic=True) for agent, patch in patches.items()} == before


def test_a_failed_agents_sections_are_empty_and_say_why() -> None:
    patches = full_patches()
    del patches["sca"]
    plan = build_plan(inputs(patches, statuses=[*done("qma", "pma", "ema"), failed("sca")]))
    by_section = {status.section: status.agent for status in plan.section_statuses}
    assert by_section["release_plan"].failure.reason == "UNREACHABLE"
    assert by_section["execution_strategy"].failure.reason == "UNREACHABLE"
    assert not plan.sections.HasField("release_plan")
    assert plan.sections.quality_plan.ctqs


def test_an_agent_without_status_or_patch_has_failed() -> None:
    plan = build_plan(inputs({"qma": full_patches()["qma"]}, statuses=[]))
    states = {status.section: status.agent for status in plan.section_statuses}
    assert states["purchasing"].failure.reason == "NO_PATCH"
    assert not states["quality_plan"].HasField("failure")


def test_what_could_not_be_read_is_said() -> None:
    findings = [
        ReadingFinding(code="SCANNED_PAGES", message="pages 3-5 are scans and no OCR is installed", pages=[3, 4, 5]),
        ReadingFinding(code="OCR_USED", message="page 1 was read by OCR"),
        ReadingFinding(code="WRONG_EXTENSION", message="it was read as PDF"),
    ]
    source = Document(name="sessions/s1/documents/x", file_name="x.pdf", findings=findings)
    plan = build_plan(inputs({}, sources=[source]))
    assert [(each.file_name, each.reason) for each in plan.unread] == [
        ("x.pdf", "pages 3-5 are scans and no OCR is installed")
    ]


def _pair(text: str, other: str, confidence: float, quote: str = "") -> tuple[Patch, Patch]:
    """Quality and engineering state one sentence of the drawing."""
    place = cite(quote or "Weld per AWS D1.6. Liquid penetrant test of all welds per ASTM E165.")
    again = cite(place.quote.replace(" ", "\n"))
    quality, engineering = Patch(), Patch()
    quality.sections.quality_plan.required_tests.append(stated(text, place, confidence=0.8))
    line = stated(other, again, confidence=confidence)
    engineering.sections.engineering_instructions.exceptional_steps.append(line)
    return quality, engineering


@pytest.mark.parametrize(("confidence", "kept"), [(0.7, "qma"), (0.8, "qma"), (0.9, "ema")])
def test_a_requirement_of_one_sentence_is_listed_once_by_the_surer_then_the_first(confidence: float, kept: str) -> None:
    text = "Liquid penetrant test of all welds per ASTM E165"
    quality, engineering = _pair(text, f"{text}.", confidence)
    plan = build_plan(inputs({"qma": quality, "ema": engineering}))
    assert bool(plan.sections.quality_plan.required_tests) == (kept == "qma")
    assert bool(plan.sections.engineering_instructions.exceptional_steps) == (kept == "ema")


def test_two_requirements_of_one_sentence_both_stay() -> None:
    quality, engineering = _pair("Penetrant test of all welds", "Weld per AWS D1.6", 0.9)
    plan = build_plan(inputs({"qma": quality, "ema": engineering}))
    assert len(lines(plan.sections)) == 2


def test_conclusions_and_lines_that_place_a_requirement_are_no_duplicates() -> None:
    quality, engineering = _pair(
        "Passivate per ASTM A967 after welding", "x", 0.9, "Passivate per ASTM A967 after welding"
    )
    sections = engineering.sections.engineering_instructions
    place = cite("Passivate per ASTM A967 after welding")
    sections.exceptional_steps[0].CopyFrom(inferred("Passivate per ASTM A967 after welding", place))
    sections.referenced_standards.add(designation="ASTM A967", statement=stated(place.quote))
    sections.quality_routing.add(op_no=10, statement=stated(place.quote))
    plan = build_plan(inputs({"qma": quality, "ema": engineering}))
    assert len(lines(plan.sections)) == 4


def test_the_same_line_twice_in_one_list_is_listed_once() -> None:
    patch = Patch()
    patch.sections.quality_plan.passivation.extend([stated("Passivate per ASTM A967 after welding")] * 3)
    assert len(build_plan(inputs({"qma": patch})).sections.quality_plan.passivation) == 1
