"""No sentence is listed by two agents, but for the pairs that truly hold two requirements."""

from __future__ import annotations

from itertools import combinations

import pytest

from benchmarks.extraction.papers import FOLDERS, pack_of
from services.reader.pool import ReaderPool
from services.specialist.offline.reader import read_whole

_SUFFIXES = {".pdf", ".md", ".docx", ".html", ".csv"}
_TWO_REQUIREMENTS = (
    {"purchasing.quantities", "release_plan.milestones"},
    {"purchasing.materials", "purchasing.long_lead_items"},
    {"engineering_instructions.open_items", "release_plan.milestones"},
)


@pytest.mark.parametrize("folder", ["samples", "corpus"])
async def test_no_sentence_has_two_owners(folder: str) -> None:
    paths = sorted(path for path in FOLDERS[folder].glob("*.*") if path.suffix in _SUFFIXES and "scan" not in path.stem)
    if not paths:
        pytest.skip(f"{FOLDERS[folder]} is not here")
    async with ReaderPool() as pool:
        read = [await pool.read(path, path.name) for path in paths if path.stat().st_size < 500_000]
    owners: dict[str, set[str]] = {}
    for finding in read_whole(pack_of([document for documents in read for document in documents])).findings:
        owners.setdefault(finding.text.casefold(), set()).add(finding.target)
    assert len(owners) > 50
    for text, sections in owners.items():
        assert all(set(pair) in _TWO_REQUIREMENTS for pair in combinations(sorted(sections), 2)), (text, sections)
