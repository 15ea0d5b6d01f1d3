"""Real papers that have nothing to do with each other, taken as one session: nothing silly is flagged."""

from __future__ import annotations

import pytest

from services.coordinator.conflicts import find_conflicts
from tests.unit.facts.reading import CORPUS, SESSION, read_session

TEXT = sorted(
    path
    for path in (CORPUS.iterdir() if CORPUS.is_dir() else ())
    if path.suffix in {".pdf", ".xlsx", ".md", ".txt", ".eml", ".msg"}
    and not any(word in path.name for word in ("scanned", "ocr_layer", "INDEX"))
)


@pytest.mark.skipif(not TEXT, reason="the corpus of real documents is not at ../shared/corpus")
def test_unrelated_papers_do_not_conflict() -> None:
    documents, facts = read_session(TEXT)
    assert len(documents) >= len(TEXT)
    assert any(fact.value == "6061-T6" for fact in facts), "the cover's drawing names its material"
    assert [conflict.subject for conflict in find_conflicts(SESSION, documents, facts)] == []
