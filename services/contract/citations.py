"""The citation check: does the quote occur on the page that it names?

White space, hyphens and invisible marks are removed and quote marks unified after NFKC, so that wrapped lines
and hyphenation do not matter. On pages read by OCR the best window must reach a similarity of 0.90.
"""

from __future__ import annotations

import unicodedata
from collections import Counter
from difflib import SequenceMatcher

OCR_RATIO = 0.90
_SEED = 6  # characters; with at most one error in ten, every quote keeps seeds without an error
_PLACES = 3
# U+0002 and U+FFFE stand where PDF text layers break a word; U+200B to U+200D and U+FEFF print nothing.
_DROPPED = "-\u00ad\u2010\u2011\u2012\u2013\u2014\u2015\u2212\u0002\ufffe\u200b\u200c\u200d\ufeff"
_UNIFIED = {"'": "‘’‚‛′`´", '"': "“”„‟″«»", "/": "\u2044"}
_MARKS = tuple((mark, plain) for plain, marks in _UNIFIED.items() for mark in marks)


def normalise(text: str) -> str:
    """`text` as the check compares it: NFKC, quote marks unified, white space and hyphens removed."""
    if text.isascii():
        compared = text.replace("`", "'").replace("-", "").replace("\u0002", "")
    else:  # some quote marks would fall apart in NFKC, and NFKC makes others
        compared = _unified(unicodedata.normalize("NFKC", _unified(text)))
        for mark in _DROPPED:
            compared = compared.replace(mark, "")
    return "".join(compared.split())


def _unified(text: str) -> str:
    for mark, plain in _MARKS:  # str.replace is ten times faster than str.translate where a mark is absent
        text = text.replace(mark, plain)
    return text


def occurs(quote: str, normalised_page: str, *, ocr: bool = False) -> bool:
    """True when `quote` stands on the page, given as `normalise` returned it. An empty quote never does."""
    wanted = normalise(quote)
    if not wanted:
        return False
    if wanted in normalised_page:
        return True
    return ocr and nearest(wanted, normalised_page) is not None


def nearest(wanted: str, page: str) -> tuple[int, int] | None:
    """Begin and end of the part of the page that is similar enough to `wanted`; both normalised, None without one."""
    spans = (_similar(wanted, page, start) for start in _likely_starts(wanted, page))
    return next((span for span in spans if span is not None), None)


def _likely_starts(wanted: str, page: str) -> list[int]:
    """Where on the page the quote most likely begins: the offsets that most of its pieces vote for."""
    width = max(_SEED, len(wanted) // 8)
    votes: Counter[int] = Counter()
    for at in range(0, len(wanted) - _SEED + 1, _SEED):
        seed = wanted[at : at + _SEED]
        found = page.find(seed)
        while found >= 0:
            votes[(found - at) // width] += 1
            found = page.find(seed, found + 1)
    return [bucket * width for bucket, _ in votes.most_common(_PLACES)]


def _similar(wanted: str, page: str, start: int) -> tuple[int, int] | None:
    """The words of the page near `start`, from first to last common run, when they reach OCR_RATIO."""
    reach = max(_SEED, len(wanted) // 8)
    begin = max(0, start - reach)
    near = page[begin : start + len(wanted) + 2 * reach]
    matcher = SequenceMatcher(None, near, wanted, autojunk=False)
    runs = [run for run in matcher.get_matching_blocks() if run.size >= 2]
    if not runs:
        return None
    first, end = runs[0].a, runs[-1].a + runs[-1].size
    ratio = 2 * sum(run.size for run in runs) / (end - first + len(wanted))
    return (begin + first, begin + end) if ratio >= OCR_RATIO else None
