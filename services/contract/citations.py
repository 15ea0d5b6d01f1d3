"""The citation check: does the quote occur on the page that it names?

White space and hyphens are removed and quote marks unified after NFKC, so that wrapped lines and
hyphenation do not matter. On pages read by OCR the best window must reach a similarity of 0.90.
"""

from __future__ import annotations

import re
import unicodedata
from difflib import SequenceMatcher

OCR_RATIO = 0.90
_DROPPED = re.compile(r"[\s\-\u00ad\u2010-\u2015\u2212]+")
_QUOTES = str.maketrans(dict.fromkeys("‘’‚‛′`´", "'")) | str.maketrans(dict.fromkeys("“”„‟″«»", '"'))


def normalise(text: str) -> str:
    """`text` as the check compares it: NFKC, quote marks unified, white space and hyphens removed."""
    return _DROPPED.sub("", unicodedata.normalize("NFKC", text.translate(_QUOTES)).translate(_QUOTES))


def occurs(quote: str, normalised_page: str, *, ocr: bool = False) -> bool:
    """True when `quote` stands on the page, given as `normalise` returned it. An empty quote never does."""
    wanted = normalise(quote)
    if not wanted:
        return False
    if wanted in normalised_page:
        return True
    return ocr and _best_ratio(wanted, normalised_page) >= OCR_RATIO


def _best_ratio(wanted: str, page: str) -> float:
    """Similarity of `wanted` with the window of the page around their longest common run."""
    run = SequenceMatcher(None, page, wanted, autojunk=False).find_longest_match()
    start = max(0, run.a - run.b)
    window = page[start : start + len(wanted)]
    return SequenceMatcher(None, window, wanted, autojunk=False).ratio()
