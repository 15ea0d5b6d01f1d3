"""One piece of the field's vocabulary and the section that it speaks for."""

from __future__ import annotations

import re
from dataclasses import dataclass

from services.specialist.offline.binding import Force

_ESCAPE = re.compile(r"\\.")
_CAPITAL = re.compile(r"[A-ZØ]")


@dataclass(frozen=True)
class Cue:
    """Words that make a sentence belong to a section.

    `target` is a path in Sections, "quality_plan.passivation". Of several cues in one sentence the highest `weight`
    (1 to 100) owns it. `triggers` are lower-case words, or beginnings of words of at least four letters; one must
    occur before `pattern` is tried. `least` is how much the sentence must demand. A cue that stands `beside` names
    another requirement in the same sentence (a date in an order line) and takes nothing from the owner. A `headed`
    cue counts only under a heading that names its section.
    """

    target: str
    weight: int
    triggers: frozenset[str]
    pattern: re.Pattern[str]
    unless: re.Pattern[str] | None = None
    least: Force = Force.PLAIN
    beside: bool = False
    cased: bool = False
    headed: bool = False

    def found(self, sentence: str, lowered: str) -> bool:
        """True when the sentence speaks of it; `lowered` is the sentence in lower case."""
        if self.pattern.search(sentence if self.cased else lowered) is None:
            return False
        return not (self.unless and self.unless.search(lowered))


def cue(
    target: str,
    weight: int,
    triggers: str,
    pattern: str,
    *,
    unless: str = "",
    least: Force = Force.PLAIN,
    beside: bool = False,
) -> Cue:
    """A cue from plain data: `triggers` are separated by spaces, patterns ignore case.

    A pattern without capitals is tried on lower case, which costs a third of ignoring case.
    """
    cased = _CAPITAL.search(_ESCAPE.sub("", pattern)) is not None
    return Cue(
        target,
        weight,
        frozenset(triggers.split()),
        re.compile(pattern, re.IGNORECASE if cased else 0),
        re.compile(unless) if unless else None,
        least,
        beside,
        cased,
    )
