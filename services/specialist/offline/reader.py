"""Passages in, findings out: sentence by sentence, each line once, the losing side of a conflict left out."""

from __future__ import annotations

import re
from collections.abc import Iterator

from buildplan.v1.context_pb2 import ContextPack
from buildplan.v1.document_pb2 import Document, Passage
from buildplan.v1.statement_pb2 import Citation
from services.specialist.offline.binding import Force, force, is_background, silent_heading
from services.specialist.offline.cues import ALL_CUES
from services.specialist.offline.division import Division
from services.specialist.offline.reading import Finding, losing_facts
from services.specialist.offline.sentences import sentences
from services.specialist.offline.tables import cells, is_header

_ROLES = frozenset({Passage.ROLE_BODY, Passage.ROLE_TABLE_ROW, Passage.ROLE_FIELD})
_FOLD = re.compile(r"[\W_]+")
_SHORTEST = 8
_DIVISION = Division(ALL_CUES)
_STRENGTH = {Force.DEMAND: 1.0, Force.PLAIN: 0.9, Force.ADVICE: 0.75, Force.NONE: 0.8}


class PassageReader:
    """Reads a pack passage by passage; `findings` grows with every call of `read`."""

    def __init__(self, context: ContextPack) -> None:
        self._documents = {document.name: document for document in context.sources}
        self._lost: dict[str, list[str]] = {}
        for fact in losing_facts(context):
            self._lost.setdefault(fact.citation.passage_id, []).append(_fold(fact.citation.quote))
        self._lines: dict[tuple[str, str], Finding] = {}
        self._columns: tuple[str, ...] = ()
        self._table = ""

    @property
    def findings(self) -> tuple[Finding, ...]:
        """What was found so far, in reading order."""
        return tuple(self._lines.values())

    def read(self, passage: Passage) -> Iterator[int]:
        """Reads one passage; yields the characters done after each sentence, so that a caller may stop between."""
        document = self._documents.get(passage.document)
        if document is None or passage.role not in _ROLES or silent_heading(passage.heading):
            return
        if passage.role == Passage.ROLE_TABLE_ROW:
            self._enter(passage)
            if is_header(passage.text):
                self._columns = tuple(cells(passage.text))
            else:
                self._sentence(passage, document, passage.text.strip()[:1500])
            yield len(passage.text)
            return
        for _, sentence in sentences(passage.text):
            self._sentence(passage, document, sentence)
            yield len(sentence)

    def _enter(self, row: Passage) -> None:
        table = f"{row.document} {row.page} {row.heading}"
        if table != self._table:
            self._table, self._columns = table, ()

    def _sentence(self, passage: Passage, document: Document, sentence: str) -> None:
        if len(sentence) < _SHORTEST or sentence.endswith("?") or is_background(sentence):
            return
        demand = force(sentence, passage.role, document.kind)
        shares = _DIVISION.shares(sentence, demand, passage.heading)
        if not shares:
            return
        key = _fold(sentence)
        if any(quote and (quote in key or key in quote) for quote in self._lost.get(passage.id, ())):
            return
        citation = Citation(
            document=passage.document, page=passage.page, quote=sentence, passage_id=passage.id, locator=passage.locator
        )
        for share in shares:
            finding = self._lines.get((share.target, key))
            if finding is None:
                confidence = round(min(0.95, share.weight / 100) * _STRENGTH[demand], 2)
                finding = Finding(
                    share.target, sentence, confidence, document, passage.heading, [], self._row_columns(passage)
                )
                self._lines[share.target, key] = finding
            finding.citations.append(citation)

    def _row_columns(self, passage: Passage) -> tuple[str, ...]:
        return self._columns if passage.role == Passage.ROLE_TABLE_ROW else ()


def _fold(text: str) -> str:
    return _FOLD.sub("", text.casefold())
