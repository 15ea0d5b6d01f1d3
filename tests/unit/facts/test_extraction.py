from __future__ import annotations

import time

import pytest

from buildplan.v1 import document_pb2 as kinds
from buildplan.v1 import fact_pb2 as pb
from buildplan.v1.document_pb2 import Document, Page, Passage
from services.facts.extraction import extract_facts
from services.facts.papers import pages_to_search
from tests.unit.facts.papers import (
    DRAWING,
    EMAIL,
    LESSONS,
    ORDER,
    OTHER,
    QUOTE,
    SPECIFICATION,
    STANDARD,
    WORK,
    Job,
    facts_of,
)


def test_a_fact_cites_the_words_that_hold_it() -> None:
    job = Job()
    job.paper(SPECIFICATION, "General words. 3.2 The base plate shall be 1/4 in thick. More words.")
    [fact] = job.facts
    assert (fact.id, fact.topic, fact.subject, fact.value) == (
        "d1-thickness-1",
        pb.TOPIC_THICKNESS,
        "base plate",
        "6.35 mm",
    )
    assert fact.number == pytest.approx(6.35)
    assert fact.margin == pytest.approx(0.05)
    assert fact.citation.quote == "3.2 The base plate shall be 1/4 in thick."
    assert (fact.citation.document, fact.citation.page, fact.citation.passage_id) == (
        "sessions/s/documents/d1",
        1,
        "d1-p1-1",
    )
    assert fact.citation.file_name == "paper1.txt"


@pytest.mark.parametrize(
    "text",
    [
        "If the base plate is thicker than 3 mm, use 304L stainless.",
        "The plate shall be 304L or 316L stainless.",
        "Use 304L or equivalent.",
        "LIFTING LUGS ITEM 9: MATERIAL 304L IS ACCEPTABLE AS AN ALTERNATE.",
        "For example, AISI 316 is used in pumps.",
        "The last job was made of 304L.",
        "Can the base plate be 304L?",
        "Parts shall not be made of 304L.",
        "Thickness between 3 mm and 5 mm.",
    ],
)
def test_conditions_examples_choices_and_questions_claim_nothing(text: str) -> None:
    assert facts_of(SPECIFICATION, text) == []


def test_of_a_change_only_the_new_value_counts() -> None:
    [changed] = facts_of(EMAIL, "The base plate is 316L stainless instead of 304L stainless.")
    assert changed == ("base plate", "316L")
    [moved] = facts_of(EMAIL, "Delivery is moved from 18 December 2026 to 11 December 2026.")
    assert moved == ("", "2026-12-11")


def test_each_value_keeps_its_subject() -> None:
    assert facts_of(DRAWING, "BASE PLATE 304L STAINLESS, GUSSET 316L STAINLESS") == [
        ("base plate", "304L"),
        ("gusset", "316L"),
    ]
    assert facts_of(DRAWING, "304L base plate and 316L gusset") == [("base plate", "304L"), ("gusset", "316L")]


def test_two_deliverables_are_two_subjects() -> None:
    text = "Deliver the first article by 4 December 2026 and the balance by 15 January 2027."
    assert facts_of(ORDER, text) == [("first article", "2026-12-04"), ("balance", "2027-01-15")]


def test_dates_of_issue_and_validity_are_not_due_dates() -> None:
    assert (
        facts_of(ORDER, "Order date: 20 November 2026", "Quotation valid until 31 January 2027, delivery as agreed")
        == []
    )


def test_rows_are_read_by_their_header() -> None:
    rows = [
        "Item | Part no. | Description | Material | Thickness (mm) | Qty | Lead time (weeks)",
        "1 | BR-2041-07 | Base plate | 304 | 6.35 | 2 | 5",
    ]
    assert facts_of(OTHER, *rows) == [
        ("base plate", "304"),
        ("base plate", "6.35 mm"),
        ("base plate per assembly", "2"),
        ("base plate", "35 days"),
    ]


def test_an_order_line_is_read_by_its_header() -> None:
    rows = ["Line | Description | Qty | Due date", "1 | BR-2041 rev C, weldment | 24 EA | 18 Dec 2026"]
    assert set(facts_of(ORDER, *rows)) == {("br-2041", "24"), ("br-2041", "2026-12-18"), ("br-2041", "C")}


def test_pieces_in_an_assembly_are_not_pieces_ordered() -> None:
    rows = ["Part no. | Description | Qty", "BR-9 | Gusset | 4"]
    assert facts_of(DRAWING, *rows) == [("gusset per assembly", "4")]
    assert facts_of(QUOTE, *rows) == [("gusset", "4")]


def test_the_subject_may_stand_in_the_sentence_before() -> None:
    text = "Witness point: penetrant test. The Supplier shall give the Buyer 5 working days' notice."
    assert facts_of(WORK, text) == [("witness point", "5 working days")]


def test_notice_of_other_things_is_no_notice_period() -> None:
    assert facts_of(WORK, "Either party may end this agreement on thirty (30) days' notice.") == []
    assert facts_of(ORDER, "The Supplier shall notify the Buyer 30 days before a change of process.") == []


@pytest.mark.parametrize("kind", [STANDARD, LESSONS])
def test_standards_and_lessons_claim_nothing_about_this_job(kind: kinds.DocumentKind.ValueType) -> None:
    assert facts_of(kind, "The base plate shall be 304L stainless.") == []


def test_a_long_specification_is_a_standard() -> None:
    page = Page(number=1, passages=[Passage(id="p", page=1, role=Passage.ROLE_BODY, text="Weld per AWS D1.6.")])
    document = Document(name="sessions/s/documents/d", kind=SPECIFICATION, page_count=155)
    assert extract_facts(document, [page]) == []
    document.page_count = 10
    assert [fact.value for fact in extract_facts(document, [page])] == ["AWS D1.6"]


@pytest.mark.parametrize("shown_on", [1, 3, 4])
def test_of_a_standard_the_first_pages_claim_all_that_it_claims(shown_on: int) -> None:
    text = {shown_on: "PS-10 Revision C"}
    pages = [
        Page(number=number, passages=[Passage(id=f"p{number}", page=number, text=text.get(number, "Weld."))])
        for number in range(1, 101)
    ]
    document = Document(
        name="sessions/s/documents/d", kind=STANDARD, page_count=len(pages), number="PS-10", revision="C"
    )
    first = pages_to_search(document, pages)
    assert len(first) == 3
    assert extract_facts(document, first) == extract_facts(document, pages) != []


def test_contents_definitions_and_reference_lists_claim_nothing() -> None:
    passages = [
        Passage(id="1", page=1, role=Passage.ROLE_CONTENTS, text="3.4 AWS D1.6 welding ..... 7"),
        Passage(
            id="2",
            page=1,
            role=Passage.ROLE_BODY,
            text="AWS D1.1 Structural Welding Code",
            heading="2 Reference documents",
        ),
        Passage(id="3", page=1, role=Passage.ROLE_HEADING, text="Welding to AWS D1.2"),
    ]
    document = Document(name="sessions/s/documents/d", kind=SPECIFICATION, page_count=1)
    assert extract_facts(document, [Page(number=1, passages=passages)]) == []


def test_a_paper_states_its_own_revision() -> None:
    job = Job()
    job.paper(DRAWING, "DRAWING NO.", "BR-2041", "REV", "B", number="BR-2041", revision="B")
    [fact] = job.facts
    assert (fact.subject, fact.value, fact.citation.quote, fact.citation.passage_id) == ("br-2041", "B", "B", "d1-p1-4")


def test_a_revision_that_only_the_user_gave_has_no_quote() -> None:
    job = Job()
    job.paper(DRAWING, "PLATE", number="BR-2041", revision="D")
    assert [(fact.value, fact.citation.quote) for fact in job.facts] == [("D", "")]


def test_gauge_follows_the_metal() -> None:
    assert facts_of(DRAWING, "COVER: 11 GA STAINLESS STEEL") == [("cover", "3.175 mm")]
    assert facts_of(DRAWING, "COVER: 11 GA CARBON STEEL") == [("cover", "3.038 mm")]


def test_sheet_sizes_and_coatings_are_no_thickness() -> None:
    assert (
        facts_of(WORK, "Nest on 1500 x 3000 mm sheet.", "Coating thickness 0.1 mm.", "Plate thickness 3 mm min.") == []
    )


def test_155_pages_take_under_a_third_of_a_second() -> None:
    sentence = (
        "The supplier shall keep records of the welding process and deliver the parts with material certificates. "
    )
    pages = [
        Page(
            number=n,
            passages=[Passage(id=f"{n}-{k}", page=n, role=Passage.ROLE_BODY, text=sentence * 3) for k in range(10)],
        )
        for n in range(1, 156)
    ]
    document = Document(name="sessions/s/documents/d", kind=SPECIFICATION, page_count=40)
    start = time.process_time()
    extract_facts(document, pages)
    assert time.process_time() - start < 1.0, "0.3 s on an idle machine; three times that is a defect, not noise"


def test_a_drawings_title_block_is_read_by_its_labels() -> None:
    assert facts_of(DRAWING, "DRAWING NO.", "BR-2041", "REV", "B", "SCALE") == [("br-2041", "B")]
    assert facts_of(WORK, "DRAWING NO.", "BR-2041", "REV", "B") == []


def test_a_number_that_ends_in_its_revision_is_the_words_for_it() -> None:
    job = Job()
    job.paper(DRAWING, "MS14179A", number="MS14179A", revision="A")
    assert [fact.citation.quote for fact in job.facts] == ["MS14179A"]
