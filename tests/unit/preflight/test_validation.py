from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

import pytest

from buildplan.v1 import document_pb2 as kinds
from buildplan.v1.conflict_pb2 import DocumentConflict
from buildplan.v1.document_pb2 import Document, ReadingFinding
from buildplan.v1.session_pb2 import Finding, Session, ValidationResult
from services.coordinator.conflicts import find_conflicts, resolve
from services.coordinator.preflight import ContextLimits, input_digest, validate
from tests.unit.facts.papers import DRAWING, ORDER, Job
from tests.unit.preflight.session import complete, document, session

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
ERROR, WARNING, INFO = Finding.SEVERITY_ERROR, Finding.SEVERITY_WARNING, Finding.SEVERITY_INFO


def check(
    subject: Session, documents: Sequence[Document], conflicts: Sequence[DocumentConflict] = (), characters: int = 10**6
) -> ValidationResult:
    return validate(subject, documents, conflicts, limits=ContextLimits(max_characters=characters), now=NOW)


def codes(result: ValidationResult) -> dict[str, int]:
    return {finding.code: finding.severity for finding in result.findings}


def tie() -> DocumentConflict:
    job = Job()
    job.paper(DRAWING, "WELD PER AWS D1.6")
    job.paper(ORDER, "Weld to AWS D1.1.")
    [found] = find_conflicts("sessions/s", job.documents, job.facts)
    return found


def test_a_complete_session_is_ready_and_scores_100() -> None:
    result = check(session(), complete())
    assert result.ready
    assert list(result.findings) == []
    assert result.completeness == 100
    assert result.create_time.ToDatetime(tzinfo=UTC) == NOW
    assert result.input_digest == input_digest(session(), complete(), ())


def test_the_customers_three_errors_and_one_warning() -> None:
    result = check(session("", " ", ""), [])
    assert codes(result) == {
        "PROJECT_NAME_MISSING": ERROR,
        "CUSTOMER_MISSING": ERROR,
        "NO_FILES": ERROR,
        "FAMILY_PAGE_MISSING": WARNING,
    }
    assert not result.ready
    assert {finding.field for finding in result.findings} == {
        "metadata.project_name",
        "metadata.customer",
        "metadata.family",
        "documents",
    }
    assert all(finding.message and finding.action for finding in result.findings)
    assert result.completeness == 0


def test_the_checklist_is_the_customers() -> None:
    result = check(session(family=""), complete()[:3])
    assert [(item.text, item.done, item.required) for item in result.checklist] == [
        ("Files uploaded (3)", True, True),
        ("Project name set", True, True),
        ("Customer selected", True, True),
        ("Family page recommended", False, False),
    ]


def test_a_missing_family_page_does_not_stop_the_run() -> None:
    result = check(session(family=""), complete())
    assert codes(result) == {"FAMILY_PAGE_MISSING": WARNING}
    assert result.ready


def test_one_unreadable_document_is_a_warning_and_all_of_them_an_error() -> None:
    bad = document(9, kinds.DOCUMENT_KIND_OTHER, characters=0)
    bad.findings.append(ReadingFinding(code="ENCRYPTED", message="protected", action="Upload it open.", fatal=True))
    some = check(session(), [*complete(), bad])
    assert codes(some) == {"ENCRYPTED": WARNING}
    assert some.findings[0].field == bad.name
    assert "paper 9.pdf" in some.findings[0].message
    alone = check(session(), [bad])
    assert codes(alone)["NO_READABLE_DOCUMENT"] == ERROR
    assert not alone.ready


def test_a_document_without_text_is_named() -> None:
    result = check(session(), [*complete(), document(9, kinds.DOCUMENT_KIND_OTHER, characters=0)])
    assert codes(result) == {"EMPTY_DOCUMENT": WARNING}


def test_scanned_pages_are_passed_on() -> None:
    papers = complete()
    scans = ReadingFinding(code="SCANNED_PAGES", message="pages 2-3 are scans", action="Install OCR.", pages=[2, 3])
    papers[0].findings.append(scans)
    assert codes(check(session(), papers)) == {"SCANNED_PAGES": WARNING}


def test_a_second_copy_is_a_duplicate() -> None:
    copy = document(1, kinds.DOCUMENT_KIND_DRAWING)
    copy.name = "sessions/s/documents/d1-2"
    copy.file_name = "copy.pdf"
    [finding] = check(session(), [*complete(), copy]).findings
    assert (finding.code, finding.severity, finding.field) == ("DUPLICATE_DOCUMENT", WARNING, copy.name)
    assert '"copy.pdf" has the same content as "paper 1.pdf"' in finding.message


@pytest.mark.parametrize(
    ("kind", "code", "severity"),
    [
        (kinds.DOCUMENT_KIND_DRAWING, "DRAWING_MISSING", WARNING),
        (kinds.DOCUMENT_KIND_PURCHASE_ORDER, "PURCHASE_ORDER_MISSING", WARNING),
        (kinds.DOCUMENT_KIND_QUOTE, "QUOTE_MISSING", INFO),
        (kinds.DOCUMENT_KIND_INSPECTION_PLAN, "INSPECTION_PLAN_MISSING", INFO),
    ],
)
def test_missing_kinds(kind: kinds.DocumentKind.ValueType, code: str, severity: int) -> None:
    result = check(session(), [paper for paper in complete() if paper.kind != kind])
    assert codes(result) == {code: severity}
    assert result.ready
    assert 0 < result.completeness < 100


def test_too_much_text_is_an_error_that_names_the_largest() -> None:
    result = check(session(), complete(), characters=5999)
    assert codes(result) == {"TOO_MUCH_TEXT": ERROR}
    assert "6,000" in result.findings[0].message
    assert "5,999" in result.findings[0].message
    assert check(session(), complete(), characters=6000).ready


def test_a_tie_is_a_warning_with_its_question() -> None:
    open_tie = tie()
    result = check(session(), complete(), [open_tie])
    [finding] = result.findings
    assert (finding.code, finding.severity, finding.field) == ("CONFLICT_TIE", WARNING, open_tie.name)
    assert open_tie.question in finding.action
    assert open_tie.working_assumption in finding.action
    assert result.ready
    assert result.completeness == 95


def test_a_resolved_conflict_is_for_information() -> None:
    result = check(session(), complete(), [resolve(tie(), "AWS D1.6", "email")])
    [finding] = result.findings
    assert (finding.code, finding.severity) == ("CONFLICT_RESOLVED", INFO)
    assert "AWS D1.6 is valid, chosen by a user" in finding.action
    assert result.completeness == 100


def test_errors_stand_first() -> None:
    result = check(session(project="", family=""), complete()[2:])
    severities = [finding.severity for finding in result.findings]
    assert severities == sorted(severities, reverse=True)
    assert severities[0] == ERROR


def test_limits_are_positive() -> None:
    with pytest.raises(ValueError, match="at least 1"):
        ContextLimits(max_characters=0)
