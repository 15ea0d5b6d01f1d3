"""Statements that the coordinator concludes from other statements."""

from __future__ import annotations

import re
from collections.abc import Iterable

from buildplan.v1.statement_pb2 import Citation, Statement
from services.coordinator.plans.citation_check import is_verified

_CITATIONS = 6
CELL_BAR = " | "
_WORDS = re.compile(r"[^\W\d_]{3}.*\s.*[^\W\d_]{3}|[^\W\d_]{5}")


def conclude(text: str, sources: Iterable[Statement]) -> Statement:
    """An INFERRED statement that rests on `sources`: their citations, and the lowest of their confidences."""
    given = list(sources)
    citations = (citation for source in given for citation in source.citations)
    confidence = min((source.confidence for source in given), default=1.0)
    return with_citations(text, citations, confidence)


def with_citations(text: str, citations: Iterable[Citation], confidence: float = 1.0) -> Statement:
    """An INFERRED statement with at most six distinct citations; `verified` follows from them."""
    statement = Statement(text=text, basis=Statement.BASIS_INFERRED, confidence=confidence)
    statement.citations.extend(distinct(citations)[:_CITATIONS])
    statement.verified = is_verified(statement)
    return statement


def distinct(citations: Iterable[Citation]) -> list[Citation]:
    """Each document, page and quote once, in order."""
    return list({(each.document, each.page, each.quote): each for each in reversed(list(citations))}.values())[::-1]


def ended(text: str) -> str:
    """`text` with a full stop, unless it was cut."""
    return text if text.endswith("…") else f"{text}."


def subject(text: str) -> str:
    """What a table's row is about: the first of its cells with words; a line that is no row stays as it is."""
    cells = text.split(CELL_BAR)
    return next((cell for cell in cells if _WORDS.search(cell)), text) if len(cells) > 2 else text


def sentence(text: str, limit: int = 160) -> str:
    """`text` without its full stop and cell bars, cut between words where it is longer than `limit`."""
    plain = " ".join(text.replace(CELL_BAR, "; ").split()).rstrip(". ")
    return plain if len(plain) <= limit else plain[:limit].rpartition(" ")[0] + " …"
