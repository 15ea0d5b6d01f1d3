"""What the specialists make of lines that several papers, or a table, give."""

from __future__ import annotations

import pytest

from buildplan.v1.document_pb2 import DocumentKind, Passage
from services.ema.profile import PROFILE as EMA
from services.pma.profile import PROFILE as PMA
from services.qma.profile import PROFILE as QMA
from services.specialist.offline.reader import read_whole
from services.specialist.offline.tables import in_words
from tests.unit.offline.packs import PackBuilder, pack_of, patch_of


def test_an_item_that_two_papers_name_differently_is_bought_once() -> None:
    lead_times = ("Gear reducer GR-400: lead time 26 weeks.", "Gear reducer, lead time 26 weeks, single source.")
    patch = patch_of(PMA, pack_of(*lead_times, kind=DocumentKind.DOCUMENT_KIND_QUOTE))
    assert [line.item for line in patch.sections.purchasing.long_lead_items] == ["Gear reducer GR-400"] * 2
    assert sum("Gear reducer" in task.statement.text for task in patch.tasks) == 1
    assert sum("Gear reducer" in request.text for request in patch.sections.purchasing.rfqs) == 1


def test_a_row_of_an_inspection_plan_stops_the_routing_in_words() -> None:
    builder = PackBuilder().document("itp", DocumentKind.DOCUMENT_KIND_INSPECTION_PLAN)
    for row in ("No | Characteristic | Method | Point", "20 | Fit-up of first article | Tape | Hold"):
        builder.passage(row, Passage.ROLE_TABLE_ROW)
    steps = patch_of(EMA, builder.pack).sections.engineering_instructions.quality_routing
    assert [step.statement.text for step in steps] == [
        "Fit up and tack.",
        "Stop for: Fit-up of first article; Tape; Hold",
    ]


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ("20 | Fit-up |  | Hold", "Fit-up; Hold"),
        ("A1 | Bore", "A1; Bore"),
        ("Weld per AWS D1.6.", "Weld per AWS D1.6."),
        ("20", "20"),
    ],
)
def test_a_row_in_words(row: str, words: str) -> None:
    assert in_words(row) == words


def test_a_report_of_measurements_gives_its_characteristics() -> None:
    builder = PackBuilder().document("cmm", DocumentKind.DOCUMENT_KIND_OTHER)
    names = "Features | RUN_A1 | RUN_A2 | RUN_A3 | Upper Tolerance | Nominal | Lower Tolerance | Maximum | Ppk"
    for row in (names, "HOLE 12", "DIAMETER1 | 3.308 | 3.31 | 3.30 | 0.2 | 3.3 | -0.2 | 3.31 | 2.2"):
        builder.passage(row, Passage.ROLE_TABLE_ROW)
    (line,) = patch_of(QMA, builder.pack).sections.quality_plan.ctqs
    measured = "Features DIAMETER1; Upper Tolerance 0.2; Nominal 3.3; Lower Tolerance -0.2; Maximum 3.31; Ppk 2.2"
    assert line.statement.text == f"HOLE 12: {measured}"
    assert line.statement.citations[0].quote.startswith("DIAMETER1 | 3.308")


def test_a_table_that_repeats_a_requirement_is_another_place_of_it() -> None:
    builder = PackBuilder().document("std", DocumentKind.DOCUMENT_KIND_GENERIC_SPECIFICATION)
    builder.passage("[MPR 36] For metallic materials, the alloy and heat treatment shall match those in MMPDS.")
    row = "4.1.8 | Design | [MPR 36] For metallic materials, the alloy and heat treatment shall match those | Since"
    builder.passage(row, Passage.ROLE_TABLE_ROW)
    (finding,) = read_whole(builder.pack).findings
    assert finding.text == "For metallic materials, the alloy and heat treatment shall match those in MMPDS."
    assert [citation.quote for citation in finding.citations] == [finding.text, row]


def test_a_standard_beside_its_title_is_a_reference() -> None:
    builder = PackBuilder().document("std", DocumentKind.DOCUMENT_KIND_GENERIC_SPECIFICATION)
    builder.passage("AWS D17.2/D17.2M (2013) | Specification for Resistance Welding", Passage.ROLE_TABLE_ROW)
    builder.passage("AWS D17.2 | Resistance welds shall meet class A.", Passage.ROLE_TABLE_ROW)
    targets = [finding.target for finding in read_whole(builder.pack).findings]
    assert targets == ["engineering_instructions.referenced_standards", "engineering_instructions.exceptional_steps"]
