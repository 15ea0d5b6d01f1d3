"""Papers of several jobs are asked about."""

from __future__ import annotations

from services.ema.profile import PROFILE as EMA
from tests.unit.offline.packs import DRAWING, ORDER, SPEC, PackBuilder, patch_of


def questions(builder: PackBuilder) -> list[str]:
    asked = patch_of(EMA, builder.pack).open_questions
    return [each.statement.text for each in asked if each.blocking and "belong to this job" in each.statement.text]


def two_drawings(*numbers: str) -> PackBuilder:
    builder = PackBuilder()
    for place, number in enumerate(numbers):
        builder.document(f"d{place}", DRAWING, number=number, revision="A").passage(f"DRAWING {number}")
    return builder


def test_drawings_that_nothing_connects_are_asked_about() -> None:
    (question,) = questions(two_drawings("MS14179", "AB-2041"))
    assert "MS14179 (d0.pdf); AB-2041 (d1.pdf)" in question


def test_a_paper_that_names_both_connects_them() -> None:
    builder = two_drawings("MS14179", "AB-2041").document("po", ORDER)
    builder.passage("Make 4 EA per drawings ms14179 and AB-2041.")
    assert questions(builder) == []


def test_numbers_of_one_family_belong_together() -> None:
    assert questions(two_drawings("BR-2041-01", "BR-2041-02")) == []


def test_specifications_belong_to_any_job() -> None:
    builder = two_drawings("BR-2041").document("s", SPEC, number="NB-SPEC-118").passage("Clean the parts.")
    assert questions(builder) == []
