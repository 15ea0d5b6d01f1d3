"""The division of work: which section owns a sentence. All agents share it, so no two list the same line."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from services.specialist.offline.binding import Force
from services.specialist.offline.cue import Cue

_WORD = re.compile(r"[a-z0-9µøø]+(?:['’.][a-z0-9]+)*")
_FIGURE = re.compile(r"\d")
_DATE_LIKE = re.compile(r"\d{4}-\d\d-\d\d|\b\d{1,2}[/.]\d{1,2}[/.]\d{2}")
_STANDARD_LIKE = re.compile(r"[A-Z]{2,}[ -]?[A-Z]{0,4}[- ]?\d|D1\.\d")
_HEADING_BONUS = 12
_HEADING_ALONE = 45
_HEADING_LEAST = 54
_HOME_BONUS = 8
_HOME_ALONE = 44


@dataclass(frozen=True)
class Share:
    """One section's claim to a sentence: `weight` 1 to 100 says how clear it is."""

    target: str
    weight: int


class Division:
    """A vocabulary, indexed by the words that its cues need."""

    def __init__(self, cues: tuple[Cue, ...], headings: tuple[Cue, ...] = ()) -> None:
        self._headings = headings
        self._cues = tuple(sorted(cues, key=lambda cue: -cue.weight))
        self._beside = sum(1 << place for place, cue in enumerate(self._cues) if cue.beside)
        self._index = {demand: self._indexed(demand) for demand in Force}
        self._heading = lru_cache(maxsize=4096)(self._of_heading)

    def shares(self, sentence: str, demand: Force, heading: str = "", *, stem: str = "", home: str = "") -> list[Share]:
        """The owner's share first, then those that stand beside it; empty when the sentence is nobody's.

        `stem` is the section of the sentence that introduces a list item; `home` is where the paper's demands belong
        when nothing else claims them.
        """
        lowered = sentence.lower()
        candidates = self._candidates(sentence, lowered, demand)
        under = stem or (self._heading(heading) if heading else "")
        owner = self._owner(sentence, lowered, candidates & ~self._beside, under, home)
        if demand == Force.DEMAND:
            owner = max(filter(None, (owner, _alone(under, home))), key=lambda share: share.weight, default=None)
        beside = [
            Share(cue.target, cue.weight)
            for cue in self._in_order(candidates & self._beside)
            if (owner is None or cue.target != owner.target) and cue.found(sentence, lowered)
        ]
        return [owner, *beside] if owner else beside

    def _owner(self, sentence: str, lowered: str, candidates: int, under: str, home: str) -> Share | None:
        best: Share | None = None
        for cue in self._in_order(candidates):
            if best and cue.weight + _HEADING_BONUS <= best.weight:
                break
            if cue.headed and cue.target != under:
                continue
            bonus = _HEADING_BONUS if cue.target == under else _HOME_BONUS if cue.target == home else 0
            weight = cue.weight + bonus
            if (best is None or weight > best.weight) and cue.found(sentence, lowered):
                best = Share(cue.target, weight)
        return best

    def _of_heading(self, heading: str) -> str:
        """The section that a heading names, or empty."""
        lowered = heading.lower()
        named = [cue for cue in self._headings if cue.found(heading, lowered)]
        words = self._in_order(self._candidates(heading, lowered, Force.DEMAND) & ~self._beside)
        named += [cue for cue in words if cue.weight >= _HEADING_LEAST and cue.found(heading, lowered)]
        return max(named, key=lambda cue: cue.weight).target if named else ""

    def _candidates(self, sentence: str, lowered: str, demand: Force) -> int:
        """The cues that the words of the sentence allow, one bit each, the heaviest cue in the lowest bit."""
        index = self._index[demand]
        bits = 0
        for key in {word[:4] for word in _WORD.findall(lowered)} | _signs(sentence):
            bits |= index.get(key, 0)
        return bits

    def _in_order(self, bits: int) -> Iterator[Cue]:
        while bits:
            lowest = bits & -bits
            yield self._cues[lowest.bit_length() - 1]
            bits ^= lowest

    def _indexed(self, demand: Force) -> dict[str, int]:
        """Bits of the cues that a sentence of this force may match, by the words that they need."""
        index: dict[str, int] = {}
        for place, cue in enumerate(self._cues):
            for key in {key for trigger in cue.triggers for key in _keys(trigger)} if demand >= cue.least else ():
                index[key] = index.get(key, 0) | 1 << place
        return index


def _alone(under: str, home: str) -> Share | None:
    """Who owns a demand that no cue claims."""
    if under:
        return Share(under, _HEADING_ALONE)
    return Share(home, _HOME_ALONE) if home else None


def _keys(trigger: str) -> tuple[str, ...]:
    """What a trigger is looked up by: a sign as it is, a short word with its plural, else its first four letters."""
    if not trigger[0].isalnum():
        return (trigger,)
    word = max(re.split(r"[-/]", trigger), key=len)
    return (word, f"{word}s") if len(word) == 3 else (word[:4],)


def _signs(sentence: str) -> set[str]:
    signs = {sign for sign in ("±", "+/-", "+", "__", "[*", "°", "<", "≤") if sign in sentence}
    if _FIGURE.search(sentence):
        if _DATE_LIKE.search(sentence):
            signs.add("#date")
        if _STANDARD_LIKE.search(sentence):
            signs.add("#std")
    return signs
