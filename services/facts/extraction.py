"""Facts out of a document's passages."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from buildplan.v1 import fact_pb2 as pb
from buildplan.v1.document_pb2 import Document, Page, Passage
from buildplan.v1.fact_pb2 import Fact
from buildplan.v1.statement_pb2 import Citation
from services.contract.names import last_id
from services.facts import counts, papers
from services.facts.clauses import Clause, claims_under, clauses, is_direct
from services.facts.dates import date_reading
from services.facts.grades import is_stainless
from services.facts.own_revision import own_revision
from services.facts.rows import Row, rows
from services.facts.subjects import features
from services.facts.topic_rule import Paper, Surroundings, TopicRule
from services.facts.topics import RULES
from services.facts.values import Value

_READ_FOR_HINTS = 20_000
# "Quantity 24" in a cell of that column needs no word beside it; these topics read such a cell by its column alone.
_COLUMN_WORDS = {
    pb.TOPIC_MATERIAL_GRADE: "Material: ",
    pb.TOPIC_DUE_DATE: "Due ",
    pb.TOPIC_LEAD_TIME: "Lead time ",
    pb.TOPIC_THICKNESS: "Thickness ",
    pb.TOPIC_FINISH: "Finish: ",
}
_REVISION_CELL = re.compile(r"[A-Z]{1,2}|\d{1,2}")


@dataclass(frozen=True)
class _Claim:
    topic: pb.Topic.ValueType
    subject: str
    value: Value
    passage: Passage
    quote: str


@dataclass
class Effort:
    """How many characters, once for each topic that they may speak of, are still looked through in a document.

    A real paper takes about 1,000 a page; a file that is made to cost time stops `on_page` after some seconds.
    """

    left: int = 2_000_000
    on_page: int = 0

    def spend(self, characters: int, page: int) -> bool:
        """False, and from then on, when there is not enough left."""
        self.left -= characters
        if self.left < 0 and not self.on_page:
            self.on_page = page
        return self.left >= 0


def extract_facts(document: Document, pages: Sequence[Page], effort: Effort | None = None) -> list[Fact]:
    """The direct claims of one document, in reading order; standards and lessons claim only their revision.

    `pages` and their passages carry their document's name and their ids. About a millisecond a page.
    """
    body = _body(document, pages, effort or Effort()) if papers.speaks_for_job(document) else ()
    claims = [*_own(document, pages), *body]
    ordinals: dict[pb.Topic.ValueType, int] = {}
    facts = []
    for claim in _once(claims):
        ordinals[claim.topic] = ordinals.get(claim.topic, 0) + 1
        facts.append(_fact(document, claim, ordinals[claim.topic]))
    return facts


def _own(document: Document, pages: Sequence[Page]) -> Iterator[_Claim]:
    if found := own_revision(document, pages):
        value, passage, quote = found
        yield _Claim(pb.TOPIC_REVISION, value.about, value, passage, quote)


def _body(document: Document, pages: Sequence[Page], effort: Effort) -> Iterator[_Claim]:
    text = "\n".join(page.text for page in pages)[:_READ_FOR_HINTS]
    paper = Paper(document, date_reading(text, document.issue_date), is_stainless(text))
    for page in pages:
        for row in rows(page.passages):
            if claims_under(row.heading):
                yield from _row_claims(paper, row, effort)
        for passage in page.passages:
            if papers.may_claim(document, passage.role) and claims_under(passage.heading):
                yield from _prose_claims(paper, passage, effort)


def _prose_claims(paper: Paper, passage: Passage, effort: Effort) -> Iterator[_Claim]:
    lowered = passage.text.lower()
    rules = [rule for rule in RULES if rule.may_speak(lowered)]
    if not rules or not effort.spend(len(rules) * len(lowered), passage.page):
        return
    earlier = ""
    for clause in clauses(passage):
        said = clause.text.lower()
        speaking = [rule for rule in rules if rule.may_speak(said)]
        if speaking and is_direct(clause):
            for rule in speaking:
                yield from _located(paper, rule, clause, Surroundings("", "", earlier, passage.heading))
        earlier = clause.text


def _row_claims(paper: Paper, row: Row, effort: Effort) -> Iterator[_Claim]:
    clause = next(clauses(row.passage))
    if not is_direct(clause):
        return
    lowered = row.passage.text.lower()
    around = Surroundings("", row.description, heading=row.heading, row=row.subject(), in_parts_list=row.in_parts_list)
    rules = [rule for rule in RULES if rule.topic in row.columns or rule.may_speak(lowered)]
    if not effort.spend(len(rules) * len(lowered), row.passage.page):
        return
    for rule in rules:
        if rule.topic in row.columns:
            yield from _cell_claims(paper, rule, row, clause, around)
        else:
            yield from _located(paper, rule, clause, around)


def _cell_claims(paper: Paper, rule: TopicRule, row: Row, clause: Clause, around: Surroundings) -> Iterator[_Claim]:
    cell = row.columns[rule.topic]
    values = _cell_values(paper, rule, row, cell)
    if len({value.value for value in values}) != 1:
        return
    position = max(0, clause.written.find(cell))
    for subject in rule.about(values[0], around):
        meant = _meant(paper, rule.topic, subject, around)
        if meant is not None:
            yield _Claim(rule.topic, meant, values[0], row.passage, clause.quote(position, position + len(cell)))


def _cell_values(paper: Paper, rule: TopicRule, row: Row, cell: str) -> list[Value]:
    if rule.topic == pb.TOPIC_QUANTITY:
        return counts.quantity_cell(cell)
    if rule.topic == pb.TOPIC_REVISION:
        is_revision = row.number and _REVISION_CELL.fullmatch(cell)
        return [Value(0, len(cell), cell, about=row.number)] if is_revision else []
    return rule.find(_COLUMN_WORDS.get(rule.topic, "") + cell, paper)


def _located(paper: Paper, rule: TopicRule, clause: Clause, around: Surroundings) -> Iterator[_Claim]:
    """The claims of one clause: every value with its subject; two values for one subject claim nothing."""
    values = rule.find(clause.text, paper)
    found: dict[str, list[Value]] = {}
    for value, near in zip(values, _surroundings(clause.text, values, around), strict=True):
        for subject in rule.about(value, near):
            meant = _meant(paper, rule.topic, subject, around)
            if meant is not None:
                found.setdefault(meant, []).append(value)
    for subject, said in found.items():
        if len({value.value for value in said}) == 1:
            yield _Claim(rule.topic, subject, said[0], clause.passage, clause.quote(said[0].start, said[0].end))


def _meant(paper: Paper, topic: pb.Topic.ValueType, subject: str, around: Surroundings) -> str | None:
    """The subject as this paper means it; None where the paper can make no such claim."""
    if topic == pb.TOPIC_QUANTITY:
        return papers.quantity_subject(paper.document, subject, in_parts_list=around.in_parts_list)
    return subject


def _surroundings(text: str, values: Sequence[Value], around: Surroundings) -> Iterator[Surroundings]:
    """The words before each value up to the one before, and after it up to the next.

    Where the first value stands before what it is about ("304L base plate, 316L gusset"), all of them do.
    """
    leading = len(values) > 1 and _stands_first(text, values)
    for number, value in enumerate(values):
        before = text[values[number - 1].end if number else 0 : value.start]
        after = text[value.end : values[number + 1].start if number + 1 < len(values) else len(text)]
        yield replace(around, before="" if leading else before, after=after)


def _stands_first(text: str, values: Sequence[Value]) -> bool:
    return not features(text[: values[0].start]) and bool(features(text[values[0].end : values[1].start]))


def _once(claims: Iterable[_Claim]) -> Iterator[_Claim]:
    """The first of claims that say the same of the same."""
    seen: set[tuple[pb.Topic.ValueType, str, str]] = set()
    for claim in claims:
        key = (claim.topic, claim.subject, claim.value.value)
        if key not in seen:
            seen.add(key)
            yield claim


def _fact(document: Document, claim: _Claim, ordinal: int) -> Fact:
    topic = pb.Topic.Name(claim.topic).removeprefix("TOPIC_").lower().replace("_", "-")
    citation = Citation(
        document=document.name,
        page=claim.passage.page,
        quote=claim.quote,
        passage_id=claim.passage.id,
        locator=claim.passage.locator,
        file_name=document.file_name,
    )
    return Fact(
        id=f"{last_id(document.name)}-{topic}-{ordinal}",
        topic=claim.topic,
        subject=claim.subject,
        value=claim.value.value,
        number=claim.value.number,
        margin=claim.value.margin,
        citation=citation,
    )
