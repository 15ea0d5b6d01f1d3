"""The revision that a document carries itself, with the words that say so."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from buildplan.v1 import document_pb2 as documents
from buildplan.v1.document_pb2 import Document, Page, Passage
from services.coordinator.facts.values import Value

_WITHOUT_OWN_NUMBER = frozenset({documents.DOCUMENT_KIND_OTHER, documents.DOCUMENT_KIND_EMAIL})
_LABEL = re.compile(r"\W*(?:rev(?:ision|\.)?|issue)\W*(?:(?:no\.?|level)\W*)?", re.IGNORECASE)
_SEARCHED_PAGES = 3


def own_revision(document: Document, pages: Sequence[Page]) -> tuple[Value, Passage, str] | None:
    """The document's revision as a value about its number, with the passage and words that hold it.

    Only a paper with a number and a revision has one; a bill of material carries its drawing's number, so papers of
    other kinds have none. A revision that only the user gave has no words: its quote is empty.
    """
    if not document.revision or not document.number or document.kind in _WITHOUT_OWN_NUMBER:
        return None
    value = Value(0, 0, document.revision, about=document.number.lower())
    revision = re.escape(document.revision)
    labelled = re.compile(
        rf"\b(?:rev(?:ision|\.)?|issue)(?:\s*(?:no\.?|level))?\s*[:.|]?\s*{revision}(?!\w)", re.IGNORECASE
    )
    for passage in _passages(pages):
        if labelled.search(passage.text):
            return value, passage, passage.text[:400]
    for label, passage in pairwise(_passages(pages)):
        if _LABEL.fullmatch(label.text) and re.fullmatch(revision, passage.text, re.IGNORECASE):
            return value, passage, passage.text
    first = pages[0].number if pages else 1
    return value, Passage(document=document.name, page=first), ""


def _passages(pages: Sequence[Page]) -> Iterator[Passage]:
    for page in pages[:_SEARCHED_PAGES]:
        yield from page.passages
