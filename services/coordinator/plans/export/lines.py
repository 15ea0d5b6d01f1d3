"""One line of a plan: text, basis, citations, and what its message says besides."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from google.protobuf.descriptor import FieldDescriptor
from google.protobuf.message import Message

from buildplan.v1.plan_pb2 import Plan
from buildplan.v1.statement_pb2 import Citation, Statement
from services.coordinator.plans.export.blocks import Item, Span, Style

_PAGED = "application/pdf"
_INTERNAL = frozenset(["fingerprint"])
_QUOTED = 200
_SPELLED = {"ctqs": "CTQs", "rfqs": "RFQs", "dfm": "DFM"}


class LineWriter:
    """Writes lines and citations of one plan."""

    def __init__(self, plan: Plan) -> None:
        self._paged = {source.name for source in plan.sources if source.media_type == _PAGED}

    def line(self, item: Message, statement: Statement) -> Item:
        """An entry; `item` is the message that the line is, or the statement itself."""
        inferred = [Span("(inferred)", Style.EMPHASIS)] if statement.basis == Statement.BASIS_INFERRED else []
        cited = dict.fromkeys(span for citation in statement.citations for span in self.citation(citation))
        spans = [Span(statement.text), *inferred, *cited]
        return Item(spans, [] if item is statement else [[Span(f"{name}: {value}")] for name, value in details(item)])

    def citation(self, citation: Citation) -> Iterator[Span]:
        """As "[drawing.pdf p. 1]"; a quote that was not found is shown and marked."""
        yield self.cited(citation)
        if not citation.verified:
            yield Span(f'(unverified: "{citation.quote[:_QUOTED]}")', Style.STRONG)

    def cited(self, citation: Citation) -> Span:
        """The place alone."""
        return Span(self.place(citation), Style.CITATION)

    def place(self, citation: Citation) -> str:
        """As "drawing.pdf p. 1" or "bom.xlsx, sheet BOM, cell B7"."""
        name = citation.file_name or citation.document.rpartition("/")[2]
        if citation.locator and citation.document not in self._paged:
            return f"{name}, {citation.locator}"
        return ", ".join(filter(None, (f"{name} p. {citation.page}", citation.locator)))

    def places(self, citations: Iterable[Citation]) -> str:
        """All places, each once."""
        return "; ".join(dict.fromkeys(map(self.place, citations)))


def title(field_name: str) -> str:
    """A heading for a field: "Hold points" for hold_points, "CTQs" for ctqs."""
    words = [_SPELLED.get(word, word) for word in field_name.split("_")]
    return " ".join([words[0][:1].upper() + words[0][1:], *words[1:]])


def details(item: Message) -> Iterator[tuple[str, str]]:
    """The message's own fields that are set: "Lead time days" and "84"."""
    for field, value in item.ListFields():
        if field.message_type is None and not field.is_repeated and field.name not in _INTERNAL:
            yield title(field.name), _spelled(field, value)


def _spelled(field: FieldDescriptor, value: object) -> str:
    if field.enum_type is not None and isinstance(value, int):
        return str(field.enum_type.values_by_number[value].name).rpartition("_")[2].lower()
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value)
