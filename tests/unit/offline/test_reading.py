"""From passages to findings: roles, repetitions, tables and the losing side of a conflict."""

from __future__ import annotations

import pytest

from buildplan.v1.conflict_pb2 import ConflictSide, DocumentConflict
from buildplan.v1.document_pb2 import Passage
from buildplan.v1.fact_pb2 import TOPIC_THICKNESS
from services.specialist.offline.reader import read_whole
from services.specialist.offline.tables import is_header
from tests.unit.offline.packs import DRAWING, ORDER, PackBuilder

PASSIVATE = "Frames shall be passivated per ASTM A967."


@pytest.mark.parametrize("role", [Passage.ROLE_HEADING, Passage.ROLE_HEADER_FOOTER, Passage.ROLE_CONTENTS])
def test_headings_headers_and_contents_are_no_findings(role: Passage.Role.ValueType) -> None:
    pack = PackBuilder().document("d1").passage(PASSIVATE, role).pack
    assert read_whole(pack).findings == ()


def test_a_drawing_repeats_its_requirements_from_sheet_to_sheet() -> None:
    builder = PackBuilder().document("d1", DRAWING)
    builder.passage("LINEAR ±1.0 mm", Passage.ROLE_HEADER_FOOTER).passage(
        "LINEAR ±1.0 mm", Passage.ROLE_HEADER_FOOTER, page=2
    )
    (finding,) = read_whole(builder.pack).findings
    assert finding.target == "quality_plan.ctqs"
    assert [citation.page for citation in finding.citations] == [1, 2]


def test_the_same_sentence_in_two_papers_is_one_line_with_two_citations() -> None:
    pack = PackBuilder().document("d1").passage(PASSIVATE).document("d2").passage(f"3.1 {PASSIVATE.upper()}").pack
    (finding,) = read_whole(pack).findings
    assert [citation.document for citation in finding.citations] == ["d1", "d2"]
    assert finding.citations[1].quote == PASSIVATE.upper()


def test_under_definitions_only_demands_count() -> None:
    builder = PackBuilder().document("d1", ORDER)
    builder.passage("COC: certificate of conformance 1", heading="1. DEFINITIONS")
    builder.passage("Each COC shall be signed.", heading="1. DEFINITIONS")
    assert [finding.text for finding in read_whole(builder.pack).findings] == ["Each COC shall be signed."]


def test_the_losing_side_of_a_conflict_is_not_presented_as_valid() -> None:
    builder = PackBuilder().document("d1", DRAWING).passage("BASE PLATE: THICKNESS 6.35 mm.")
    winner = builder.fact(TOPIC_THICKNESS, "base plate", "6.35 mm", 6.35)
    builder.document("d2").passage("3.2 The base plate shall be 5 mm thick.")
    loser = builder.fact(TOPIC_THICKNESS, "base plate", "5 mm", 5)
    builder.pack.conflicts.append(
        DocumentConflict(
            topic=TOPIC_THICKNESS,
            subject="base plate",
            state=DocumentConflict.STATE_RESOLVED_BY_PRECEDENCE,
            winning_value="6.35 mm",
            sides=[ConflictSide(fact=winner, precedence=1), ConflictSide(fact=loser, precedence=3)],
        )
    )
    assert [finding.text for finding in read_whole(builder.pack).findings] == ["BASE PLATE: THICKNESS 6.35 mm."]
    assert [fact.value for fact in read_whole(builder.pack).facts(TOPIC_THICKNESS)] == ["6.35 mm"]


def test_a_tie_lists_both_sides() -> None:
    builder = PackBuilder().document("d1", DRAWING).passage("BASE PLATE: THICKNESS 6.35 mm.")
    one = builder.fact(TOPIC_THICKNESS, "base plate", "6.35 mm", 6.35)
    builder.document("d2", ORDER).passage("The base plate shall be 5 mm thick.")
    two = builder.fact(TOPIC_THICKNESS, "base plate", "5 mm", 5)
    builder.pack.conflicts.append(
        DocumentConflict(
            topic=TOPIC_THICKNESS,
            state=DocumentConflict.STATE_TIE,
            sides=[ConflictSide(fact=one, precedence=1), ConflictSide(fact=two, precedence=1)],
        )
    )
    assert len(read_whole(builder.pack).findings) == 2


def rows_of(*rows: str) -> list[tuple[str, str]]:
    builder = PackBuilder().document("d1", ORDER)
    for row in rows:
        builder.passage(row, Passage.ROLE_TABLE_ROW)
    return [(finding.target, finding.text) for finding in read_whole(builder.pack).findings]


def test_columns_tell_what_a_row_is() -> None:
    row = "15 | GR-400 | Gear reducer | 1 | 26"
    assert rows_of("Item | Part no. | Description | Qty | Lead time (weeks)", row) == [
        ("purchasing.materials", row),
        ("purchasing.long_lead_items", row),
    ]


def test_an_inspection_plan_has_hold_points_and_tests() -> None:
    header = "Op | Characteristic | Method | Extent | Acceptance | Point"
    held = "20 | Fit-up of frame | Tape | 100 % | Gap 1.5 mm | Hold"
    tested = "30 | Welds | Visual inspection, AWS D1.6 | 100 % | No cracks | Inspect"
    assert rows_of(header, held, tested) == [
        ("quality_plan.hold_points", held),
        ("quality_plan.required_tests", tested),
    ]


def test_a_revision_history_is_silent() -> None:
    assert rows_of("REV | DESCRIPTION | DATE | APPROVED", "B | WELD SIZE CHANGED | 2026-10-14 | H. L.") == []


@pytest.mark.parametrize(
    ("row", "header"),
    [
        ("Item | Part no. | Description | Qty", True),
        ("Milestone | Date | Evidence", True),
        ("1 | BR-2041 | Long rail | 2", False),
        ("Structural | Dye penetrant | 20 % | No indications", False),
    ],
)
def test_rows_of_column_names_are_told_apart(row: str, header: bool) -> None:
    assert is_header(row) is header
