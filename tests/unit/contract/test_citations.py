from __future__ import annotations

import random
import string

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.contract.citations import normalise, occurs

WORDS = st.lists(st.text(string.ascii_letters + string.digits + "äöüß°±Ø.,()", min_size=1, max_size=12), min_size=6)
BREAKS = st.sampled_from([" ", "\n", "\r\n", "  ", "\t", "\u00a0", "-\n", "\u00ad\n", "\u2010\n", "\u200b", "\ufffe"])
PAGE = """3.4 PASSIVATION. All 316L parts shall be passivated per ASTM A967, Nitric 2, after welding and before
assembly. Acceptance by copper sulfate test, records to be kept for seven years by the seller."""


def on_page(quote: str, page: str, *, ocr: bool = False) -> bool:
    return occurs(quote, normalise(page), ocr=ocr)


@settings(deadline=None)
@given(WORDS, st.data())
def test_a_quote_is_found_however_its_page_wraps_and_hyphenates(words: list[str], data: st.DataObject) -> None:
    gaps = [data.draw(BREAKS) for _ in words]
    page = "".join(word + gap for word, gap in zip(words, gaps, strict=True))
    first = data.draw(st.integers(0, len(words) - 1))
    last = data.draw(st.integers(first + 1, len(words)))
    assert on_page(" ".join(words[first:last]), page)


@pytest.mark.parametrize(
    ("quote", "page"),
    [
        ('the customer\'s "go"', "the customer’s “go”"),
        ("1/2 in", "½ in"),
        ("10 mm2", "10 mm²"),
        ("finish", "ﬁnish"),
        ("non-destructive", "nonde\u00ad\nstructive"),
        ("0.5–1.0 mm", "0.5 - 1.0 mm"),
        ("weld ment", "weld\u0002ment"),
        ("plate\u00a06 mm", "plate 6 mm"),
    ],
)
def test_spellings_of_the_same_words_are_the_same(quote: str, page: str) -> None:
    assert on_page(quote, page)


@pytest.mark.parametrize("quote", ["", " ", "\n-\u200b", "per ASTM A380", "All 316l parts"])
def test_what_is_not_on_the_page_is_not_found(quote: str) -> None:
    assert not on_page(quote, PAGE)
    assert not on_page(quote[:3].strip(" \n-\u200bper"), "")


def test_a_changed_number_is_not_forgiven_on_a_page_with_text() -> None:
    assert not on_page("records to be kept for eight years by the seller", PAGE)


@settings(deadline=None)
@given(st.text(string.printable + "½²“”—é\u200b"))
def test_normalising_is_stable_and_takes_all_white_space(text: str) -> None:
    once = normalise(text)
    assert normalise(once) == once
    assert not any(character.isspace() for character in once)


QUOTE = "All 316L parts shall be passivated per ASTM A967, Nitric 2, after welding and before assembly."
DECOY = "Parts shall be marked per MIL-STD-130. All parts shall be welded before assembly. " * 5


def damaged(text: str, seed: int, errors: int) -> str:
    """`text` without white space, with so many letters replaced, doubled or dropped, as OCR does."""
    draw = random.Random(seed)
    letters = list("".join(text.split()))
    for place in draw.sample(range(len(letters)), errors):
        letters[place] = draw.choice(["", letters[place] * 2, "§"])
    return "".join(letters)


@settings(deadline=None)
@given(st.integers(0, 10_000), st.integers(1, 5))
def test_a_few_ocr_errors_are_forgiven_on_ocr_pages_only(seed: int, errors: int) -> None:
    page = DECOY + damaged(QUOTE, seed, errors) + DECOY
    assert on_page(QUOTE, page, ocr=True)
    if normalise(QUOTE) not in normalise(page):
        assert not on_page(QUOTE, page)


@settings(deadline=None)
@given(st.integers(0, 10_000))
def test_three_errors_in_ten_are_too_many(seed: int) -> None:
    assert not on_page(QUOTE, DECOY + damaged(QUOTE, seed, 24) + DECOY, ocr=True)


def test_another_sentence_of_the_same_kind_is_not_taken_for_the_quote() -> None:
    page = "All 316L parts shall be pickled per ASTM A380, after machining and before welding of the frame."
    assert not on_page("All 304L tubes shall be cleaned per ASTM B600, before painting of the base.", page, ocr=True)
