"""The division of work: which section owns a sentence. All agents share it, so no two list the same line."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from services.specialist.offline.binding import Force
from services.specialist.offline.cue import Cue

_WORD = re.compile(r"[a-z0-9µøø]+(?:['’.][a-z0-9]+)*")
_DATE_LIKE = re.compile(r"\d{4}-\d\d-\d\d|\b\d{1,2}[/.]\d{1,2}[/.]\d{2}")
_STANDARD_LIKE = re.compile(r"[A-Z]{2,}[ -]?[A-Z]{0,4}-?\d|D1\.\d")
_HEADING_BONUS = 12
_HEADING_ALONE = 45


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
        index: dict[str, list[int]] = {}
        for place, cue in enumerate(self._cues):
            for key in {_key(trigger) for trigger in cue.triggers}:
                index.setdefault(key, []).append(place)
        self._index = {key: tuple(places) for key, places in index.items()}
        self._heading = lru_cache(maxsize=4096)(self._of_heading)

    def shares(self, sentence: str, demand: Force, heading: str = "") -> list[Share]:
        """The owner's share first, then those that stand beside it; empty when the sentence is nobody's."""
        candidates = self._candidates(sentence)
        under = self._heading(heading) if heading else ""
        owner = self._owner(sentence, demand, candidates, under)
        beside = [
            Share(cue.target, cue.weight)
            for cue in candidates
            if cue.beside
            and demand >= cue.least
            and (owner is None or cue.target != owner.target)
            and cue.found(sentence)
        ]
        return [owner, *beside] if owner else beside

    def _owner(self, sentence: str, demand: Force, candidates: list[Cue], under: str) -> Share | None:
        best: Share | None = None
        for cue in candidates:
            if cue.beside or demand < cue.least:
                continue
            weight = cue.weight + (_HEADING_BONUS if cue.target == under else 0)
            if (best is None or weight > best.weight) and cue.found(sentence):
                best = Share(cue.target, weight)
            if best and cue.weight + _HEADING_BONUS <= best.weight:
                break
        if best is None and under and demand == Force.DEMAND:
            return Share(under, _HEADING_ALONE)
        return best

    def _of_heading(self, heading: str) -> str:
        """The section that a heading names, or empty."""
        named = [cue for cue in self._headings if cue.found(heading)]
        named += [
            cue for cue in self._candidates(heading) if not cue.beside and cue.weight >= 54 and cue.found(heading)
        ]
        return max(named, key=lambda cue: cue.weight).target if named else ""

    def _candidates(self, sentence: str) -> list[Cue]:
        places: set[int] = set()
        for key in _keys(sentence):
            places.update(self._index.get(key, ()))
        return [self._cues[place] for place in sorted(places)]


def _key(trigger: str) -> str:
    if not trigger[0].isalnum():
        return trigger
    word = max(re.split(r"[-/]", trigger), key=len)
    return word[:4]


def _keys(sentence: str) -> set[str]:
    lowered = sentence.lower()
    keys: set[str] = set()
    for word in _WORD.findall(lowered):
        keys.add(word[:4])
        if len(word) == 4 and word[3] == "s":
            keys.add(word[:3])
    return keys | _signs(sentence)


def _signs(sentence: str) -> set[str]:
    signs = {sign for sign in ("±", "+/-", "+", "__") if sign in sentence}
    if _DATE_LIKE.search(sentence):
        signs.add("#date")
    if _STANDARD_LIKE.search(sentence):
        signs.add("#std")
    return signs
