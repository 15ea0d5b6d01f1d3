"""The papers as the model reads them: one JSON record on each line, between two marks that no paper can write.

Records keep document text inside JSON strings, where it can neither end its record nor begin another. The marks
carry a digest of what stands between them, so that a text cannot hold its own mark. The four agents of a session get
the same bytes, so that a provider may serve them from its cache.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator

from buildplan.v1.conflict_pb2 import DocumentConflict
from buildplan.v1.context_pb2 import ContextPack
from buildplan.v1.document_pb2 import Authority, Document, DocumentKind, Passage
from buildplan.v1.fact_pb2 import Fact, Topic
from services.contract.digests import text_digest
from services.contract.names import last_id

Record = dict[str, object]
# JSON leaves these line ends as they are.
_LINE_ENDS = {0x85: "\\u0085", 0x2028: "\\u2028", 0x2029: "\\u2029"}
_MARK_DIGITS = 16


def block(title: str, records: Iterable[Record]) -> str:
    """The records between their marks."""
    lines = [as_line(record) for record in records]
    mark = text_digest(lines)[:_MARK_DIGITS]
    return "\n".join([f"=== BEGIN {title} {mark} ===", *lines, f"=== END {title} {mark} ==="])


def as_line(record: Record) -> str:
    """One record on one line; fields without a value are left out."""
    kept = {key: value for key, value in record.items() if value not in ("", [], None)}
    return json.dumps(kept, ensure_ascii=False, separators=(",", ":")).translate(_LINE_ENDS)


def job_records(context: ContextPack) -> Iterator[Record]:
    """The job and its sources, the best precedence first."""
    job = context.metadata
    yield {
        "record": "job",
        "project": job.project_name,
        "customer": job.customer,
        "family": job.family,
        "notes": job.notes,
        "today": context.as_of,
        "working_weekdays": list(job.calendar.working_weekdays),
    }
    yield from (_source(source) for source in context.sources)


def knowledge_records(context: ContextPack) -> Iterator[Record]:
    """Conflicts, then facts: what code has already found and brought to one form."""
    yield from (_conflict(conflict) for conflict in context.conflicts)
    yield from (_fact(fact) for fact in context.facts)


def passage_record(passage: Passage) -> Record:
    """A passage with what a citation of it needs."""
    return {
        "record": "passage",
        "passage_id": passage.id,
        "document": last_id(passage.document),
        "page": passage.page,
        "heading": passage.heading,
        "text": passage.text,
    }


def readable(context: ContextPack) -> list[Passage]:
    """The passages that say something: no table of contents, and each page header once."""
    seen: set[tuple[str, str]] = set()
    kept = []
    for passage in context.passages:
        key = (passage.document, passage.text)
        if passage.role == Passage.ROLE_CONTENTS or (passage.role == Passage.ROLE_HEADER_FOOTER and key in seen):
            continue
        seen.add(key)
        kept.append(passage)
    return kept


def _source(source: Document) -> Record:
    return {
        "record": "source",
        "document": last_id(source.name),
        "file": source.file_name,
        "kind": _plain(DocumentKind.Name(source.kind), "DOCUMENT_KIND_"),
        "authority": _plain(Authority.Name(source.authority), "AUTHORITY_"),
        "precedence": source.precedence,
        "number": source.number,
        "revision": source.revision,
        "issued": source.issue_date,
        "unreadable": [finding.message for finding in source.findings],
    }


def _fact(fact: Fact) -> Record:
    return {
        "record": "fact",
        "topic": _plain(Topic.Name(fact.topic), "TOPIC_"),
        "subject": fact.subject,
        "value": fact.value,
        "passage_id": fact.citation.passage_id,
        "quote": fact.citation.quote,
    }


def _conflict(conflict: DocumentConflict) -> Record:
    return {
        "record": "conflict",
        "topic": _plain(Topic.Name(conflict.topic), "TOPIC_"),
        "subject": conflict.subject,
        "state": _plain(DocumentConflict.State.Name(conflict.state), "STATE_"),
        "valid": conflict.winning_value,
        "assumed": conflict.working_assumption,
        "question": conflict.question,
        "sides": [
            {
                "value": side.fact.value,
                "precedence": side.precedence,
                "passage_id": side.fact.citation.passage_id,
                "quote": side.fact.citation.quote,
            }
            for side in conflict.sides
        ],
    }


def _plain(name: str, prefix: str) -> str:
    return name.removeprefix(prefix).replace("_", " ").lower()
