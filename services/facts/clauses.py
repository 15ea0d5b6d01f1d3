"""Passages cut into clauses, and whether a clause makes a direct claim about this job.

A condition, an example, an alternative, a question or what used to be is no claim on the job.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from buildplan.v1.document_pb2 import Passage

LONGEST_QUOTE = 400
_SENTENCE_END = re.compile(r"(?<=[.;!?])\s+(?=[\"'(“]?[A-Z0-9•])|\n+")
_ABBREVIATION = re.compile(
    r"(?:\b(?:no|rev|qty|approx|min|max|in|thk|dia|ref|fig|sec|para|gr|st|mr|ms|dr|inc|ltd|co|dwg|nos|spec|"
    r"e\.g|i\.e|vs|ga|temp)|\b[A-Z])\.$",
    re.IGNORECASE,
)
_HARMLESS = re.compile(
    r"unless otherwise (?:specified|noted|stated|agreed)[\w ]{0,20}|(?:no|not) later than|not to exceed|"
    r"(?:shall|must|may|do) not exceed|no more than|not less than",
    re.IGNORECASE,
)
_GENERIC = re.compile(
    r"\b(?:if|unless|whenever|when|where|or equal|(?:or )?equivalent|e\.g\.?|for example|examples?|such as|"
    r"typical(?:ly)?|(?<!\d )may(?! \d)|optional(?:ly)?|option|"
    r"alternat\w+|either|less than|greater than|thicker|thinner|larger than|smaller than|exceed\w*|above|"
    r"below|between|rang(?:e|es|ing)|recommend\w*|"
    r"would|could|can we|should we|might|not|never|no longer|propos\w+|superseded|deleted?|cited in|cancelled|"
    r"withdrawn|historical\w*|was|were|had|last (?:job|time|order|year)|unknown|tbd|estimated)\b|\?",
    re.IGNORECASE,
)
_DENIED = re.compile(
    r"\b(?:instead of|rather than|in lieu of|in place of|replac(?:es|ing)|superse(?:des|ding)|previously|"
    r"formerly|used to be|as opposed to|up from|down from)\b[^.;,)]*"
    r"|\b(?<=changed )from\b.*?\bto\b|\b(?<=moved )from\b.*?\bto\b|\b(?<=revised )from\b.*?\bto\b",
    re.IGNORECASE,
)

_NO_CLAIMS_UNDER = re.compile(
    r"\b(?:referenced?|applicable|normative) (?:documents?|standards?|publications?|references?)|"
    r"\breferences\b|definitions|acronyms|abbreviations|"
    r"glossary|background|bibliography|revision history|change (?:record|history)",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Clause:
    """One clause: `text` with denied words blanked, of the same length as `written`; its passage and cells."""

    text: str
    written: str
    passage: Passage
    label: str = ""

    def quote(self, start: int, end: int) -> str:
        """The words as written, cut around the value where they are very long."""
        if len(self.written) <= LONGEST_QUOTE:
            return self.written.strip()
        half = (LONGEST_QUOTE - (end - start)) // 2
        first, last = max(0, start - half), min(len(self.written), end + half)
        while first > 0 and not self.written[first - 1].isspace():
            first -= 1
        while last < len(self.written) and not self.written[last].isspace():
            last += 1
        return self.written[first:last].strip()


def clauses(passage: Passage) -> Iterator[Clause]:
    """The passage's sentences; a row is one clause."""
    whole = passage.text
    pieces = [whole] if passage.role == Passage.ROLE_TABLE_ROW else sentences(whole)
    for piece in pieces:
        yield Clause(_DENIED.sub(_blank, piece), piece, passage)


def sentences(text: str) -> list[str]:
    """`text` cut at sentence ends; "No. 4", "Rev. C" and decimals are left whole."""
    pieces: list[str] = []
    start = 0
    for match in _SENTENCE_END.finditer(text):
        if not _ABBREVIATION.search(text, max(start, match.start() - 8), match.start()):
            pieces.append(text[start : match.start()])
            start = match.end()
    pieces.append(text[start:])
    return [piece for piece in pieces if piece.strip()]


def is_direct(clause: Clause) -> bool:
    """True when the clause claims something about this job, unconditionally."""
    return not _GENERIC.search(_HARMLESS.sub(_blank, clause.text))


def claims_under(heading: str) -> bool:
    """False below headings whose text lists, defines or tells history."""
    return not _NO_CLAIMS_UNDER.search(heading)


def _blank(match: re.Match[str]) -> str:
    return " " * len(match[0])
