"""Grades, standards, finishes, durations and counts: one spelling for each value."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.facts import counts, durations, finishes, grades, revisions, standards, tolerances
from services.facts.values import Value


@pytest.mark.parametrize(
    ("find", "written", "value"),
    [
        (grades.find_grades, "304L", "304L"),
        (grades.find_grades, "AISI 304 L", "304L"),
        (grades.find_grades, "1.4307", "304L"),
        (grades.find_grades, "UNS S30403", "304L"),
        (grades.find_grades, "type 316 stainless steel", "316"),
        (grades.find_grades, "SS304", "304"),
        (grades.find_grades, "17-4 PH H900", "17-4PH-H900"),
        (grades.find_grades, "6061-T6", "6061-T6"),
        (grades.find_grades, "ASTM A36", "A36"),
        (grades.find_grades, "304/304L", "304/304L"),
        (grades.find_grades, "ER308L", "ER308L"),
        (standards.find_weld_codes, "AWS D1.6", "AWS D1.6"),
        (standards.find_weld_codes, "D1.6/D1.6M:2017", "AWS D1.6"),
        (standards.find_weld_codes, "ISO 5817 level B", "ISO 5817 level B"),
        (standards.find_weld_codes, "ANSI/AWS D17.1", "AWS D17.1"),
        (standards.find_weld_processes, "TIG", "GTAW"),
        (standards.find_weld_processes, "gas metal arc", "GMAW"),
        (standards.find_passivation, "ASTM A967, NITRIC 2", "ASTM A967 nitric 2"),
        (standards.find_passivation, "A967/A967M-17", "ASTM A967"),
        (standards.find_passivation, "AMS2700", "AMS 2700"),
        (standards.find_passivation, "no passivation", "not required"),
        (finishes.find_finishes, "#4 finish", "No. 4"),
        (finishes.find_finishes, "2B mill finish", "2B"),
        (finishes.find_finishes, "powder coat, RAL 7035", "powder coat RAL 7035"),
        (finishes.find_finishes, "anodized type II", "anodize type II"),
        (finishes.find_roughness, "63 Ra", "Ra 1.6 µm"),
        (finishes.find_roughness, "32 µin Ra", "Ra 0.8 µm"),
        (finishes.find_roughness, "Ra ≤ 0,8 µm", "Ra 0.8 µm"),
        (durations.find_durations, "8 weeks", "56 days"),
        (durations.find_durations, "10 working days", "14 days"),
        (durations.find_durations, "thirty (30) days", "30 days"),
        (durations.find_working_durations, "48 hours", "2 working days"),
        (durations.find_working_durations, "two weeks", "10 working days"),
        (counts.find_ppap_levels, "PPAP Level three", "level 3"),
        (counts.find_ppap_levels, "level 4 PPAP", "level 4"),
        (counts.find_quantities, "Qty: 1,200", "1200"),
        (counts.find_quantities, "24 EA", "24"),
        (counts.find_test_extents, "PT 100 % of welds", "100 %"),
        (tolerances.find_tolerances, "+/- .005 in", "±0.127 mm"),
        (tolerances.find_tolerances, "ISO 2768-mK", "ISO 2768-mK"),
        (tolerances.find_tolerances, "±0.5°", "±0.5 deg"),
        (revisions.find_revisions, "drawing BR-2041 rev C", "C"),
        (revisions.find_revisions, "SPEC-100 (Revision 3)", "3"),
    ],
)
def test_one_spelling(find: Callable[[str], list[Value]], written: str, value: str) -> None:
    assert [found.value for found in find(written)] == [value]


@pytest.mark.parametrize(
    ("find", "text"),
    [
        (grades.find_grades, "quantity 316"),
        (grades.find_grades, "per ASTM A967"),
        (grades.find_grades, "step 304"),
        (standards.find_weld_processes, "MIGRATE the data"),
        (finishes.find_finishes, "clause 1.2b"),
        (finishes.find_finishes, "polyethylene film"),
        (counts.find_quantities, "4 readings per face"),
        (counts.find_quantities, "sample of 5 pcs"),
        (counts.find_ppap_levels, "PPAP level 9"),
        (counts.find_test_extents, "125 % of 1,800 kg visual"),
        (counts.find_test_extents, "pay 30 %"),
        (revisions.find_revisions, "Sheet 1 rev B"),
    ],
)
def test_look_alikes_are_no_values(find: Callable[[str], list[Value]], text: str) -> None:
    assert find(text) == []


@pytest.mark.parametrize(
    ("first", "second", "same"),
    [("304/304L", "304L", True), ("6061", "6061-T6", True), ("304", "304L", False), ("316", "316L", False)],
)
def test_grades_that_one_metal_meets_are_the_same(first: str, second: str, same: bool) -> None:
    assert grades.same_grade(first, second) is same
    assert grades.same_grade(second, first) is same


@pytest.mark.parametrize(
    ("first", "second", "same"),
    [
        ("ASTM A967", "ASTM A967 citric 4", True),
        ("citric 4", "ASTM A967 citric 4", True),
        ("ASTM A967 nitric 2", "ASTM A967 citric 4", False),
        ("AMS 2700", "ASTM A967", False),
    ],
)
def test_a_more_exact_claim_agrees_with_the_less_exact(first: str, second: str, same: bool) -> None:
    assert standards.refines(first, second) is same
    assert standards.refines(second, first) is same


@given(st.integers(1, 52))
def test_weeks_and_days_agree(weeks: int) -> None:
    assert (
        durations.find_durations(f"{weeks} weeks")[0].number == durations.find_durations(f"{7 * weeks} days")[0].number
    )


@given(st.integers(1, 40), st.integers(0, 12))
def test_a_range_counts_by_its_longer_end(low: int, width: int) -> None:
    found = durations.find_durations(f"{low}-{low + width} weeks")[0]
    assert (found.number, found.margin) == (7 * (low + width), 7 * width)


@given(st.integers(1, 999_999))
def test_quantities_read_back(pieces: int) -> None:
    assert counts.find_quantities(f"Qty {pieces:,}")[0].number == pieces
    assert counts.quantity_cell(f"{pieces} EA")[0].number == pieces
