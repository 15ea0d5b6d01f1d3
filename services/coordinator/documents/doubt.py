"""Dates of issue that cannot be: read wrongly, most often by OCR."""

from __future__ import annotations

from datetime import date, timedelta

from buildplan.v1.document_pb2 import Document, ReadingFinding

_AHEAD = timedelta(days=366)


def doubt_issue_date(document: Document, today: date) -> None:
    """Takes away a date of issue that lies more than a year ahead, and says so among the document's findings."""
    written = document.issue_date
    if written and date.fromisoformat(written) > today + _AHEAD:
        document.issue_date = ""
        document.findings.append(
            ReadingFinding(
                code="DATE_DOUBTED",
                message=f"Its date of issue was read as {written}, which lies far ahead; it was not believed.",
                action="Look at the page and correct the date of issue.",
            )
        )
