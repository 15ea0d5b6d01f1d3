"""Passages in, findings out: sentence by sentence, each line once, the losing side of a conflict left out."""

from __future__ import annotations

import re
from collections.abc import Iterator

from buildplan.v1.context_pb2 import ContextPack
from buildplan.v1.document_pb2 import Document, DocumentKind, Passage
from buildplan.v1.statement_pb2 import Citation
from services.specialist.offline.agreements import TERMS, agreements
from services.specialist.offline.binding import (
    Force,
    force,
    introduces,
    is_background,
    is_empty_talk,
    is_fragment,
    is_label,
    is_measured,
    is_report,
    silent_heading,
)
from services.specialist.offline.cues import ALL_CUES, HEADINGS
from services.specialist.offline.division import Division, Share
from services.specialist.offline.page_breaks import continuations
from services.specialist.offline.reading import Finding, Reading, losing_facts
from services.specialist.offline.sentences import LONGEST, Sentence, sentences
from services.specialist.offline.tables import (
    CHARACTERISTICS,
    RowKind,
    cells,
    characteristic,
    is_header,
    names_paper,
    opens_table,
    row_kind,
)

_ROLES = frozenset({Passage.ROLE_BODY, Passage.ROLE_TABLE_ROW, Passage.ROLE_FIELD})
_FOLD = re.compile(r"[\W_]+")
_RUN_IN = re.compile(r"([A-Z][A-Z /&,-]{3,50}|[A-Z][a-z]+(?: [A-Za-z][a-z]+){0,3}):\s")
_HEADING_NUMBER = re.compile(r"\A(?:[\dA-Z]{1,3}(?:\.\d{1,3})*[.)]?)\s+(?=\S)")
_YEAR = re.compile(r"\b((?:19|20)\d{2})\b|/(\d{2})\b")
_MILESTONES = "release_plan.milestones"
_STANDARDS = "engineering_instructions.referenced_standards"
_PROSE = frozenset(
    {
        DocumentKind.DOCUMENT_KIND_CUSTOMER_SPECIFICATION,
        DocumentKind.DOCUMENT_KIND_GENERIC_SPECIFICATION,
        DocumentKind.DOCUMENT_KIND_STATEMENT_OF_WORK,
        DocumentKind.DOCUMENT_KIND_SUPPLIER_QUALITY_MANUAL,
    }
)
_SHORTEST = 6
_TELLING = 40
"""Letters and digits that tell one sentence of a paper from the others."""
_DIVISION = Division(ALL_CUES, HEADINGS)
_STRENGTH = {Force.DEMAND: 1.0, Force.PLAIN: 0.9, Force.ADVICE: 0.75, Force.NONE: 0.8}
_BY_COLUMNS = 85
_PLAIN_WORDS = 80
_CAPTION = 160


def read_whole(context: ContextPack) -> Reading:
    """A pack with the findings of all its passages; blocks."""
    reader = PassageReader(context)
    for passage in context.passages:
        for _ in reader.read(passage):
            pass
    return Reading(context, reader.findings)


class PassageReader:
    """Reads a pack passage by passage; `findings` grows with every call of `read`."""

    def __init__(self, context: ContextPack) -> None:
        self._documents = {document.name: document for document in context.sources}
        self._lost: dict[str, list[str]] = {}
        for fact in losing_facts(context):
            self._lost.setdefault(fact.citation.passage_id, []).append(_fold(fact.citation.quote))
        self._lines: dict[tuple[str, str], Finding] = {}
        self._said: dict[tuple[str, str], list[Finding]] = {}
        self._agreements = agreements(context)
        self._goes_on = continuations(context.passages)
        self._begun_before = {passage.id for passage in self._goes_on.values()}
        self._columns: tuple[str, ...] = ()
        self._table = ("", 0)
        self._feature = ""
        self._stem = ""
        self._oldest = int(context.as_of[:4]) - 1 if context.as_of else 0

    @property
    def findings(self) -> tuple[Finding, ...]:
        """What was found so far, in reading order."""
        return tuple(self._lines.values())

    def read(self, passage: Passage) -> Iterator[int]:
        """Reads one passage; yields the characters done after each sentence, so that a caller may stop between."""
        document = self._documents.get(passage.document)
        if document is None or not self._is_read(passage, document):
            return
        if passage.role == Passage.ROLE_TABLE_ROW:
            self._row(passage, document)
            yield len(passage.text)
            return
        if len(passage.text) < _CAPTION and is_background(passage.text):
            return
        parts = list(sentences(passage.text))
        rest = self._goes_on.get(passage.id)
        for place, sentence in enumerate(parts):
            if place == 0 and passage.id in self._begun_before:
                continue
            if place == 0 and not sentence.listed:
                self._stem = ""
            self._sentence(passage, document, sentence, rest=rest if place == len(parts) - 1 else None)
            yield len(sentence.text)

    def _is_read(self, passage: Passage, document: Document) -> bool:
        """Requirements stand in bodies, rows and fields; on drawings also in texts that repeat from sheet to sheet."""
        if passage.role == Passage.ROLE_HEADING:
            self._stem = ""
            if is_header(passage.text):
                self._table, self._columns = (passage.document, passage.page), tuple(cells(passage.text))
        drawn = document.kind == DocumentKind.DOCUMENT_KIND_DRAWING and passage.role == Passage.ROLE_HEADER_FOOTER
        return passage.role in _ROLES or drawn

    def _row(self, passage: Passage, document: Document) -> None:
        if self._names_columns(passage):
            return
        text = passage.text.strip()[:LONGEST]
        if " | " not in text:
            self._feature = text
        kind = row_kind(text, self._columns)
        if kind.owner:
            self._owned_row(passage, document, text, kind)
        elif kind.silent or self._repeats(passage, text):
            return
        elif document.kind in _PROSE and names_paper(text):
            self._owned_row(passage, document, text, RowKind(_STANDARDS))
        else:
            self._sentence(passage, document, Sentence(0, text, listed=False), self._columns, kind.under)

    def _names_columns(self, passage: Passage) -> bool:
        """True for the head of a table; a table without one has no columns."""
        table = (passage.document, passage.page)
        if is_header(passage.text) or (table != self._table and opens_table(passage.text)):
            self._table, self._columns, self._feature = table, tuple(cells(passage.text)), ""
            return True
        if table != self._table and not is_header(passage.heading):
            self._table, self._columns = table, ()
        return False

    def _owned_row(self, passage: Passage, document: Document, text: str, kind: RowKind) -> None:
        """Lists a row where its columns, or what it names, say that it belongs."""
        cited = [_cite(passage, text)]
        if kind.owner == CHARACTERISTICS:
            text = characteristic(text, self._columns, self._feature)
        for target in (kind.owner, *kind.beside):
            share = Share(target, _BY_COLUMNS)
            self._list(passage, document, text, Force.PLAIN, [share], self._columns, cited)

    def _repeats(self, passage: Passage, row: str) -> bool:
        """True for a row that repeats lines of its paper, as tables at a standard's end do: another place of theirs."""
        parts = (_fold(part.text) for cell in cells(row) for part in sentences(cell))
        known = [
            finding
            for key in parts
            if len(key) >= _TELLING
            for finding in self._said.get((passage.document, key[:_TELLING]), ())
        ]
        for finding in known:
            finding.citations.append(_cite(passage, row))
        return bool(known)

    def _sentence(
        self,
        passage: Passage,
        document: Document,
        sentence: Sentence,
        columns: tuple[str, ...] = (),
        under: str = "",
        *,
        rest: Passage | None = None,
    ) -> None:
        """Lists what one sentence, or one row, asks for; `rest` is the passage on the next page where it ends."""
        cited = [_cite(passage, sentence.text)]
        if rest is not None:
            ending = next(sentences(rest.text)).text
            cited.append(_cite(rest, ending))
            sentence = sentence._replace(text=f"{sentence.text} {ending}")
        text = sentence.text
        if len(text) < _SHORTEST or text.endswith("?") or is_background(text):
            return
        if passage.role in (Passage.ROLE_BODY, Passage.ROLE_FIELD) and is_label(text, passage.heading, document.kind):
            return
        stem = self._stem if sentence.listed else ""
        demand = self._force(passage, document, sentence, stem)
        if demand < Force.DEMAND and (is_report(text) or silent_heading(passage.heading)):
            return
        run_in = _RUN_IN.match(text)
        under = under or (run_in.group(1) if run_in else passage.heading)
        shares = self._shares(passage, document, text, demand, under, stem)
        if introduces(text):
            self._stem = shares[0].target if shares and demand > Force.PLAIN else ""
        alone = sentence.listed and document.kind in _PROSE and shares and shares[0].target != _STANDARDS
        shown = _in_context(passage, text) if alone else text
        self._list(passage, document, shown, demand, shares, columns, cited)

    def _shares(
        self, passage: Passage, document: Document, text: str, demand: Force, under: str, stem: str
    ) -> list[Share]:
        """The sections that own the text, as far as its paper and its force allow them."""
        home = TERMS if passage.document in self._agreements else ""
        shares = _DIVISION.shares(text, demand, under, stem=stem, home=home)
        if document.kind == DocumentKind.DOCUMENT_KIND_GENERIC_SPECIFICATION or self._is_past(text):
            shares = [share for share in shares if share.target != _MILESTONES]
        if shares and shares[0].weight < _PLAIN_WORDS and is_empty_talk(text, demand):
            shares = [share for share in shares if share.weight >= _PLAIN_WORDS]
        if passage.role == Passage.ROLE_HEADER_FOOTER:
            shares = [share for share in shares if share.target in (CHARACTERISTICS, "purchasing.materials")]
        return shares

    def _is_past(self, text: str) -> bool:
        """True when the text gives years and all of them are over for more than a year: history, no milestone."""
        years = [int(year or f"20{short}") for year, short in _YEAR.findall(text)]
        return bool(years) and max(years) < self._oldest

    def _force(self, passage: Passage, document: Document, sentence: Sentence, stem: str) -> Force:
        """What introduces a list binds its items; a line that gives a measured value states it."""
        demand = force(sentence.text, passage.role, document.kind, agreement=passage.document in self._agreements)
        if stem:
            return Force.DEMAND
        if demand == Force.NONE and is_measured(sentence.text):
            return Force.PLAIN
        return demand

    def _list(
        self,
        passage: Passage,
        document: Document,
        text: str,
        demand: Force,
        shares: list[Share],
        columns: tuple[str, ...],
        cited: list[Citation],
    ) -> None:
        if not shares:
            return
        quoted, key = _fold(cited[0].quote), _fold(text)
        if any(quote and (quote in quoted or quoted in quote) for quote in self._lost.get(passage.id, ())):
            return
        for share in shares:
            finding = self._lines.get((share.target, key))
            if finding is None:
                confidence = round(min(0.95, share.weight / 100) * _STRENGTH[demand], 2)
                finding = Finding(share.target, text, confidence, document, passage.heading, [], columns)
                self._lines[share.target, key] = finding
                self._said.setdefault((passage.document, key[:_TELLING]), []).append(finding)
            finding.citations.extend(cited)


def _cite(passage: Passage, quote: str) -> Citation:
    return Citation(
        document=passage.document, page=passage.page, quote=quote, passage_id=passage.id, locator=passage.locator
    )


def _in_context(passage: Passage, text: str) -> str:
    """A list item that says nothing by itself, behind its heading."""
    heading = _HEADING_NUMBER.sub("", passage.heading).rstrip(" .:")
    return f"{heading}: {text}" if is_fragment(text, heading) else text


def _fold(text: str) -> str:
    return _FOLD.sub("", text.casefold())
