from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from buildplan.v1.document_pb2 import Page
from buildplan.v1.plan_pb2 import CriticalToQuality, Patch
from services.contract.statements import lines
from services.coordinator.plans import build_plan, cited_pages
from tests.unit.plans.job import DRAWING, DRAWING_TEXT, ORDER, PAGES, cite, full_patches, inferred, inputs, stated, tie


def one_line(*citations: tuple[str, str, int]) -> Patch:
    patch = Patch()
    found = [cite(quote, document, page) for quote, document, page in citations]
    patch.sections.quality_plan.passivation.append(stated("Passivate", *found))
    return patch


def test_the_needed_pages_are_those_that_patches_and_conflicts_cite() -> None:
    patch = one_line(("a", DRAWING, 3), ("b", DRAWING, 3), ("c", ORDER, 9))
    patch.tasks.add(statement=inferred("x", cite("q", ORDER, 2)))
    assert cited_pages([patch]) == {(DRAWING, 3), (ORDER, 9), (ORDER, 2)}
    assert cited_pages([], [tie()]) == {(DRAWING, 1), (ORDER, 1)}


def test_citations_get_file_name_locator_and_verdict() -> None:
    patch = Patch()
    drawing = cite("Passivate per ASTM A967", passage="drawing-p1-1")
    statement = stated("Passivate", drawing, cite("Quantity 12 pieces", ORDER), cite("Quantity 13", ORDER))
    patch.sections.quality_plan.passivation.append(statement)
    plan = build_plan(inputs({"qma": patch}))
    first, second, third = plan.sections.quality_plan.passivation[0].citations
    assert (first.file_name, first.locator, first.verified) == ("drawing.pdf", "note 1", True)
    assert (second.file_name, second.locator, second.verified) == ("order.xlsx", "sheet PO", True)
    assert not third.verified
    assert not plan.sections.quality_plan.passivation[0].verified
    assert (plan.citations_checked, plan.citations_unverified) == (3, 1)


def test_unverified_lines_are_marked_and_stay() -> None:
    plan = build_plan(inputs({"qma": one_line(("not there", DRAWING, 1))}))
    assert [line.statement.verified for line in lines(plan.sections)] == [False]


def test_what_a_patch_claims_of_its_own_verification_counts_for_nothing() -> None:
    patch = one_line(("not there", DRAWING, 1), ("Weld", DRAWING, 77), ("Weld", "sessions/s1/documents/none", 1))
    statement = patch.sections.quality_plan.passivation[0]
    statement.verified = True
    statement.id = "mine"
    for citation in statement.citations:
        citation.verified = True
    checked = build_plan(inputs({"qma": patch})).sections.quality_plan.passivation[0]
    assert not any(citation.verified for citation in checked.citations)
    assert not checked.verified
    assert checked.id != "mine"


def test_a_line_without_citations_is_not_verified() -> None:
    patch = Patch()
    patch.sections.quality_plan.passivation.append(inferred("None needed"))
    plan = build_plan(inputs({"qma": patch}))
    assert not plan.sections.quality_plan.passivation[0].verified
    assert plan.citations_checked == 0


def test_ocr_errors_are_forgiven_on_ocr_pages_only() -> None:
    quote = "Liquid penetrant test of all welds per ASTM E165"
    for origin, found in ((Page.ORIGIN_OCR, True), (Page.ORIGIN_TEXT, False)):
        page = Page(text=DRAWING_TEXT.replace("penetrant", "penetrcnt"), origin=origin)
        plan = build_plan(inputs({"qma": one_line((quote, DRAWING, 1))}, pages={(DRAWING, 1): page}))
        assert plan.sections.quality_plan.passivation[0].verified is found


def test_identifiers_are_unique_and_stay_when_other_lines_change() -> None:
    patches = full_patches()
    patches["qma"].sections.quality_plan.cleanliness.extend([inferred("Clean"), inferred("Clean")])
    before = {
        (line.path, line.statement.text): line.statement.id for line in lines(build_plan(inputs(patches)).sections)
    }
    patches["qma"].sections.quality_plan.ctqs.insert(0, CriticalToQuality(statement=inferred("Flat face")))
    del patches["pma"]
    after = build_plan(inputs(patches))
    ids = [line.statement.id for line in lines(after)]
    assert len(ids) == len(set(ids))
    assert all(ids)
    now = {(line.path, line.statement.text): line.statement.id for line in lines(after.sections)}
    assert now.pop(("quality_plan.ctqs", "Flat face")) not in before.values()
    assert {place: before[place] for place in now} == now


def test_the_same_words_in_two_lists_are_two_lines() -> None:
    patch = Patch()
    for name in ("passivation", "cleanliness"):
        getattr(patch.sections.quality_plan, name).append(inferred("Clean"))
    first, second = (line.statement.id for line in lines(build_plan(inputs({"qma": patch})).sections))
    assert first != second


PIECES = st.tuples(st.integers(0, len(DRAWING_TEXT) - 30), st.integers(8, 30))


@settings(max_examples=50, deadline=None)
@given(st.lists(PIECES, min_size=1, max_size=6), st.booleans())
def test_every_piece_of_a_page_is_verified_and_nothing_else(pieces: list[tuple[int, int]], honest: bool) -> None:
    patch = Patch()
    for start, length in pieces:
        quote = DRAWING_TEXT[start : start + length] + ("" if honest else "¿")
        patch.sections.quality_plan.metrology.append(inferred(quote.strip(), cite(quote)))
    plan = build_plan(inputs({"qma": patch}))
    assert plan.citations_checked == len(pieces)
    assert plan.citations_unverified == (0 if honest else len(pieces))
    assert plan.sections.quality_plan.metrology[0].verified is honest
    assert all(page.text for page in PAGES.values())
