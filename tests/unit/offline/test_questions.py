from __future__ import annotations

import pytest

from buildplan.v1.plan_pb2 import OpenQuestion
from services.ema.profile import PROFILE as EMA
from services.pma.profile import PROFILE as PMA
from services.qma.profile import PROFILE as QMA
from services.sca.profile import PROFILE as SCA
from services.specialist.profile import Profile
from tests.unit.offline.packs import DRAWING, ORDER, SPEC, PackBuilder, pack_of, patch_of


def asked(profile: Profile, *texts: str) -> dict[str, OpenQuestion]:
    questions = patch_of(profile, pack_of(*texts, kind=ORDER)).open_questions
    return {question.statement.text: question for question in questions}


@pytest.mark.parametrize(
    ("profile", "word", "answer"),
    [
        (QMA, "hold or witness", "Hold point: fit-up shall be released before welding."),
        (QMA, "first article", "A first article inspection per AS9102 is required."),
        (QMA, "cleanliness", "Parts shall be free of oil and grease."),
        (PMA, "material and grade", "MATERIAL: 316L PLATE PER ASTM A240."),
        (PMA, "takes precedence", "In case of conflict the drawing takes precedence."),
        (PMA, "packed", "Frames shall be crated."),
        (SCA, "When are the goods due", "Deliver all frames by 30 April 2027."),
        (EMA, "surface texture", "SURFACE ROUGHNESS Ra 0.8 µm MAX."),
        (EMA, "edges", "BREAK SHARP EDGES 0.5 mm MAX."),
    ],
)
def test_what_is_not_found_is_asked_and_what_is_found_is_not(profile: Profile, word: str, answer: str) -> None:
    assert any(word in question for question in asked(profile, "Nothing of use stands here, in 2 words."))
    assert not any(word in question for question in asked(profile, answer))


def test_passivation_is_asked_of_stainless_only_and_blocks() -> None:
    wanted = "Is passivation required for the stainless parts, and to which standard and method?"
    assert wanted not in asked(QMA, "MATERIAL: 6061-T6 ALUMINUM.")
    question = asked(QMA, "MATERIAL: 316L STAINLESS STEEL.")[wanted]
    assert question.blocking
    assert question.ask == "customer"
    assert question.statement.citations[0].quote == "MATERIAL: 316L STAINLESS STEEL."


def test_a_blank_date_is_asked() -> None:
    (question,) = (text for text in asked(SCA, "FAI approval date: ________") if "blank" in text)
    assert "FAI approval date" in question


def test_papers_that_are_cited_and_not_supplied_are_named_once() -> None:
    builder = PackBuilder().document("PO", ORDER, number="4500")
    builder.passage("Pack frames per packaging specification PK-118, see Appendix C.")
    builder.passage("Crate drawings are given in Appendix C.")
    builder.passage("Build to drawing BR-2041, test per ASTM E165.")
    builder.document("BR-2041", DRAWING, number="BR-2041", revision="B").passage("WELD PER AWS D1.6.")
    items = [item.text for item in patch_of(EMA, builder.pack).sections.engineering_instructions.open_items]
    assert items == ["Appendix C is cited and was not supplied.", "PK-118 is cited and was not supplied."]


def test_an_appendix_that_is_there_is_not_missing() -> None:
    builder = PackBuilder().document("SPEC", SPEC, revision="A").passage("Pack per Appendix C.")
    builder.passage("Appendix C Packaging")
    assert not patch_of(EMA, builder.pack).sections.engineering_instructions.open_items


def test_a_drawing_without_a_revision_is_asked_about() -> None:
    builder = PackBuilder().document("BR-2041", DRAWING).passage("WELD PER AWS D1.6.")
    patch = patch_of(EMA, builder.pack)
    assert any("No revision letter" in item.text for item in patch.sections.engineering_instructions.open_items)
    assert any("Which revision" in question.statement.text for question in patch.open_questions)
