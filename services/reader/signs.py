"""What a line of text looks like: a numbered clause, a list item, a field, a line of a table of contents."""

from __future__ import annotations

import re

_BULLETS = "•●▪◦‣∙·■□➢✓\uf0b7\uf0a7\uf0d8"
_NUMBER = r"(?:[A-Z]\.)?\d{1,3}(?:\.\d{1,3}){1,6}[.)]?(?=\s+[\[(A-Z\"“*])|\(?\d{1,3}[.)](?=\s+\S)"
ITEM = re.compile(
    rf"(?P<label>{_NUMBER}|\(?[A-Za-z][.)](?=\s+\S)|\([a-z]{{1,4}}\)(?=\s+\S)|[ivx]{{1,5}}[.)](?=\s+\S)"
    rf"|[{_BULLETS}](?=\s*\S)|[-–—*!](?=\s+\S)|\[[A-Z]{{2,6}} \d+[a-z]?\](?=\s)"
    r"|(?:GENERAL )?NOTES?(?: \d+)?\s*[:.](?=\s|$)|(?:WARNING|CAUTION|DELETE|SUBSTITUTE|ADD|EXCEPTION)S?:(?=\s|$))"
)
_CLAUSE = re.compile(
    r"(?:(?:[A-Z]\.)?\d{1,3}(?:\.\d{1,3})*\.?|(?:ARTICLE|SECTION|APPENDIX|ANNEX|ATTACHMENT|EXHIBIT|PART|CHAPTER)"
    r"\s+[A-Z0-9][\w.-]{0,5}[.:]?)(?:\s+|$)"
)
_SINGLE_LEVEL = re.compile(r"(\d{1,3})[.)]?\s")
_CAPTION = re.compile(r"(?:Table|TABLE|Figure|FIGURE|Fig\.|FIG\.)\s+[A-Z]?[-.\dIVX]{1,6}\s*[.:–—-]?\s")
_RUN_IN = re.compile(
    r"((?:[A-Z]\.)?\d{1,3}(?:\.\d{1,3})+\.?\s+[A-Z][^.:;]{2,60}|\d{1,2}\.\s+[A-Z][A-Z ,/&()-]{3,60})[.:]\s+\S"
)
_CONTENTS_TITLE = re.compile(
    r"(?:table of contents|contents|list of (?:figures|tables|appendices|exhibits)|table of (?:figures|tables)|index)"
    r"(?:\s*\(?cont(?:inued|'d|\.)?\)?)?",
    re.IGNORECASE,
)
_ENDS_WITH_PAGE = re.compile(r"\S.*\s(?:\d{1,3}|[ivxl]{1,5})$")
_FIELD = re.compile(r"(?P<label>[A-Z][A-Za-z0-9 ./&#'()-]{1,34}?)\s?:\s*(?P<value>\S.{0,100})?$")
_NOT_FIELDS = re.compile(
    r"(?:NOTES?|WARNING|CAUTION|EXAMPLES?|EXCEPTION|DELETE|SUBSTITUTE|ADD|HTTPS?|RECOMMENDATION|LESSONS? LEARNED)\b",
    re.IGNORECASE,
)
_SENTENCE = re.compile(r"\b(?:shall|must|will|should|may|is|are|was|were|has|have|been|be)\b")
_DUTY = re.compile(r"\b(?:shall|must|will)\b", re.IGNORECASE)
_SMALL_WORDS = frozenset(
    [
        "a",
        "an",
        "and",
        "as",
        "at",
        "by",
        "for",
        "from",
        "in",
        "into",
        "of",
        "on",
        "or",
        "per",
        "the",
        "to",
        "with",
        "without",
        "vs",
        "via",
    ]
)


def is_item(text: str) -> bool:
    """True when a line begins a list item, a numbered clause or a note."""
    return ITEM.match(text) is not None


def is_contents(text: str) -> bool:
    """True for a line of a table of contents with leader dots."""
    return "...." in text or ". . . . " in text or "……" in text


def ends_with_leader(text: str) -> bool:
    """True for a line of a table of contents that has lost its page number."""
    return text.endswith("." * 8) and text[:1].isalnum()


def is_contents_title(text: str) -> bool:
    """True for "TABLE OF CONTENTS", "List of Figures" and the like."""
    return len(text) < 60 and _CONTENTS_TITLE.fullmatch(text.strip(" :")) is not None


def ends_with_page(text: str) -> bool:
    """True when a line ends as a table of contents does: with a page number."""
    return len(text) < 160 and _ENDS_WITH_PAGE.match(text) is not None


def is_field(text: str) -> bool:
    """True for "Label: value" as title blocks and forms write it."""
    if len(text) > 120 or ":" not in text or not (match := _FIELD.match(text)):
        return False
    if _NOT_FIELDS.match(text) or is_item(text):
        return False
    value = match["value"] or ""
    return bool(value) and len(match["label"].split()) <= 5 and not _SENTENCE.search(text) and not value.endswith(".")


def is_caption(text: str) -> bool:
    """True for the caption of a table or figure."""
    return len(text) <= 160 and _CAPTION.match(text) is not None


def single_level_number(text: str) -> int | None:
    """The number of "3. BREAK ALL EDGES"; None for other lines, "3.1 General" included."""
    match = _SINGLE_LEVEL.match(text)
    return int(match[1]) if match else None


def run_in_heading(text: str) -> str:
    """The heading that a clause carries in its first line: "3.1 Price" of "3.1 Price. The price ..."; may be empty."""
    match = _RUN_IN.match(text)
    return match[1].strip() if match and not _SENTENCE.search(match[1]) else ""


def is_clause_heading(text: str) -> bool:
    """True for a clause number with a title and nothing else: "3.4 Welding", "ARTICLE 3"."""
    match = _CLAUSE.match(text)
    if not match or len(text) > 120 or text.endswith((";", ",")):
        return False
    title = text[match.end() :]
    if any(mark in title for mark in '"“”'):
        return False
    if title.endswith("."):
        several_levels = text[: match.end()].rstrip(". ").count(".") > 0
        if not several_levels or len(title) > 60 or ". " in title or any(sign.isdigit() for sign in title):
            return False
    return (match[0][0].isalpha() and not title) or is_title(title)


def is_duty(text: str) -> bool:
    """True when a text says what someone shall do; such a text is no heading, however it is printed."""
    return _DUTY.search(text) is not None


def is_title(text: str) -> bool:
    """True when words are written as in a title: capitals throughout or at every word that counts, no sentence."""
    words = [word.strip("()[]\"'“”,:") for word in text.split()]
    counted = [word for word in words if word and word.lower() not in _SMALL_WORDS and word[0].isalpha()]
    if not counted or len(words) > 14 or _SENTENCE.search(text):
        return False
    return sum(word[0].isupper() for word in counted) >= 0.75 * len(counted) and counted[0][0].isupper()


def is_capitals(text: str) -> bool:
    """True when the line is in capitals and has at least one real word."""
    return text.isupper() and re.search(r"[A-Z]{3}", text) is not None
