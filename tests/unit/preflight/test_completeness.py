from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from buildplan.v1.document_pb2 import Document
from services.coordinator.preflight.completeness import score_parts
from tests.unit.preflight.session import ALL_KINDS, complete, document, session


def test_the_maxima_add_up_to_100() -> None:
    assert sum(part.maximum for part in score_parts(session().metadata, [], [])) == 100


@given(st.lists(st.sampled_from(ALL_KINDS), max_size=8), st.booleans(), st.integers(0, 1))
def test_what_is_missing_is_suggested(kinds: list[int], named: bool, characters: int) -> None:
    documents = [document(n, kind, characters=characters) for n, kind in enumerate(kinds)]  # type: ignore[arg-type]
    parts = score_parts(session(project="P" if named else "").metadata, documents, [])
    for part in parts:
        assert 0 <= part.points <= part.maximum
        assert bool(part.suggestion) == (part.points < part.maximum)


def test_another_document_never_costs_the_part_of_its_kind() -> None:
    before = {part.title: part.points for part in score_parts(session().metadata, complete()[:2], [])}
    after = {part.title: part.points for part in score_parts(session().metadata, complete()[:3], [])}
    assert after["Drawing"] == before["Drawing"] == 15
    assert after["Specification or statement of work"] == 10


def test_a_paper_without_revision_and_date_is_named() -> None:
    papers = complete()
    papers[0].revision = papers[0].issue_date = ""
    part = next(part for part in score_parts(session().metadata, papers, []) if part.title.startswith("Revisions"))
    assert part.points < part.maximum
    assert "paper 1.pdf" in part.suggestion


def test_unreadable_papers_are_listed_briefly() -> None:
    papers: list[Document] = [*complete(), *(document(n, ALL_KINDS[0], characters=0) for n in range(10, 16))]
    part = score_parts(session().metadata, papers, [])[0]
    assert part.points == 5
    assert "paper 10.pdf, paper 11.pdf, paper 12.pdf and 3 more" in part.suggestion
