"""Designations of standards as papers write them, brought to their usual spelling."""

from __future__ import annotations

import re

_BODIES = (
    r"ASTM|ASME|AWS|ANSI/ASQ|ANSI/ASQC|ANSI/AWS|ANSI|ASQ|SAE|AMS|AISI|ISO/IEC|ISO|EN ISO|DIN EN|EN|DIN|BS|JIS|IEC"
    r"|IPC|NFPA|UL|EIA|NAS|NASM|NASA-STD|NASA-SPEC|NASA-HDBK|MSFC-STD|MSFC-SPEC|MIL-STD|MIL-SPEC|MIL-PRF|MIL-DTL"
    r"|MIL-HDBK"
    r"|MIL-[A-Z]|FED-STD|QQ-[A-Z]|NPD|NPR|MPG|MWI|MPD|SSP|JSC|NSTS|GEIA-STD|J-STD|AS|IEST-STD|ISPM|IBC|CFR|DFARS|FAR"
    r"|IASTM"
)
STANDARD = (
    rf"(?-i:\b(?:{_BODIES})[ -]?(?:[A-Z]{{0,4}}-?)?(?=[A-Z]?\d"
    rf"|[A-Z]-[A-Z]?-?\d)[A-Z]?\d[\dA-Z]*(?:[-./]\d[\dA-Za-z]*)*(?:[-/][A-Z]?\d[\dA-Z.]*)*(?:-[A-Z](?![A-Za-z-]))?"
    rf"|\bAWS D\d+\.\d+(?:/D\d+\.\d+M)?|\bASTM [A-G] \d{{1,4}}M?(?:-\d{{2,4}})?)"
)
_PATTERN = re.compile(STANDARD)
_GAP = re.compile(r"\s+")
_METRIC_TWIN = re.compile(r"/D\d+\.\d+M\Z")
_NOT_STANDARDS = re.compile(r"(?:AS|FAR|EN|IBC|UL|JSC) ?\d{1,2}\Z|AS \d{4}\Z")
_PACK_FORM = re.compile(r"(ASTM|ASME|AWS|SAE|AMS|ISO|EN|DIN|ANSI/ASQ|ISPM) ?-?(?=[A-Z]? ?\d)")
_SPACED = re.compile(r"(?<=\bASTM [A-G]) (?=\d)")


def designations(text: str) -> list[tuple[str, str]]:
    """(usual spelling, as written) of each standard that is called up, in order, each spelling once."""
    found: dict[str, str] = {}
    for match in _PATTERN.finditer(text):
        written = match.group().rstrip(".-/")
        if not _NOT_STANDARDS.match(written):
            spelling = _SPACED.sub("", _METRIC_TWIN.sub("", written))
            found.setdefault(_PACK_FORM.sub(r"\1 ", _GAP.sub(" ", spelling)), written)
    return list(found.items())
