"""Material grades in one spelling: "AISI 304 L", 1.4307 and UNS S30403 are all "304L"."""

from __future__ import annotations

import re
from collections.abc import Iterator

from services.facts.values import Value, without_overlaps

_BY_NUMBER = {
    "1.4301": "304", "1.4307": "304L", "1.4306": "304L", "1.4401": "316", "1.4404": "316L", "1.4435": "316L",
    "1.4541": "321", "1.4550": "347", "1.4571": "316TI", "1.4305": "303", "1.4462": "2205", "1.4542": "17-4PH",
    "1.4016": "430", "1.4021": "420", "1.4539": "904L",
    "S30400": "304", "S30403": "304L", "S30409": "304H", "S31600": "316", "S31603": "316L", "S32100": "321",
    "S34700": "347", "S30300": "303", "S32205": "2205", "S31803": "2205", "S17400": "17-4PH", "S15500": "15-5PH",
    "S43000": "430", "S42000": "420", "N08904": "904L", "A96061": "6061", "A97075": "7075", "A95052": "5052",
    "1.0038": "S235JR", "1.0577": "S355J2",
}  # fmt: skip
_STAINLESS = (
    r"(?:2205|2507|30[1-3](?:SE)?|304[LHN]?|30[89]L?|31[06][LHS]?|317L?|316TI|321H?|347H?|4[123]0[FC]?|409|430F?|904L)"
)
_ALUMINIUM = r"(?:2024|2014|2219|3003|5052|5083|5086|6005A?|6061|6063|6082|7050|7075)"
_TEMPER = r"(?:\s*-?\s*(?P<temper>T\d{1,5}|H\d{2,3}|O)\b)?"
_CARBON = (
    r"(?:A36|A500|A513|A572|A588|A514|A105|A106|A53|A1011|A1008|S235J[R02]|S275J[R02]|S355J[R02]|"
    r"10[124][058]|11L17|12L14|41[34]0|8620|4340)"
)
_DUAL = re.compile(r"\b(?P<first>304|316)\s*/\s*(?P<second>304\s?L|316\s?L|L)\b", re.IGNORECASE)
_NUMBERED = re.compile(r"\b(?:UNS\s*)?(?P<number>1\.\d{4}|[SN]\d{5}|A9\d{4})\b")
_TRADE = r"(?:AISI|SAE|ASTM|TYPE|TP|GRADE|GR\.?|ALLOY|SS|SST|CRES|ST\.?\s?STL)"
_STAINLESS_WORDS = r"(?:STAINLESS|S\.?S\.?T?|CRES|ST\.?\s?STL)"
_STAINLESS_GRADE = re.compile(
    rf"(?:\b(?P<before>{_TRADE}|{_STAINLESS_WORDS})[\s-]*)?(?:(?<![\w.,/-])|(?<=\bSS))(?P<grade>30[0-9]\s?L|"
    rf"31[67]\s?L|{_STAINLESS[3:]}(?![\w.,]*\d|\w)"
    rf"(?P<after>[\s,/-]*(?:{_STAINLESS_WORDS})\b)?",
    re.IGNORECASE,
)
_SURE_ALONE = re.compile(r"304L|316L|317L|347H?|321H?|316TI|904L|304H|308L|309L|17-4", re.IGNORECASE)
_ALUMINIUM_GRADE = re.compile(
    rf"(?<![\w.,/-])(?:AA\s?|AL\s?|EN\s?AW-)?(?P<grade>{_ALUMINIUM}){_TEMPER}(?![\w.]*\d)", re.IGNORECASE
)
_PRECIPITATION = re.compile(
    r"(?<![\w.-])(?P<grade>1[57]-[4577])\s*-?\s*PH\b(?:\s*,?\s*(?:COND(?:ITION)?\.?\s*)?(?P<temper>H\s?\d{3,4}))?",
    re.IGNORECASE,
)
_CARBON_GRADE = re.compile(
    rf"(?<![\w.,/-])(?P<trade>ASTM\s*|AISI\s*|SAE\s*|EN\s*10025\s*)?(?P<grade>{_CARBON})(?![\w.]*\d|\w)", re.IGNORECASE
)
_NEEDS_TRADE = re.compile(r"\d{4}")
_FILLER = re.compile(r"\bER\s?-?(?P<grade>\d{2,4}[A-Z]?(?:-\d|Si)?|\d{4})(?!\w)")


def find_grades(text: str, *, labelled: bool = False) -> list[Value]:
    """All grades in `text`. A bare "304" or "6061" counts only beside a word for its metal.

    `labelled` says that the text stands under "Material" or in a material column, where a bare number is a grade.
    """
    return without_overlaps(_all(text, labelled))


def same_grade(first: str, second: str) -> bool:
    """True when both can be met by one metal: equal, dual certified, or one without the temper."""
    left, right = (set(grade.split("/")) for grade in (first, second))
    return bool(left & right) or any(a.startswith(f"{b}-") or b.startswith(f"{a}-") for a in left for b in right)


def is_stainless(text: str) -> bool:
    """True when the text speaks of stainless steel; decides the gauge table."""
    if re.search(r"stainless|\bSST?\b|\bCRES\b", text, re.IGNORECASE):
        return True
    return any(re.match(rf"{_STAINLESS}|1[57]-", found.value) for found in find_grades(text))


def _all(text: str, labelled: bool) -> Iterator[Value]:
    for match in _DUAL.finditer(text):
        first = match["first"]
        yield Value(match.start(), match.end(), f"{first}/{first}L")
    for match in _NUMBERED.finditer(text):
        if grade := _BY_NUMBER.get(match["number"]):
            yield Value(match.start(), match.end(), grade)
    for match in _FILLER.finditer(text):
        yield Value(match.start(), match.end(), f"ER{match['grade']}", about="filler metal")
    yield from _named(text, labelled)


def _named(text: str, labelled: bool) -> Iterator[Value]:
    for match in _STAINLESS_GRADE.finditer(text):
        grade = re.sub(r"\s", "", match["grade"]).upper()
        if labelled or match["before"] or match["after"] or _SURE_ALONE.fullmatch(grade):
            yield Value(match.start("grade"), match.end("grade"), grade)
    for match in _PRECIPITATION.finditer(text):
        temper = re.sub(r"\s", "", match["temper"] or "").upper()
        yield Value(match.start(), match.end(), f"{match['grade']}PH" + (f"-{temper}" if temper else ""))
    for match in _ALUMINIUM_GRADE.finditer(text):
        temper = (match["temper"] or "").upper()
        if labelled or temper or re.search(r"alumin|\bAL\b", text, re.IGNORECASE):
            yield Value(match.start(), match.end(), match["grade"].upper() + (f"-{temper}" if temper else ""))
    for match in _CARBON_GRADE.finditer(text):
        if labelled or match["trade"] or not _NEEDS_TRADE.fullmatch(match["grade"]):
            yield Value(match.start(), match.end(), match["grade"].upper())
