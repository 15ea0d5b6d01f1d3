"""The revision that a document carries itself, with the words that say so."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from buildplan.v1 import document_pb2 as documents
from buildplan.v1.document_pb2 import Document, Page, Passage
from services.facts.papers import IDENTIFYING_PAGES
from services.facts.revisions import PART_NUMBER
from services.facts.values import Value

_WITHOUT_OWN_NUMBER = frozenset({documents.DOCUMENT_KIND_OTHER, documents.DOCUMENT_KIND_EMAIL})
_REVISION_VALUE = re.compile(r"[A-Z]{1,2}|\d{1,2}")
_NUMBER_LABEL = re.compile(r"\W*(?:drawing|dwg|part|document|doc)\W*(?:no|number|num)?\W*", re.IGNORECASE)
_REVISION_LABEL = re.compile(r"\W*(?:rev(?:ision|\.)?|issue)\W*(?:(?:no\.?|level)\W*)?", re.IGNORECASE)


def own_revision(document: Document, pages: Sequence[Page]) -> tuple[Value, Passage, str] | None:
    """The document's revision as a value about its number, with the passage and words that hold it.

    Only a paper with a number and a revision has one; a bill of material carries its drawing's number, so papers of
    other kinds have none. A drawing whose record lacks them is read by the labels of its title block. A revision that
    only the user gave has no words: its quote is empty.
    """
    if document.kind in _WITHOUT_OWN_NUMBER:
        return None
    passages = [passage for page in pages[:IDENTIFYING_PAGES] for passage in page.passages]
    number, revision = document.number, document.revision
    if document.kind == documents.DOCUMENT_KIND_DRAWING:
        number = number or _text(_labelled(passages, _NUMBER_LABEL, PART_NUMBER))
        revision = revision or _text(_labelled(passages, _REVISION_LABEL, _REVISION_VALUE))
    if not number or not revision:
        return None
    passage = _holding(passages, number, revision) or Passage(
        document=document.name, page=pages[0].number if pages else 1
    )
    return Value(0, 0, revision, about=number.lower()), passage, passage.text[:400]


def _holding(passages: Sequence[Passage], number: str, revision: str) -> Passage | None:
    """The passage that says "rev B", else the "B" in the field under "REV", else the number that ends in it."""
    written = re.escape(revision)
    said = re.compile(rf"\b(?:rev(?:ision|\.)?|issue)(?:\s*(?:no\.?|level))?\s*[:.|]?\s*{written}(?!\w)", re.IGNORECASE)
    for passage in passages:
        if said.search(passage.text):
            return passage
    field = _labelled(passages, _REVISION_LABEL, re.compile(written, re.IGNORECASE))
    if field or not number.endswith(revision):
        return field
    return next((passage for passage in passages if number in passage.text), None)


def _labelled(passages: Sequence[Passage], label: re.Pattern[str], value: re.Pattern[str]) -> Passage | None:
    """The field that follows its label in a title block."""
    for above, below in pairwise(passages):
        if label.fullmatch(above.text) and value.fullmatch(below.text):
            return below
    return None


def _text(passage: Passage | None) -> str:
    return passage.text if passage else ""
