from __future__ import annotations

import pytest

from buildplan.v1 import fact_pb2 as pb
from buildplan.v1.conflict_pb2 import DocumentConflict
from services.coordinator.conflicts import find_conflicts, resolve
from services.runtime.errors import InvalidArgument
from tests.unit.facts.papers import DRAWING, EMAIL, ORDER, OTHER, QUOTE, SPECIFICATION, WORK, Job

TIE, BY_PRECEDENCE, BY_USER = (
    DocumentConflict.STATE_TIE,
    DocumentConflict.STATE_RESOLVED_BY_PRECEDENCE,
    DocumentConflict.STATE_RESOLVED_BY_USER,
)


def conflicts(job: Job, *earlier: DocumentConflict) -> list[DocumentConflict]:
    return find_conflicts("sessions/s", job.documents, job.facts, earlier)


def job(*papers: tuple[int, str]) -> Job:
    collected = Job()
    for kind, text in papers:
        collected.paper(kind, *text.split("\n"))  # type: ignore[arg-type]
    return collected


@pytest.mark.parametrize(
    ("drawing", "order"),
    [
        ("BASE PLATE 1/4 IN THICK", "The base plate shall be 6.35 mm thick."),
        ("BASE PLATE: 304L STAINLESS", "The base plate is 1.4307."),
        ("WELD PER AWS D1.6", "Weld to D1.6/D1.6M:2017."),
        ("SEALING SURFACE 63 Ra", "Sealing surface Ra 1.6 µm."),
        ("PASSIVATE PER ASTM A967", "Passivate per ASTM A967 citric 4."),
        ("MATERIAL: 304/304L STAINLESS", "Material: 304L."),
        ("COVER: 11 GA CARBON STEEL", "The cover is 3.0 mm thick."),
    ],
)
def test_one_value_in_two_spellings_is_no_conflict(drawing: str, order: str) -> None:
    assert conflicts(job((DRAWING, drawing), (ORDER, order))) == []


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("Weld by GTAW.\nWeld by GMAW.", "Weld by GMAW."),
        ("Certificate of conformance and EN 10204 type 3.1.", "Certificates per EN 10204 type 2.2."),
        ("ISO 2768-mK applies.", "Bore tolerance ±0.02 mm."),
        ("BASE PLATE: 304L STAINLESS", "The gusset is 316L stainless."),
        ("Weld to AWS D1.6.", "Procedures are qualified to ASME Section IX."),
        ("2B finish on all sheet.", "Powder coat RAL 7035."),
        ("Deliver the first article by 4 December 2026.", "Deliver the prototype by 18 December 2026."),
        ("Roughness of the sealing surface Ra 0.8 µm.", "Roughness of the vessel pad Ra 1.6 µm."),
        ("Penetrant test 10 % of fillet welds.", "Penetrant test 100 % of butt welds."),
        ("Deliver by 18 December 2026.", "Ship by 15 December 2026."),
        ("MATERIAL: 316L STAINLESS", "The hex bolt is 304 stainless steel."),
    ],
)
def test_facts_that_add_to_each_other_are_no_conflict(first: str, second: str) -> None:
    assert conflicts(job((DRAWING, first), (ORDER, second))) == []


@pytest.mark.parametrize(
    ("drawing", "order", "values"),
    [
        ("COVER: 3.0 mm THICK STAINLESS STEEL", "The cover is 11 ga stainless.", ["3 mm", "3.175 mm"]),
        ("MATERIAL: 304L STAINLESS", "Material: 316L stainless.", ["304L", "316L"]),
        (
            "PASSIVATE PER ASTM A967, NITRIC 2",
            "Passivate per ASTM A967, citric 4.",
            ["ASTM A967 nitric 2", "ASTM A967 citric 4"],
        ),
        ("WELD PER AWS D1.6", "Weld to AWS D1.1.", ["AWS D1.6", "AWS D1.1"]),
        ("POWDER COAT RAL 7035", "Powder coat RAL 9005.", ["powder coat RAL 7035", "powder coat RAL 9005"]),
        ("PPAP LEVEL 3", "PPAP level 4.", ["level 3", "level 4"]),
    ],
)
def test_drawing_against_order_is_a_tie_without_a_winner(drawing: str, order: str, values: list[str]) -> None:
    [found] = conflicts(job((DRAWING, drawing), (ORDER, order)))
    assert found.state == TIE
    assert found.winning_value == ""
    assert [side.fact.value for side in found.sides] == values
    assert found.question.endswith("are of equal precedence.")
    assert found.working_assumption.startswith(f"Plan with {values[1] if 'level' in values[1] else values[0]} ")


@pytest.mark.parametrize(
    ("drawing", "order"),
    [
        # packaging
        ("Pack in wooden crates.", "No wooden crates or pallets."),
        ("Parts are individually bagged.", "Parts are bulk packed."),
        ("Pack one part per box.", "Parts are packed in bulk."),
        ("Ship in returnable racks.", "Ship in expendable packaging."),
        ("Pack in ESD bags.", "Pack without ESD packaging."),
        ("Add desiccant to each bag.", "Pack without desiccant."),
        ("Wrap in VCI film.", "Wrap in film; VCI is prohibited."),
        ("Package per ASTM D3951.", "Package per MIL-STD-2073-1."),
        # thickness
        ("BASE PLATE 1/4 IN THICK", "The base plate shall be 8 mm thick."),
        ("COVER: 14 GA STAINLESS STEEL", "The cover is 2.5 mm thick."),
        # finish
        ("2B FINISH", "Bead blasted finish."),
        ("ANODIZE TYPE II", "Anodize type III."),
        # passivation
        ("PASSIVATE PER ASTM A967 NITRIC 2", "Passivate per AMS 2700."),
        # weld code
        ("WELD PER AWS D1.6", "Weld to AWS D9.1."),
        # tolerance
        ("BORE DIAMETER ±0.02 mm", "The bore diameter is held to ±0.05 mm."),
        ("TOLERANCES PER ISO 2768-m", "General tolerances ISO 2768-f."),
        # due date
        ("DELIVERY: 18 DEC 2026", "Deliver by 11 December 2026."),
        # PPAP
        ("PPAP LEVEL 3 REQUIRED", "Level 2 PPAP."),
    ],
)
def test_claims_that_exclude_each_other_conflict(drawing: str, order: str) -> None:
    [found] = conflicts(job((DRAWING, drawing), (ORDER, order)))
    assert found.state == TIE
    assert len(found.sides) == 2


@pytest.mark.parametrize(
    ("drawing", "order"),
    [
        # packaging
        ("Pack in wooden crates.", "Crates per ISPM 15."),
        ("Parts are individually bagged.", "Pack in returnable containers."),
        ("Wrap in VCI film.", "Add desiccant to each bag."),
        ("Pack in ESD bags.", "Package per ASTM D3951."),
        ("Steel racks.", "Parts are individually wrapped."),
        ("Pack one part per box.", "Parts are individually boxed."),
        # thickness
        ("BASE PLATE 6 mm THICK", "The cover is 3 mm thick."),
        ("BASE PLATE 0.250 IN THICK", "Base plate: 6.35 mm thick."),
        ("PLATE 6 mm THICK", "Coating thickness 80 µm."),
        # finish
        ("2B FINISH", "Powder coat RAL 7035."),
        ("POWDER COAT", "Powder coat RAL 7035."),
        # passivation
        ("PASSIVATE PER ASTM A967", "Passivate per ASTM A967 nitric 2."),
        # weld code
        ("WELD PER AWS D1.6", "Weld per AWS D1.6/D1.6M:2017."),
        # tolerance
        ("BORE DIAMETER ±0.02 mm", "Slot width ±0.05 mm."),
        ("BORE DIAMETER ±0.02 mm", "General tolerances ISO 2768-m."),
        # quantity
        ("QTY: 12 PCS", "Inspect 3 samples per lot of 12 pieces."),
        ("QTY: 12 PCS", "Quantity: 12 ea."),
        # due date
        ("DELIVERY: 18 DEC 2026", "Quote valid until 11 December 2026."),
        ("DELIVERY: 18 DEC 2026", "Delivery: 2026-12-18."),
        # PPAP
        ("PPAP LEVEL 3 REQUIRED", "PPAP level three."),
        ("PPAP LEVEL 3 REQUIRED", "A PPAP is required."),
    ],
)
def test_claims_that_can_both_be_met_do_not(drawing: str, order: str) -> None:
    assert conflicts(job((DRAWING, drawing), (ORDER, order))) == []


def test_a_quoted_quantity_gives_way_to_the_ordered_one() -> None:
    [found] = conflicts(job((QUOTE, "Quantity: 10 pieces."), (ORDER, "QTY: 12 PCS")))
    assert (found.topic, found.state, found.winning_value) == (pb.TOPIC_QUANTITY, BY_PRECEDENCE, "12")


def test_a_quantity_on_a_drawing_is_not_what_is_ordered() -> None:
    assert conflicts(job((DRAWING, "QTY: 12 PCS"), (ORDER, "Quantity: 10 pieces."))) == []


def test_an_order_for_the_revision_in_hand_is_no_conflict() -> None:
    papers = Job()
    papers.paper(DRAWING, "REV C", number="BR-2041", revision="C")
    papers.paper(ORDER, "Build to drawing BR-2041 Rev. C.", number="4500", revision="0")
    assert conflicts(papers) == []


def test_the_better_precedence_wins_and_the_losers_are_shown() -> None:
    papers = job(
        (EMAIL, "Deliver by 11 December 2026."),
        (WORK, "Deliver by 18 December 2026."),
        (ORDER, "Delivery: 18 Dec 2026."),
    )
    [found] = conflicts(papers)
    assert (found.state, found.winning_value, found.question) == (BY_PRECEDENCE, "2026-12-18", "")
    assert [(side.precedence, side.fact.value) for side in found.sides] == [(1, "2026-12-18"), (20, "2026-12-11")]
    assert [fact.citation.file_name for fact in found.sides[0].also] == ["paper2.txt"]


def test_a_tie_below_the_best_precedence_is_settled_by_the_best() -> None:
    papers = job((QUOTE, "PPAP level 1."), (WORK, "PPAP level 2."), (ORDER, "PPAP level 3."))
    [found] = conflicts(papers)
    assert (found.state, found.winning_value, len(found.sides)) == (BY_PRECEDENCE, "level 3", 3)


def test_an_order_for_a_later_revision_than_the_drawing_in_hand() -> None:
    papers = Job()
    papers.paper(DRAWING, "REV B", number="BR-2041", revision="B")
    papers.paper(ORDER, "Build to drawing BR-2041 rev C.", number="4500", revision="0")
    [found] = conflicts(papers)
    assert (found.topic, found.subject, found.state) == (pb.TOPIC_REVISION, "br-2041", TIE)
    assert "ask for revision C" in found.working_assumption


def test_a_general_material_meets_a_lesser_papers_part() -> None:
    papers = job((DRAWING, "MATERIAL: STAINLESS STEEL 316L"), (QUOTE, "Frame tube is quoted in material grade 304L."))
    [found] = conflicts(papers)
    assert (found.subject, found.winning_value) == ("frame tube", "316L")


def test_a_special_material_of_the_same_rank_is_no_conflict() -> None:
    assert (
        conflicts(job((DRAWING, "MATERIAL: STAINLESS STEEL 316L"), (ORDER, "The base plate is 304L stainless."))) == []
    )


def test_a_paper_that_contradicts_itself_is_no_side() -> None:
    papers = job((DRAWING, "COVER 3 mm THICK\nCOVER 4 mm THICK"), (ORDER, "The cover is 3 mm thick."))
    assert conflicts(papers) == []


def test_the_same_feature_on_two_drawings_is_two_features() -> None:
    papers = Job()
    papers.paper(DRAWING, "MATERIAL: 304L STAINLESS", "BORE ±0.1 mm", number="A-100", revision="A")
    papers.paper(DRAWING, "MATERIAL: 316L STAINLESS", "BORE ±0.2 mm", number="B-200", revision="C")
    assert conflicts(papers) == []


def test_the_drawings_number_is_the_whole_job() -> None:
    papers = Job()
    papers.paper(DRAWING, "MATERIAL: 304L STAINLESS", number="BR-2041", revision="B")
    papers.paper(OTHER, "Part no. | Description | Material", "BR-2041 | Weldment | 316L")
    [found] = conflicts(papers)
    assert (found.subject, found.winning_value) == ("", "304L")


def test_an_ambiguous_date_is_asked_about() -> None:
    papers = job((DRAWING, "DELIVERY 12/11/2026"), (ORDER, "Delivery: 18 Dec 2026."))
    [found] = conflicts(papers)
    assert "confirm day and month" in found.question
    assert found.working_assumption.startswith("Plan with 2026-12-11")


def test_a_users_choice_is_kept_while_the_sides_are_the_same() -> None:
    papers = job((DRAWING, "WELD PER AWS D1.6"), (ORDER, "Weld to AWS D1.1."))
    [found] = conflicts(papers)
    chosen = resolve(found, "AWS D1.6", "customer's email of 24 November")
    assert (chosen.state, chosen.winning_value, chosen.question, chosen.working_assumption) == (
        BY_USER,
        "AWS D1.6",
        "",
        "",
    )
    assert found.state == TIE
    assert conflicts(papers, chosen) == [chosen]
    papers.paper(WORK, "Weld to AWS D1.2.")
    [changed] = conflicts(papers, chosen)
    assert changed.state == TIE
    assert changed.name != chosen.name


def test_only_a_sides_value_can_be_chosen() -> None:
    [found] = conflicts(job((DRAWING, "WELD PER AWS D1.6"), (ORDER, "Weld to AWS D1.1.")))
    with pytest.raises(InvalidArgument, match=r"AWS D1\.6, AWS D1\.1"):
        resolve(found, "AWS D1.9", "")


def test_names_do_not_depend_on_the_order_of_upload() -> None:
    papers = job((DRAWING, "WELD PER AWS D1.6"), (ORDER, "Weld to AWS D1.1."))
    [first] = conflicts(papers)
    papers.documents.reverse()
    papers.facts.reverse()
    [second] = conflicts(papers)
    assert first.name == second.name
    assert first.name.startswith("sessions/s/conflicts/c-")


def test_conflicts_stand_in_the_order_of_their_topics() -> None:
    drawing = "PPAP LEVEL 3. WELD PER AWS D1.6. PASSIVATE PER ASTM A967, NITRIC 2. MATERIAL: STAINLESS STEEL 316L."
    other = (
        "PPAP level 4. Weld to AWS D1.1. Passivate per ASTM A967, Citric 4. All parts shall be stainless steel 304L."
    )
    topics = [each.topic for each in conflicts(job((DRAWING, drawing), (SPECIFICATION, other)))]
    assert len(topics) == 4
    assert topics == sorted(topics)


def test_a_corrected_precedence_decides() -> None:
    papers = job((DRAWING, "PPAP LEVEL 3"), (SPECIFICATION, "PPAP level 4."))
    papers.documents[1].precedence = 1
    [found] = conflicts(papers)
    assert found.state == TIE


def test_facts_of_deleted_documents_are_left_out() -> None:
    papers = job((DRAWING, "PPAP LEVEL 3"), (ORDER, "PPAP level 4."))
    del papers.documents[1]
    assert conflicts(papers) == []
