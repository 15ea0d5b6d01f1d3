"""Number, revision and date of issue, where a paper states them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise

from buildplan.v1.document_pb2 import DocumentKind
from services.reader.dates import DATE, iso_date
from services.reader.lines import CELL_SEPARATOR

_END = r"(?=\s|$|[,;|)])"
_REVISION = re.compile(
    rf"\b(?:REVISION|Revision|REV|Rev|Issue|ISSUE)\b\.?(?:\s*(?:NO|No|LTR|Level|LEVEL|Letter|LETTER)\b\.?)?\s*[:#|.]?\s*"
    rf"(?P<value>[A-D]?[A-Z]|\d{{1,2}}(?:\.\d{{1,2}})?|-){_END}"
)
_STANDARD = re.compile(
    r"\b(?P<value>(?:NASA|MSFC|MIL|FED|DOD|NAVSEA|JSC|KSC)-(?:STD|SPEC|HDBK|DTL|PRF)-\(?I?\)?-?[\dH][\w/.-]*\d[A-Z]?|PD-ED-\d+|MS\d{4,5}[A-Z]?)"
)
_NUMBERS: dict[int, str] = {
    DocumentKind.DOCUMENT_KIND_PURCHASE_ORDER: r"(?:purchase order|order|p\.?o\.?)",
    DocumentKind.DOCUMENT_KIND_QUOTE: r"(?:quotation|quote|proposal|offer)",
    DocumentKind.DOCUMENT_KIND_DRAWING: r"(?:drawing|dwg|part|document|doc)",
}
_OTHER_NUMBER = r"(?:document|doc|specification|spec|drawing|dwg|plan|procedure|sow|itp|report|form)"
_ISSUED = re.compile(
    rf"\b(?:issue date|date of issue|date issued|issued(?: on)?|effective(?: date)?|approved|release date|released"
    rf"|order date|po date|quote date|revision date|rev\.? date|dated as of|date)\b\s*[:.|]?\s*(?P<date>{DATE})",
    re.IGNORECASE,
)
_LONE = re.compile(rf"(?:^|[-|\s]\s*)(?P<date>{DATE})\s*$", re.IGNORECASE)
_LABEL = re.compile(
    r"(?:(?:drawing|dwg|part|document|doc)\W*(?:no|number|num)\W*|rev(?:ision)?\W*(?:no\W*|level\W*)?)", re.IGNORECASE
)
_NOT_ISSUE = re.compile(r"\b(?:due|deliver|ship|expire|valid|superse|need|required|meeting)", re.IGNORECASE)


@dataclass(frozen=True)
class Identity:
    """Number, revision and ISO 8601 date of issue as stated; empty where nothing is written."""

    number: str = ""
    revision: str = ""
    issue_date: str = ""


def identify(kind: int, first_pages: str) -> Identity:
    """Reads the identity off the text of a paper's first pages."""
    lines = _labelled([line.strip() for line in first_pages.splitlines() if line.strip()][:160])
    published = kind == DocumentKind.DOCUMENT_KIND_GENERIC_SPECIFICATION
    number = (published and _standard(lines)) or _number(kind, lines) or _standard(lines[:12])
    return Identity(number=number, revision=_revision(lines, number), issue_date=_issue_date(lines))


def _labelled(lines: list[str]) -> list[str]:
    """The lines, a label that stands alone joined with the value on the line below it, as title blocks have them."""
    joined = [f"{above} {below}" if _LABEL.fullmatch(above) else above for above, below in pairwise(lines)]
    return joined + lines[-1:]


def _number(kind: int, lines: list[str]) -> str:
    what = _NUMBERS.get(kind, _OTHER_NUMBER)
    pattern = re.compile(
        rf"\b{what}\s*(?:(?:number|no\.?|num\.?|nr\.?|#|id)\s*[:#|.]?|[:#|])\s*(?P<value>[A-Z0-9][A-Z0-9./-]*\d[A-Z0-9./-]*)\b",
        re.IGNORECASE,
    )
    for line in lines[:80]:
        match = pattern.search(line)
        if match and not iso_date(match["value"]) and len(match["value"]) >= 3:
            return match["value"].rstrip(".-/")
    return ""


def _standard(lines: list[str]) -> str:
    """The designation of a published standard, such as "NASA-STD-6016B"."""
    found = next((match for line in lines[:40] if (match := _STANDARD.search(line))), None)
    return found["value"] if found else ""


def _revision(lines: list[str], number: str) -> str:
    standard = re.fullmatch(r".*\d([A-Z])", number) if _STANDARD.match(number) else None
    if standard:
        return standard[1]
    for line in lines:
        match = _REVISION.search(line)
        if match and match["value"] != "-":
            return match["value"]
    return ""


def _issue_date(lines: list[str]) -> str:
    for line in lines[:100]:
        for match in _ISSUED.finditer(line):
            if not _NOT_ISSUE.search(line[max(0, match.start() - 14) : match.end("date")]):
                return iso_date(match["date"])
    dated_rows = any(CELL_SEPARATOR in line and _NOT_ISSUE.search(line) for line in lines[:30])
    for line in lines[:30]:
        if dated_rows and CELL_SEPARATOR in line:
            continue
        lone = _LONE.search(line) if len(line) < 120 else None
        if lone and not _NOT_ISSUE.search(line):
            return iso_date(lone["date"])
    return ""
