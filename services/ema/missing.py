"""What is cited and was not supplied, and papers without a revision."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from buildplan.v1.context_pb2 import ContextPack
from buildplan.v1.document_pb2 import Document, DocumentKind, Passage
from buildplan.v1.statement_pb2 import Citation
from services.specialist.offline.sentences import sentences
from services.specialist.offline.standards import designations

_ATTACHED = re.compile(
    r"\b(Appendix|Attachment|Annex|Enclosure|Exhibit|Addendum|Schedule) ([A-Z](?:[0-9]{0,2})|[0-9]{1,2}"
    r"|[IVX]{1,4})\b(?! (?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec))"
)
_NUMBERED = re.compile(
    r"\b(?:drawing|dwg\.?|specification|spec\.?|procedure|document|quality manual|work instruction)s?(?: (?:no\.?"
    r"|number))? ([A-Z]{1,6}-[A-Z0-9][A-Z0-9-]{1,14}|[A-Z]{1,5}\d{3,8}[A-Z]?)\b",
    re.IGNORECASE,
)
_FOLD = re.compile(r"[\W_]+")
_READ = frozenset({Passage.ROLE_BODY, Passage.ROLE_TABLE_ROW, Passage.ROLE_FIELD})
_MUST_HAVE_REVISION = frozenset({DocumentKind.DOCUMENT_KIND_DRAWING, DocumentKind.DOCUMENT_KIND_CUSTOMER_SPECIFICATION})
_JOB = 3


@dataclass(frozen=True)
class Missing:
    """A gap: what is missing and the place that cites it."""

    name: str
    sentence: str
    citation: Citation


def not_supplied(context: ContextPack) -> list[Missing]:
    """Attachments and numbered papers that the job's own papers cite and nobody supplied, each once."""
    supplied = _supplied(context)
    precedence = {document.name: document.precedence for document in context.sources}
    found: dict[str, Missing] = {}
    for passage in context.passages:
        if passage.role in _READ and precedence.get(passage.document, 99) <= _JOB:
            for missing in _cited(passage, supplied):
                found.setdefault(_fold(missing.name), missing)
    return list(found.values())


def without_revision(context: ContextPack) -> list[tuple[Document, Citation]]:
    """Drawings and customer specifications on which no revision was found, with their first words."""
    first: dict[str, Passage] = {}
    for passage in context.passages:
        if passage.text.strip() and passage.role != Passage.ROLE_HEADER_FOOTER:
            first.setdefault(passage.document, passage)
    return [
        (document, _citation(first[document.name], first[document.name].text[:200]))
        for document in context.sources
        if document.kind in _MUST_HAVE_REVISION and not document.revision and document.name in first
    ]


def _cited(passage: Passage, supplied: frozenset[str]) -> Iterator[Missing]:
    text = passage.text
    if not _ATTACHED.search(text) and not _NUMBERED.search(text):
        return
    for _, sentence, _ in sentences(text):
        for name in (*_attachments(sentence), *_numbers(sentence)):
            if not any(_fold(name) in known for known in supplied):
                yield Missing(name, sentence, _citation(passage, sentence))


def _attachments(sentence: str) -> list[str]:
    return [f"{match[1]} {match[2]}" for match in _ATTACHED.finditer(sentence) if match.start() > 0]


def _numbers(sentence: str) -> list[str]:
    standards = {written for _, written in designations(sentence)}
    numbers = (match[1] for match in _NUMBERED.finditer(sentence) if any(map(str.isdigit, match[1])))
    return [number for number in numbers if not any(number in written for written in standards)]


def _supplied(context: ContextPack) -> frozenset[str]:
    """File names, numbers and headings of what there is, folded."""
    names = {_fold(text) for document in context.sources for text in (document.file_name, document.number) if text}
    for passage in context.passages:
        if match := _ATTACHED.match(passage.text.lstrip()):
            names.add(_fold(f"{match[1]} {match[2]}"))
        elif passage.role == Passage.ROLE_HEADING and len(passage.text) < 120:
            names.add(_fold(passage.text))
    return frozenset(names)


def _citation(passage: Passage, quote: str) -> Citation:
    return Citation(
        document=passage.document, page=passage.page, quote=quote, passage_id=passage.id, locator=passage.locator
    )


def _fold(text: str) -> str:
    return _FOLD.sub("", text.casefold())
