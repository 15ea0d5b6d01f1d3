"""References to a revision of a numbered paper: "drawing BR-2041 rev C"."""

from __future__ import annotations

import re

from services.facts.values import Value

DOCUMENT_NUMBER = r"(?=[A-Z0-9-]*\d)[A-Z]{1,6}[A-Z0-9]*(?:-[A-Z0-9]+)+|[A-Z]{2,6}\d{3,}|\d{4,}(?:-\d+)+"
PART_NUMBER = re.compile(rf"(?<![\w.-])(?:{DOCUMENT_NUMBER})(?![\w-])")
_STANDARD = re.compile(
    r"(?:ASTM|AWS|ASME|AMS|ISO|EN|DIN|MIL|SAE|ANSI|NASA|MSFC|QQ|FED|AISI|UNS|RAL|IPC|NAS|MS|DFARS|FAR|ISPM|AS|PPAP|ER)[-\d]"
)
_PUBLISHER = re.compile(r"(?:ASTM|AWS|ASME|AMS|ISO|EN|DIN|MIL|SAE|ANSI|NASA|FED|AISI|UNS|RAL|IPC|SPEC)\s+$")
_DATE = re.compile(r"20\d\d-\d\d?-\d\d?")
_REVISION = re.compile(
    rf"(?<![\w.-])(?P<number>{DOCUMENT_NUMBER})(?![\w-])(?:\s+[A-Za-z]+){{0,2}}?\s*[,|(\[]*\s*(?:\b[Rr]ev(?:ision|\.)?|\bREV(?:ISION|\.)?|\b[Ii]ssue)\s*[:.|]?\s*(?P<revision>[A-Z]{{1,2}}|\d{{1,2}})(?!\w|\.\d)"
)


def find_revisions(text: str) -> list[Value]:
    """Referenced revisions; `about` is the document number in lower case."""
    return [
        Value(match.start(), match.end(), match["revision"], about=match["number"].lower())
        for match in _REVISION.finditer(text)
    ]


def part_numbers(text: str) -> list[str]:
    """Numbers of parts and drawings in `text`, in lower case, standards left out."""
    return [match[0].lower() for match in PART_NUMBER.finditer(text) if _names_part(match, text)]


def _names_part(match: re.Match[str], text: str) -> bool:
    """False for dates and for standards, with their publisher in or before the number."""
    if _STANDARD.match(match[0]) or _DATE.fullmatch(match[0]):
        return False
    return not _PUBLISHER.search(text, max(0, match.start() - 12), match.start())
