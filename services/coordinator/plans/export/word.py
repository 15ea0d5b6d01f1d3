"""A plan as a Word document, to read and to print."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

import docx
from docx.document import Document
from docx.enum.section import WD_ORIENT
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor
from docx.table import Table as WordTable
from docx.text.paragraph import Paragraph as WordParagraph

from buildplan.v1.plan_pb2 import Plan
from services.coordinator.plans.export.blocks import Block, Fields, Heading, Item, Paragraph, Span, Style, Table
from services.coordinator.plans.export.document import document
from services.coordinator.plans.export.escape import printable

_GREY = RGBColor(0x59, 0x62, 0x6E)
_SHADE = "E8EDF3"
_HEADINGS = {1: "Title", 2: "Heading 1", 3: "Heading 2"}
_LABEL_WIDTH, _VALUE_WIDTH = Mm(32), Mm(138)


def to_docx(plan: Plan) -> bytes:
    """The file. Text from uploaded papers is text: no field, link or markup comes of it."""
    file = docx.Document()
    _set_up(file, plan)
    writer = _Writer(file)
    for block in document(plan):
        writer.write(block)
    buffer = io.BytesIO()
    file.save(buffer)
    return buffer.getvalue()


def _set_up(file: Document, plan: Plan) -> None:
    page = file.sections[0]
    page.orientation, page.page_width, page.page_height = WD_ORIENT.PORTRAIT, Mm(210), Mm(297)
    page.left_margin = page.right_margin = page.top_margin = page.bottom_margin = Mm(20)
    font = file.styles["Normal"].font
    font.name, font.size = "Calibri", Pt(10)
    properties = file.core_properties
    properties.title = printable(f"Strategic Build Plan: {plan.metadata.project_name}")
    properties.author, properties.comments = "Build Planner", ""
    properties.created = properties.modified = plan.create_time.ToDatetime()
    footer = page.footer.paragraphs[0]
    footer.add_run(printable(f"{plan.metadata.project_name}, revision {plan.revision}, {plan.engine}, page") + " ")
    _add_field(footer, "PAGE")
    footer.add_run(" of ")
    _add_field(footer, "NUMPAGES")


class _Writer:
    """Adds blocks to a document; styles are set by their ids, for python-docx searches all styles for each name."""

    def __init__(self, file: Document) -> None:
        self._file = file
        self._headings = {level: file.styles[name].style_id for level, name in _HEADINGS.items()}
        bullet, detail = file.styles["List Bullet"], file.styles["List Bullet 2"]
        bullet.paragraph_format.space_after, detail.paragraph_format.space_after = Pt(3), Pt(1)
        self._bullet, self._detail = bullet.style_id, detail.style_id

    def write(self, block: Block) -> None:
        """One block at the end of the document."""
        match block:
            case Heading(text, level):
                self._add([Span(text)], self._headings[level])
            case Paragraph(spans):
                self._add(spans)
            case Item(spans, details):
                self._add(spans, self._bullet)
                for detail in details:
                    self._add(detail, self._detail)
            case Fields(rows):
                self._fields(rows)
            case Table(header, rows):
                self._table(header, rows)

    def _add(self, spans: Sequence[Span], style_id: str | None = None) -> None:
        paragraph = self._file.add_paragraph()
        if style_id:
            paragraph._p.style = style_id  # noqa: SLF001  see the class
        _add_spans(paragraph, spans)

    def _fields(self, rows: Sequence[tuple[str, str]]) -> None:
        table = self._grid(len(rows), 2)
        table.autofit = False
        for row, (label, value) in zip(table.rows, rows, strict=True):
            first, second = row.cells
            first.width, second.width = _LABEL_WIDTH, _VALUE_WIDTH
            _fill(first, label, head=True)
            _fill(second, value)
        self._file.add_paragraph()

    def _table(self, header: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
        table = self._grid(1 + len(rows), len(header))
        for number, (row, texts) in enumerate(zip(table.rows, (header, *rows), strict=True)):
            for cell, text in zip(row.cells, texts, strict=True):
                _fill(cell, text, head=number == 0)
        repeated = OxmlElement("w:tblHeader")
        table.rows[0]._tr.get_or_add_trPr().append(repeated)  # noqa: SLF001  python-docx has no word for it
        self._file.add_paragraph()

    def _grid(self, rows: int, columns: int) -> WordTable:
        table: WordTable = self._file.add_table(rows, columns, style="Table Grid")
        return table


def _add_spans(paragraph: WordParagraph, spans: Sequence[Span]) -> None:
    for number, span in enumerate(spans):
        text = f"[{printable(span.text)}]" if span.style is Style.CITATION else printable(span.text)
        run = paragraph.add_run(f" {text}" if number else text)
        run.bold = span.style is Style.STRONG or None
        run.italic = span.style is Style.EMPHASIS or None
        if span.style is Style.CITATION:
            run.font.size, run.font.color.rgb = Pt(8), _GREY


def _fill(cell: Any, text: str, *, head: bool = False) -> None:
    run = cell.paragraphs[0].add_run(printable(text))
    run.font.size = Pt(9)
    if head:
        run.bold = True
        shade = OxmlElement("w:shd")
        shade.set(qn("w:val"), "clear")
        shade.set(qn("w:fill"), _SHADE)
        cell._tc.get_or_add_tcPr().append(shade)  # noqa: SLF001  python-docx has no word for it


def _add_field(paragraph: WordParagraph, instruction: str) -> None:
    """A number that Word counts: PAGE or NUMPAGES."""
    field = OxmlElement("w:fldSimple")
    field.set(qn("w:instr"), instruction)
    paragraph._p.append(field)  # noqa: SLF001  python-docx has no word for it
