"""One line of a plan in Markdown: text, basis, citations, and what its message says besides."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from google.protobuf.descriptor import FieldDescriptor
from google.protobuf.message import Message

from buildplan.v1.plan_pb2 import Plan
from buildplan.v1.statement_pb2 import Citation, Statement
from services.coordinator.plans.export.escape import escape

_PAGED = "application/pdf"
_INTERNAL = frozenset(["fingerprint"])
_QUOTED = 200
_SPELLED = {"ctqs": "CTQs", "rfqs": "RFQs", "dfm": "DFM"}


class LineWriter:
    """Writes lines and citations of one plan."""

    def __init__(self, plan: Plan) -> None:
        self._paged = {source.name for source in plan.sources if source.media_type == _PAGED}

    def line(self, item: Message, statement: Statement) -> str:
        """A bullet; `item` is the message that the line is, or the statement itself."""
        inferred = " *(inferred)*" if statement.basis == Statement.BASIS_INFERRED else ""
        parts = [f"- {escape(statement.text)}{inferred}", *dict.fromkeys(map(self.citation, statement.citations))]
        details = [] if item is statement else list(_details(item))
        return " ".join(parts) + "".join(f"\n  - {detail}" for detail in details)

    def citation(self, citation: Citation) -> str:
        """As "[drawing.pdf p. 1]"; a quote that was not found is shown and marked."""
        place = escape(self.place(citation))
        if citation.verified:
            return f"[{place}]"
        return f'[{place}] **(unverified: "{escape(citation.quote[:_QUOTED])}")**'

    def place(self, citation: Citation) -> str:
        """As "drawing.pdf p. 1" or "bom.xlsx, sheet BOM, cell B7"; not escaped."""
        name = citation.file_name or citation.document.rpartition("/")[2]
        if citation.locator and citation.document not in self._paged:
            return f"{name}, {citation.locator}"
        return ", ".join(filter(None, (f"{name} p. {citation.page}", citation.locator)))


def title(field_name: str) -> str:
    """A heading for a field: "Hold points" for hold_points, "CTQs" for ctqs."""
    words = [_SPELLED.get(word, word) for word in field_name.split("_")]
    return " ".join([words[0][:1].upper() + words[0][1:], *words[1:]])


def table(header: Iterable[str], rows: Iterable[Iterable[str]]) -> Iterator[str]:
    """A table of cells that are escaped already."""
    cells = list(header)
    yield f"| {' | '.join(cells)} |"
    yield f"|{'---|' * len(cells)}"
    for row in rows:
        yield f"| {' | '.join(row)} |"


def _details(item: Message) -> Iterator[str]:
    """The message's own fields that are set: "lead time days: 84"."""
    for field, value in item.ListFields():
        if field.message_type is None and not field.is_repeated and field.name not in _INTERNAL:
            yield f"{title(field.name)}: {escape(_spelled(field, value))}"


def _spelled(field: FieldDescriptor, value: object) -> str:
    if field.enum_type is not None and isinstance(value, int):
        return str(field.enum_type.values_by_number[value].name).rpartition("_")[2].lower()
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value)
