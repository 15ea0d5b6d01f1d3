"""Facts of a paper, and a word among its findings where there are too many to be drawn."""

from __future__ import annotations

from collections.abc import Sequence

from buildplan.v1.document_pb2 import Document, Page, ReadingFinding
from buildplan.v1.fact_pb2 import Fact
from services.facts.extraction import Effort, extract_facts

_CODE = "CLAIMS_LIMITED"


def draw_facts(document: Document, pages: Sequence[Page]) -> list[Fact]:
    """The paper's facts, see `extract_facts`. Its findings say on which page their drawing stopped, if it did."""
    effort = Effort()
    facts = extract_facts(document, pages, effort)
    others = [finding for finding in document.findings if finding.code != _CODE]
    del document.findings[:]
    document.findings.extend([*others, *([_limited(effort.on_page)] if effort.on_page else ())])
    return facts


def _limited(page: int) -> ReadingFinding:
    return ReadingFinding(
        code=_CODE,
        message=f"It states so much that only what stands before page {page} was compared with the other papers.",
        action="Split the file, or upload only the pages that concern this job.",
        pages=[page],
    )
