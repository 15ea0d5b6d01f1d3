"""What was found of what was labelled, section by section."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

_FOLD = re.compile(r"[\W_]+")
_PAGED = (".pdf", ".xlsx")


@dataclass(frozen=True)
class EngineLine:
    """A stated line of an engine: its section, and page and words of each place that it quotes."""

    section: str
    quotes: tuple[tuple[int, str], ...]


@dataclass
class Score:
    """Counts by section: labels that are required and found, lines that were judged and are right."""

    labelled: Counter[str] = field(default_factory=Counter)
    found: Counter[str] = field(default_factory=Counter)
    judged: Counter[str] = field(default_factory=Counter)
    right: Counter[str] = field(default_factory=Counter)

    def add(self, other: Score) -> None:
        """Adds another score to this one."""
        for mine, theirs in zip(self.counters(), other.counters(), strict=True):
            mine.update(theirs)

    def counters(self) -> tuple[Counter[str], Counter[str], Counter[str], Counter[str]]:
        """The four counts."""
        return self.labelled, self.found, self.judged, self.right

    def recall(self, section: str | None = None) -> float | None:
        """Found of labelled; None where nothing is labelled."""
        return _ratio(self.found, self.labelled, section)

    def precision(self, section: str | None = None) -> float | None:
        """Right of judged; None where the engine lists nothing."""
        return _ratio(self.right, self.judged, section)


def score(label_file: Mapping[str, Any], lines: Iterable[EngineLine]) -> Score:
    """Judges the engine's lines on the labelled pages of one document.

    A line matches a label when either quote holds the other after case, white space and punctuation are dropped,
    and it stands in the label's section or one of `also`. Lines that match an optional label only are not judged.
    """
    paged = str(label_file["document"]).lower().endswith(_PAGED)
    pages = set(label_file["pages"])
    judged = [line for line in lines if not paged or any(page in pages for page, _ in line.quotes)]
    result = Score()
    right: set[int] = set()
    optional: set[int] = set()
    for label in label_file["lines"]:
        hits = [place for place, line in enumerate(judged) if _matches(label, line, paged=paged)]
        if label.get("optional"):
            optional.update(hits)
            continue
        result.labelled[label["section"]] += 1
        result.found[label["section"]] += bool(hits)
        right.update(hits)
    for place, line in enumerate(judged):
        if place in right or place not in optional:
            result.judged[line.section] += 1
            result.right[line.section] += place in right
    return result


def _matches(label: Mapping[str, Any], line: EngineLine, *, paged: bool) -> bool:
    if line.section not in (label["section"], *label.get("also", ())):
        return False
    wanted = _fold(label["quote"])
    quotes = [_fold(quote) for page, quote in line.quotes if not paged or page == label["page"]]
    return any(wanted in given or (len(given) >= 8 and given in wanted) for given in quotes)


def _ratio(part: Counter[str], whole: Counter[str], section: str | None) -> float | None:
    total = whole[section] if section else whole.total()
    return (part[section] if section else part.total()) / total if total else None


def _fold(text: str) -> str:
    return _FOLD.sub("", text.casefold())
