"""The Word document and the workbook, read back with the libraries that people's programs are like."""

from __future__ import annotations

import io
import zipfile

import docx
import openpyxl
import pytest
from openpyxl import Workbook

from buildplan.v1.document_pb2 import Document, ReadingFinding
from buildplan.v1.plan_pb2 import Plan
from buildplan.v1.plan_service_pb2 import ExportFormat
from services.contract.statements import lines
from services.coordinator.plans import build_plan
from services.coordinator.plans.export.escape import printable
from services.coordinator.plans.export.files import export
from tests.unit.plans.job import SOURCES, cite, done, failed, full_patches, inferred, inputs, tie

HOSTILE = [
    "=1+1",
    "+cmd|' /C calc'!A0",
    "-2+3",
    "@SUM(A1)",
    '=HYPERLINK("http://evil.example")',
    "\t=1",
    "a\x00b\x0b\ufffe",
]


@pytest.fixture
def plan() -> Plan:
    patches = full_patches()
    del patches["sca"]
    patches["qma"].sections.quality_plan.metrology.append(inferred("CMM", cite("nowhere to be found")))
    scan = Document(name="sessions/s1/documents/scan", file_name="scan.pdf")
    scan.findings.append(ReadingFinding(code="SCANNED_PAGES", message="pages 3-5 are scans", pages=[3, 4, 5]))
    statuses = [*done("qma", "pma", "ema"), failed("sca")]
    built = build_plan(inputs(patches, conflicts=[tie()], statuses=statuses, sources=[*SOURCES, scan]))
    built.revision, built.name = 3, "sessions/s1/plans/3"
    built.create_time.FromJsonString("2026-12-01T08:00:00Z")
    return built


def hostile(text: str) -> Plan:
    patches = full_patches()
    patches["qma"].sections.quality_plan.cleanliness.append(inferred(text, cite(text)))
    patches["pma"].sections.purchasing.long_lead_items[0].item = text
    sources = [Document(name=SOURCES[0].name, file_name=text, number=text), *SOURCES[1:]]
    return build_plan(inputs(patches, conflicts=[tie()], sources=sources))


def word(plan: Plan) -> docx.document.Document:
    return docx.Document(io.BytesIO(export(plan, ExportFormat.EXPORT_FORMAT_DOCX).content))


def text_of(file: docx.document.Document) -> str:
    cells = [cell.text for table in file.tables for row in table.rows for cell in row.cells]
    return "\n".join([*(paragraph.text for paragraph in file.paragraphs), *cells])


def workbook(plan: Plan) -> Workbook:
    return openpyxl.load_workbook(io.BytesIO(export(plan, ExportFormat.EXPORT_FORMAT_XLSX).content))


def rows(book: Workbook, sheet: str) -> list[dict[str, object]]:
    head, *rest = book[sheet].iter_rows(values_only=True)
    return [dict(zip(map(str, head), row, strict=True)) for row in rest]


def test_files_say_what_they_are(plan: Plan) -> None:
    names = {form: export(plan, form).file_name for form in ExportFormat.values() if form}
    assert list(names.values()) == ["plan-3.md", "plan-3.json", "plan-3.docx", "plan-3.xlsx"]
    types = [export(plan, form).media_type for form in names]
    assert types[2].endswith("wordprocessingml.document")
    assert types[3].endswith("spreadsheetml.sheet")


def test_the_document_holds_the_whole_plan(plan: Plan) -> None:
    text = text_of(word(plan))
    for line in lines(plan):
        assert printable(line.statement.text) in text
    for wanted in ("Strategic Build Plan: Frame", "Acme", "3 (run)", "2026-12-01", "BLOCKED", "pages 3-5 are scans"):
        assert wanted in text
    for category in plan.quality_gate.categories:
        assert all(each in text for each in (*category.reasons, *category.fixes))
    assert "Not written: sca does not answer" in text
    assert "Is the plate 6 mm or 8 mm thick?" in text


def test_lines_of_the_document_cite_their_pages_and_doubtful_ones_are_marked(plan: Plan) -> None:
    paragraphs = {paragraph.text: paragraph for paragraph in word(plan).paragraphs}
    assert "Passivate per ASTM A967 after welding [drawing.pdf p. 1]" in paragraphs
    assert "Deliver the penetrant test report (inferred)" in paragraphs
    marked = paragraphs['CMM (inferred) [drawing.pdf p. 1] (unverified: "nowhere to be found")']
    assert [run.italic for run in marked.runs][1] is True
    assert [run.bold for run in marked.runs][-1] is True


def test_the_document_has_headings_to_walk_by_and_says_on_each_page_what_it_is(plan: Plan) -> None:
    file = word(plan)
    headings = [found.text for found in file.paragraphs if found.style and found.style.name == "Heading 1"]
    assert headings[:3] == ["What could not be read", "Keys to the project", "Quality gate"]
    assert headings[-2:] == ["Tasks", "Sources"]
    assert "Frame, revision 3, offline 1, page " in file.sections[0].footer.paragraphs[0].text
    assert file.core_properties.title == "Strategic Build Plan: Frame"


def test_each_requirement_is_a_row_with_its_citation(plan: Plan) -> None:
    found = rows(workbook(plan), "Requirements")
    expected = lines(plan.sections)
    assert [row["ID"] for row in found] == [line.statement.id for line in expected]
    assert [row["Requirement"] for row in found] == [line.statement.text for line in expected]
    bore = found[0]
    assert (bore["Section"], bore["List"], bore["Owner"]) == ("Quality plan", "CTQs", "QMA")
    assert (bore["Basis"], bore["Verified"], bore["Document"], bore["Page"]) == ("stated", "yes", "drawing.pdf", 1)
    assert bore["Quote"] == "Bore 12.000 +0.018/0 mm"
    assert bore["Confidence"] == pytest.approx(0.9)
    assert [row["Verified"] for row in found if row["Requirement"] == "CMM"] == ["no"]


def test_the_control_plan_has_operations_characteristics_holds_and_tests(plan: Plan) -> None:
    found = rows(workbook(plan), "Control plan")
    by_kind = {str(row["Kind"]): row for row in reversed(found)}
    assert by_kind["Routing"]["Operation"] == "Op 10 weld"
    assert by_kind["CTQ"]["Tolerance"] == "12.000 +0.018/0 mm"
    assert by_kind["CTQ"]["Citation"] == "drawing.pdf p. 1"
    assert by_kind["Hold point"]["Reaction"] == "Stop until it is released"
    assert by_kind["Test"]["Method or gauge"] == "Liquid penetrant test of all welds per ASTM E165"


def test_the_other_sheets_hold_the_rest(plan: Plan) -> None:
    book = workbook(plan)
    assert [row["Question"] for row in rows(book, "Open questions")] == [q.statement.text for q in plan.open_questions]
    assert [row["Task"] for row in rows(book, "Tasks")] == [task.statement.text for task in plan.tasks]
    claims = [row["Claim"] for row in rows(book, "Conflicts") if row["Between"] == "papers"]
    assert claims == ["6 mm", "8 mm"]
    unread = {row["File"]: row["Not read"] for row in rows(book, "Sources")}
    assert "pages 3-5 are scans" in str(unread["scan.pdf"])
    assert ("Revision", "3 (run)") in list(book["About"].iter_rows(values_only=True))


def test_every_sheet_keeps_its_header_in_sight_and_can_be_filtered(plan: Plan) -> None:
    for sheet in workbook(plan):
        assert sheet.freeze_panes == "A2"
        assert sheet.auto_filter.ref == sheet.dimensions
        assert sheet["A1"].font.bold
        assert all(dimension.width < 10 or dimension.width < 100 for dimension in sheet.column_dimensions.values())


@pytest.mark.parametrize("text", HOSTILE)
def test_no_text_is_a_formula_or_breaks_a_file(text: str) -> None:
    plan = hostile(text)
    content = export(plan, ExportFormat.EXPORT_FORMAT_XLSX).content
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        sheets = [archive.read(name) for name in archive.namelist() if name.startswith("xl/worksheets/")]
    assert not any(b"<f>" in sheet or b"<hyperlink" in sheet for sheet in sheets)
    cells = [cell for sheet in workbook(plan) for row in sheet.iter_rows() for cell in row]
    shown = [cell for cell in cells if cell.value == printable(text)]
    assert shown
    assert all(cell.data_type == "s" for cell in shown)
    assert all(cell.quotePrefix for cell in shown if str(cell.value)[0] in "=+-@")
    assert printable(text) in text_of(word(plan))


def test_an_empty_plan_can_be_written() -> None:
    empty = build_plan(inputs({}, statuses=[], sources=[]))
    assert "None found." in text_of(word(empty))
    assert rows(workbook(empty), "Requirements") == []
