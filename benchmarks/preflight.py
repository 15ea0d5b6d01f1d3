"""Preflight of a session with 50 documents: `python -m benchmarks.preflight`.

Prints the median and p99 of what ValidateSession computes (conflicts, findings, score, digest) beside the p99 that
is promised, 20 ms; extraction happens once at upload and is printed by itself.
"""

from __future__ import annotations

import statistics
import time
from datetime import UTC, datetime

from buildplan.v1 import document_pb2 as kinds
from buildplan.v1.document_pb2 import Document, Page, Passage
from buildplan.v1.fact_pb2 import Fact
from buildplan.v1.session_pb2 import Session, SessionMetadata
from services.coordinator.conflicts import find_conflicts
from services.coordinator.precedence import apply_kind
from services.coordinator.preflight import ContextLimits, validate
from services.facts.extraction import extract_facts

DOCUMENTS, PAGES, ROUNDS, PROMISED_MS = 50, 10, 300, 20.0
KINDS = (
    kinds.DOCUMENT_KIND_DRAWING,
    kinds.DOCUMENT_KIND_PURCHASE_ORDER,
    kinds.DOCUMENT_KIND_CUSTOMER_SPECIFICATION,
    kinds.DOCUMENT_KIND_STATEMENT_OF_WORK,
    kinds.DOCUMENT_KIND_QUOTE,
)
SENTENCES = (
    "The base plate {0} shall be {1} mm thick.",
    "Deliver lot {0} by {2} January 2027.",
    "Penetrant test 100 % of butt welds.",
    "The supplier keeps all records for ten years after delivery.",
)


def paper(number: int) -> tuple[Document, list[Fact]]:
    document = Document(
        name=f"sessions/s/documents/d{number}",
        file_name=f"paper {number}.pdf",
        sha256=f"{number:064x}",
        page_count=PAGES,
        character_count=50_000,
        revision="A",
        number=f"BR-{number:04d}",
    )
    apply_kind(document, KINDS[number % len(KINDS)])
    pages = []
    for page in range(1, PAGES + 1):
        texts = [text.format(page, 3 + number % 2, 1 + number % 3) for text in SENTENCES]
        passages = [
            Passage(id=f"d{number}-p{page}-{n}", document=document.name, page=page, text=text, role=Passage.ROLE_BODY)
            for n, text in enumerate(texts)
        ]
        pages.append(Page(document=document.name, number=page, text="\n".join(texts), passages=passages))
    return document, extract_facts(document, pages)


def main() -> None:
    start = time.perf_counter()
    papers = [paper(number) for number in range(DOCUMENTS)]
    extraction = 1000 * (time.perf_counter() - start) / DOCUMENTS
    documents = [document for document, _ in papers]
    facts = [fact for _, found in papers for fact in found]
    session = Session(name="sessions/s", metadata=SessionMetadata(project_name="P", customer="C"))
    taken, computed = [], []
    conflicts = find_conflicts(session.name, documents, facts)
    for _ in range(ROUNDS):
        start, used = time.perf_counter(), time.thread_time()
        conflicts = find_conflicts(session.name, documents, facts, conflicts)
        validate(session, documents, conflicts, limits=ContextLimits(), now=datetime.now(UTC))
        taken.append(1000 * (time.perf_counter() - start))
        computed.append(1000 * (time.thread_time() - used))
    p99 = _p99(taken)
    print(f"{DOCUMENTS} documents, {len(facts)} facts, {len(conflicts)} conflicts")
    print(f"extraction: {extraction:.2f} ms a document of {PAGES} pages, once at upload")
    print(f"preflight: median {statistics.median(taken):.2f} ms, p99 {p99:.2f} ms")
    print(f"processor time of it: median {statistics.median(computed):.2f} ms, p99 {_p99(computed):.2f} ms")
    print(f"ratio to the promised p99 of {PROMISED_MS:.0f} ms: {p99 / PROMISED_MS:.2f}")


def _p99(values: list[float]) -> float:
    return statistics.quantiles(values, n=100)[98]


if __name__ == "__main__":
    main()
