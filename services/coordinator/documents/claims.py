"""Facts of a paper, and a word among its findings where not all of them could be drawn."""

from __future__ import annotations

from collections.abc import Sequence

from buildplan.v1.document_pb2 import Document, Page, ReadingFinding
from buildplan.v1.fact_pb2 import Fact
from services.reader.findings import RefusedError
from services.reader.pool import ReaderPool

_LIMITED, _LOST = "CLAIMS_LIMITED", "CLAIMS_LOST"


async def draw_facts(reader: ReaderPool, document: Document, pages: Sequence[Page]) -> list[Fact]:
    """The paper's facts, drawn in a child of the reader.

    The document's findings say on which page that stopped, if it did, or why there are none.
    """
    others = [finding for finding in document.findings if finding.code not in {_LIMITED, _LOST}]
    del document.findings[:]
    document.findings.extend(others)
    try:
        claims = await reader.claims(document, pages)
    except RefusedError as refusal:
        document.findings.append(_lost(refusal))
        return []
    if claims.stopped_on:
        document.findings.append(_limited(claims.stopped_on))
    return claims.facts


def _limited(page: int) -> ReadingFinding:
    return ReadingFinding(
        code=_LIMITED,
        message=f"It states so much that only what stands before page {page} was compared with the other papers.",
        action="Split the file, or upload only the pages that concern this job.",
        pages=[page],
    )


def _lost(refusal: RefusedError) -> ReadingFinding:
    return ReadingFinding(
        code=_LOST,
        message=f"Its figures could not be drawn and were not compared with the other papers. {refusal.message}",
        action=refusal.action,
    )
