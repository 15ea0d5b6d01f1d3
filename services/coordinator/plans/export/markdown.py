"""A plan as one Markdown document."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from buildplan.v1.plan_pb2 import Plan
from services.coordinator.plans.export.blocks import Block, Fields, Heading, Item, Paragraph, Span, Style, Table
from services.coordinator.plans.export.document import document
from services.coordinator.plans.export.escape import escape

_MARKS = {Style.PLAIN: "{}", Style.STRONG: "**{}**", Style.EMPHASIS: "*{}*", Style.CITATION: "[{}]"}


def to_markdown(plan: Plan) -> str:
    """The document. Text from uploaded papers is escaped: it is data."""
    parts: list[str] = []
    before: Block | None = None
    for block in document(plan):
        if before is not None and not (isinstance(block, Item) and isinstance(before, Item)):
            parts.append("")
        parts.extend(_lines(block))
        before = block
    return "\n".join(parts) + "\n"


def _lines(block: Block) -> Iterator[str]:
    match block:
        case Heading(text, level):
            yield f"{'#' * level} {escape(text)}"
        case Paragraph(spans):
            yield _text(spans)
        case Item(spans, details):
            yield f"- {_text(spans)}"
            yield from (f"  - {_text(detail)}" for detail in details)
        case Fields(rows):
            yield from (f"- **{escape(label)}:** {escape(value)}" for label, value in rows)
        case Table(header, rows):
            yield _row(header)
            yield f"|{'---|' * len(header)}"
            yield from map(_row, rows)


def _text(spans: Sequence[Span]) -> str:
    return " ".join(_MARKS[span.style].format(escape(span.text)) for span in spans)


def _row(cells: Iterable[str]) -> str:
    return f"| {' | '.join(map(escape, cells))} |"
