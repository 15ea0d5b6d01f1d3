"""Sentences of a passage, cut where a technical paper ends one.

The points of "ASTM A967, Sec. 4.2", "No. 3", "approx. 5 mm", "1.25" and of list numbers end nothing. A sentence is a
slice of its passage, so that its text is a quote that can be found again on the page.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

LONGEST = 1500
_BREAK = re.compile(
    r"[.!?][\"”’')\]]{0,2}\s+(?=[\"“‘'(\[]?[A-Z0-9]|[a-z]{1,2}[.)]\s+[\"“\[]?[A-Z])|[•●▪◦■\uf0b7\uf0a7\x7f]\s*"
    r"|\n[ \t]*\n"
)
_LAST_WORD = re.compile(r"(?:^|[\s(,;:/])([^\s(,;:/]{1,12})\Z")
_NEVER = frozenset(
    [
        "no",
        "nos",
        "sec",
        "secs",
        "fig",
        "figs",
        "rev",
        "para",
        "paras",
        "ref",
        "refs",
        "app",
        "art",
        "cl",
        "approx",
        "ca",
        "e.g",
        "i.e",
        "eg",
        "viz",
        "vs",
        "cf",
        "al",
        "dr",
        "mr",
        "mrs",
        "ms",
        "st",
        "jr",
        "inc",
        "ltd",
        "co",
        "corp",
        "dwg",
        "p",
        "pp",
        "vol",
        "ed",
        "attn",
        "dept",
        "tel",
        "ext",
        "spec",
        "qty",
        "u.s",
        "u.s.c",
        "c.f.r",
        "min",
        "max",
        "dia",
        "thk",
        "typ",
        "temp",
        "in",
        "ft",
        "lb",
        "oz",
    ]
)
_STARTERS = re.compile(
    r"[\"“‘'(\[]?(?:The|A|An|All|Any|This|These|Those|If|In|For|Each|Every|It|When|Where|No|Such|Upon|After|Before"
    r"|Either|Both|See)\b"
)
_WORDLIKE = re.compile(r"[\"“‘'(\[]?[A-Z][A-Za-z]{2,}")
_UNITS = frozenset(["min", "max", "dia", "thk", "typ", "temp", "in", "ft", "lb", "oz"])
_LIST_NUMBER = re.compile(r"(?:\(?(?:[A-Z]{0,3}-?\d{1,3}(?:\.\d{1,3}){0,6}|[A-Za-z]{1,2}|[ivxIVX]{1,5})[.)]?)\Z")
_LEAD = re.compile(
    r"\s*(?:(?:\[[A-Z]{2,5} \d{1,4}\]|\((?:\d{1,2}|[a-z]{1,3})\)|[A-Z]{1,3}-?\d{1,3}[.):]|[A-Z]{2,3}-\d{1,3}(?=\s)"
    r"|\d{1,3}(?:\.\d{1,3}){2,6}[.)]?(?=\s|[A-Z])|[1-9]\d?\.\d{1,2}[.)]?(?=\s+[\"“\[]?[A-Z](?!M\b|N\b|G\b)|[A-Z])"
    r"|\d{1,3}[.)](?=\s|[A-Z])|[a-zA-Z][.)](?=\s)|[a-z]{2}\.(?=\s)|[-–—*!§·o](?=\s))\s*)+"
)

_BLANKED = re.compile(r"\s*\[[*· ]+\]\s*\Z")


class Sentence(NamedTuple):
    """A slice of a passage that begins at `offset`; `listed` when a list number or a bullet stands before it."""

    offset: int
    text: str
    listed: bool


def sentences(text: str) -> Iterator[Sentence]:
    """Sentences in order, without list numbers; longer ones than `LONGEST` are cut at white space."""
    start, bullet = 0, False
    for mark in _BREAK.finditer(text):
        point = mark.group()[0] in ".!?"
        if not point or _ends(text, start, mark):
            yield from _pieces(text, start, mark.end() if point else mark.start(), bullet=bullet)
            start, bullet = mark.end(), not point and not mark.group().isspace()
    yield from _pieces(text, start, len(text), bullet=bullet)


def _ends(text: str, start: int, mark: re.Match[str]) -> bool:
    """True when the point of `mark` ends the sentence that began at `start`."""
    if text[mark.start()] != ".":
        return True
    before = text[max(start, mark.start() - 24) : mark.start()]
    if mark.start() - start <= 12 and _LIST_NUMBER.match(text[start : mark.start()].strip()):
        return False
    word = _LAST_WORD.search(before)
    token = word.group(1).lower().rstrip(".") if word else ""
    if token in _UNITS:
        return _WORDLIKE.match(text, mark.end()) is not None
    if token in _NEVER or (len(token) == 1 and token.isalpha()):
        return _STARTERS.match(text, mark.end()) is not None
    return True


def _pieces(text: str, start: int, end: int, *, bullet: bool) -> Iterator[Sentence]:
    lead = _LEAD.match(text, start, end)
    if lead and not _BLANKED.match(text, lead.end(), end):
        start = lead.end()
    while end - start > LONGEST:
        cut = text.rfind(" ", start, start + LONGEST)
        cut = cut if cut > start else start + LONGEST
        yield Sentence(start, text[start:cut].strip(), False)
        start = cut
    piece = text[start:end]
    if piece.strip():
        yield Sentence(start + len(piece) - len(piece.lstrip()), piece.strip(), bullet or lead is not None)
