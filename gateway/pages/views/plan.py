"""A plan as tables: one for each list of a section, its columns read from the proto."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from google.protobuf.message import Message

from buildplan.v1.agent_pb2 import AgentStatus
from buildplan.v1.document_pb2 import Document, DocumentKind
from buildplan.v1.plan_pb2 import Plan
from buildplan.v1.statement_pb2 import Citation, Statement
from gateway.pages.views.wording import heading, value_words, words
from services.contract.names import last_id

_UNSHOWN = frozenset(["fingerprint", "asked_by", "source", "blocking"])
_SHORT = frozenset(["op_no", "lead_time_days", "slack_days", "working_days", "kind", "due", "computed", "impossible"])
_WIDE = frozenset(["mitigation", "working_assumption", "tolerance"])
_PAGED = "application/pdf"
_SHEET = re.compile(r"sheet (\S+),")
_CELL = re.compile(r"\bcell ([A-Z]+\d+)")
_PARAGRAPH = re.compile(r"\A(?:part 1, )?paragraph ")
_SHORT_NAMES = {
    DocumentKind.DOCUMENT_KIND_PURCHASE_ORDER: "PO",
    DocumentKind.DOCUMENT_KIND_INSPECTION_PLAN: "ITP",
    DocumentKind.DOCUMENT_KIND_STATEMENT_OF_WORK: "SOW",
    DocumentKind.DOCUMENT_KIND_CUSTOMER_SPECIFICATION: "Spec.",
    DocumentKind.DOCUMENT_KIND_SUPPLIER_QUALITY_MANUAL: "SQM",
    DocumentKind.DOCUMENT_KIND_GENERIC_SPECIFICATION: "Standard",
    DocumentKind.DOCUMENT_KIND_MEETING_NOTES: "Notes",
    DocumentKind.DOCUMENT_KIND_LESSONS_LEARNED: "Lessons",
}


@dataclass(frozen=True)
class Column:
    """A field of a line beside its text. `width` is a class of the style sheet."""

    field: Any

    @property
    def title(self) -> str:
        """As "Lead time days"."""
        return heading(self.field.name)

    @property
    def width(self) -> str:
        """How much room it needs."""
        if self.field.name in _SHORT:
            return "detail short"
        return "detail wide" if self.field.name in _WIDE else "detail"

    def cell(self, item: Message) -> str:
        """The value in words; empty where it is not set."""
        value = getattr(item, self.field.name)
        if self.field.enum_type is not None:
            return value_words(self.field.enum_type, value) if value else ""
        if isinstance(value, bool):
            return "yes" if value else ""
        return str(value) if value else ""


@dataclass(frozen=True)
class Group:
    """One list of a section."""

    name: str
    items: list[Message]
    columns: list[Column]

    @property
    def rows(self) -> Iterator[tuple[Message, Statement]]:
        """Each line with its leaf."""
        for item in self.items:
            yield item, _leaf(item)


@dataclass(frozen=True)
class Section:
    """A section with its owner's status."""

    name: str
    agent: AgentStatus
    groups: list[Group]

    @property
    def failed(self) -> bool:
        """True when its owner did not write it, or not this time."""
        return self.agent.state == AgentStatus.STATE_ERROR

    @property
    def line_count(self) -> int:
        """Lines of all its lists."""
        return sum(len(group.items) for group in self.groups)


def sections(plan: Plan) -> list[Section]:
    """The sections in the order of the proto."""
    return [
        Section(status.section, status.agent, list(_groups(getattr(plan.sections, status.section))))
        for status in plan.section_statuses
    ]


def group(name: str, items: Iterable[Message]) -> Group:
    """A table of `items`; a column for each field that any of them sets."""
    found = list(items)
    used = {field.name for item in found for field, _ in item.ListFields()}
    fields = found[0].DESCRIPTOR.fields if found and not isinstance(found[0], Statement) else []
    return Group(name, found, [Column(field) for field in fields if field.name in used and _is_detail(field)])


def source_labels(sources: Iterable[Document]) -> Mapping[str, str]:
    """A short name for each paper: what it is where only one is that, else its number or file name."""
    papers = list(sources)
    kinds = [paper.kind for paper in papers]
    return {paper.name: _label(paper, alone=kinds.count(paper.kind) == 1) for paper in papers}


def citing(sources: Iterable[Document]) -> dict[str, Any]:
    """What `parts/cite.html` needs to name the papers."""
    papers = list(sources)
    return {"labels": defaultdict(str, source_labels(papers)), "place": place, "paged": paged(papers)}


def place(citation: Citation, paged: frozenset[str]) -> str:
    """As "p. 2", "¶ 12" or "BOM A11"."""
    if not citation.locator or citation.document in paged:
        return f"p.\u202f{citation.page}"
    cell = _CELL.search(citation.locator)
    if cell:
        sheet = _SHEET.match(citation.locator)
        return f"{sheet[1]} {cell[1]}" if sheet else cell[1]
    return _PARAGRAPH.sub("¶\u202f", citation.locator)


def paged(sources: Iterable[Document]) -> frozenset[str]:
    """The papers whose pages are numbered for everybody."""
    return frozenset(paper.name for paper in sources if paper.media_type == _PAGED)


def _groups(section: Message) -> Iterator[Group]:
    for field, items in section.ListFields():
        yield group(field.name, items)


def _leaf(item: Message) -> Statement:
    if isinstance(item, Statement):
        return item
    leaf: Statement = item.statement  # type: ignore[attr-defined]
    return leaf


def _is_detail(field: Any) -> bool:
    return field.message_type is None and not field.is_repeated and field.name not in _UNSHOWN


def _label(paper: Document, *, alone: bool) -> str:
    known = paper.kind not in (DocumentKind.DOCUMENT_KIND_UNSPECIFIED, DocumentKind.DOCUMENT_KIND_OTHER)
    if known and alone:
        return _SHORT_NAMES.get(paper.kind) or heading(words(paper, "kind"))
    return paper.number or paper.file_name or last_id(paper.name)


def path_title(path: str) -> str:
    """As "Quality plan: CTQs" for "sections.quality_plan.ctqs"."""
    return ": ".join(heading(part) for part in path.removeprefix("sections.").split("."))
