"""Lists, agreements, page breaks, titles: what a sentence owes to the text around it."""

from __future__ import annotations

import pytest

from buildplan.v1.document_pb2 import DocumentKind, Passage
from services.specialist.offline.page_breaks import continuations
from services.specialist.offline.reader import read_whole
from tests.unit.offline.packs import DRAWING, ORDER, SPEC, PackBuilder, sections_of

AGREEMENT = ("This Agreement binds both sides.",) * 5
TERMS = "purchasing.contract_terms"


def found(builder: PackBuilder) -> list[tuple[str, str]]:
    return [(finding.target, finding.text) for finding in read_whole(builder.pack).findings]


def test_items_inherit_force_and_section_of_the_sentence_before_the_list() -> None:
    builder = PackBuilder().document("d1")
    builder.passage("The data package shall include the following items.", heading="Deliverables")
    builder.passage("a. Name of the laboratory", heading="Deliverables")
    builder.passage("b. Address of the maker", heading="Deliverables")
    builder.passage("The laboratory was founded in 1974.", heading="Deliverables")
    builder.passage("c. Age of the founder", heading="Deliverables")
    assert found(builder)[1:] == [
        ("quality_plan.documentation", "Deliverables: Name of the laboratory"),
        ("quality_plan.documentation", "Deliverables: Address of the maker"),
    ]


def test_a_measured_item_is_shown_behind_its_heading_and_quotes_the_page() -> None:
    builder = PackBuilder().document("d1").passage("• 0 °C to 40 °C", heading="7.2 Operating temperature")
    (finding,) = read_whole(builder.pack).findings
    assert (finding.target, finding.text) == ("quality_plan.ctqs", "Operating temperature: 0 °C to 40 °C")
    assert finding.citations[0].quote == "0 °C to 40 °C"


@pytest.mark.parametrize(
    ("section", "sentence"),
    [
        (TERMS, "Acme may reject any part that does not meet the drawing."),
        (TERMS, "Acme will be entitled to a credit."),
        (TERMS, "Either party shall bear its own costs."),
        ("quality_plan.documentation", "Maker will share the results with Acme."),
        ("execution_strategy.time_boxes", "Maker will report any defect to Acme within 24 hours."),
        ("execution_strategy.notes", "The parties shall hold quarterly meetings of a committee."),
        ("quality_plan.hold_points", "Maker shall permit Acme to attend any test."),
        ("engineering_instructions.open_items", "3.4 [* * *]"),
    ],
)
def test_promises_and_rights_bind_in_an_agreement(section: str, sentence: str) -> None:
    assert (section, sentence) in sections_of(*AGREEMENT, sentence, kind=DocumentKind.DOCUMENT_KIND_OTHER)


def test_what_no_trade_claims_is_a_term_in_an_agreement_only() -> None:
    sentence = "Acme shall be kind to the cat."
    assert (TERMS, sentence) in sections_of(*AGREEMENT, sentence)
    assert sections_of(sentence) == []


def test_will_only_foretells_in_a_specification() -> None:
    assert sections_of("The sampling plans will not find every defect.") == []


@pytest.mark.parametrize(
    ("heading", "kind", "text"),
    [
        ("", SPEC, "Invoices and Payment Terms."),
        ("", SPEC, "MATERIAL:"),
        ("", SPEC, "Hardness"),
        ("13. INSTALLATION ACCESS", ORDER, "INSTALLATION ACCESS."),
        ("", SPEC, "Program managers shall:"),
        ("", SPEC, "Marshall Space Flight Center, Alabama, welding laboratory"),
    ],
)
def test_titles_and_names_are_no_findings(heading: str, kind: DocumentKind.ValueType, text: str) -> None:
    assert found(PackBuilder().document("d1", kind).passage(text, heading=heading)) == []


@pytest.mark.parametrize("note", ["PASSIVATED", "GRIND WELDS FLUSH.", "WELDED ALL AROUND."])
def test_notes_of_a_drawing_are_no_titles(note: str) -> None:
    assert [text for _, text in found(PackBuilder().document("d1", DRAWING).passage(note, heading=note))] == [note]


def test_a_line_of_a_drawing_is_not_shown_behind_the_note_above_it() -> None:
    builder = PackBuilder().document("d1", DRAWING).passage("• BORE ±0.02 mm", heading="GRIND WELDS FLUSH")
    assert found(builder) == [("quality_plan.ctqs", "BORE ±0.02 mm")]


def test_a_sentence_over_a_page_break_is_one_line_with_both_pages() -> None:
    builder = PackBuilder().document("d1").passage("All welds shall be liquid penetrant")
    builder.passage("ACME page 1", Passage.ROLE_HEADER_FOOTER)
    builder.passage("inspected after pickling. Parts shall be crated in plywood.", page=2)
    first, second = read_whole(builder.pack).findings
    assert first.text == "All welds shall be liquid penetrant inspected after pickling."
    assert [(each.page, each.quote) for each in first.citations] == [
        (1, "All welds shall be liquid penetrant"),
        (2, "inspected after pickling."),
    ]
    assert second.text == "Parts shall be crated in plywood."


def test_a_finished_sentence_does_not_go_on() -> None:
    builder = PackBuilder().document("d1").passage("Welds shall be ground.").passage("inspected parts", page=2)
    assert continuations(builder.pack.passages) == {}


def test_a_list_of_papers_is_a_list_of_references() -> None:
    builder = PackBuilder().document("d1").passage("Specification title | Description", Passage.ROLE_TABLE_ROW)
    builder.passage("Rack Specification | Describes the rack", Passage.ROLE_TABLE_ROW)
    assert found(builder) == [
        ("engineering_instructions.referenced_standards", "Rack Specification | Describes the rack")
    ]


def test_words_set_far_apart_are_no_row() -> None:
    row = "1 A | DCN000 | R. | GAMWELL | SUPERSEDES | BASELINE | DOCUMENT | IN | ITS | ENTIRETY"
    assert found(PackBuilder().document("d1").passage(row, Passage.ROLE_TABLE_ROW)) == []


@pytest.mark.parametrize("text", ["Deliver on or prior to January 1, 2013.", "LAST DELIVERY: 02/22/07"])
def test_dates_of_long_ago_are_no_milestones(text: str) -> None:
    assert [target for target, _ in sections_of(text, kind=ORDER) if target == "release_plan.milestones"] == []


@pytest.mark.parametrize(
    "text", ["When design values are not available, they shall be derived by test.", "____________ | ____________"]
)
def test_conditions_and_lines_to_sign_on_are_no_open_items(text: str) -> None:
    assert "engineering_instructions.open_items" not in [target for target, _ in sections_of(text, kind=SPEC)]


def test_the_title_that_a_clause_begins_with_is_no_order() -> None:
    builder = PackBuilder().document("d1")
    builder.passage("4.1.4 Test fixtures. The test fixtures shall be checked.", heading="4.1.4 Test fixtures")
    assert [text for _, text in found(builder)] == ["The test fixtures shall be checked."]
