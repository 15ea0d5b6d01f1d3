from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.facts.lengths import INCH, find_lengths, gauge_mm
from services.facts.values import same_number


def same(first: str, second: str, *, stainless: bool = False) -> bool:
    left, right = (find_lengths(text, stainless=stainless)[0] for text in (first, second))
    assert left.number is not None
    assert right.number is not None
    return same_number(left.number, right.number, max(left.margin, right.margin))


@pytest.mark.parametrize(
    ("written", "millimetres"),
    [
        ("1/4 in", 6.35),
        ("6,35 mm", 6.35),
        ('0.25"', 6.35),
        ("1 1/2 in", 38.1),
        ('1-1/4"', 31.75),
        ("11 GA", 3.03784),
        ("3.0mm", 3.0),
        (".125 in", 3.175),
        ("10 in.", 254),
        ("7/16 inch", 11.1125),
    ],
)
def test_spellings(written: str, millimetres: float) -> None:
    assert find_lengths(written)[0].number == pytest.approx(millimetres)


@pytest.mark.parametrize(
    ("first", "second"), [("1/4 in", "6.35 mm"), ("1/4 in", "6.4 mm"), ("0.25 in", "6.35 mm"), ("3/8 in", "9.5 mm")]
)
def test_the_same_stock_is_the_same(first: str, second: str) -> None:
    assert same(first, second)


@pytest.mark.parametrize(("first", "second"), [("1/4 in", "6 mm"), ("3.0 mm", "3.2 mm"), ("1/8 in", "3.0 mm")])
def test_another_stock_is_another(first: str, second: str) -> None:
    assert not same(first, second)


def test_eleven_gauge_depends_on_the_metal() -> None:
    assert same("11 ga", "3.0 mm", stainless=False)
    assert not same("11 ga", "3.0 mm", stainless=True)
    assert same("11 ga", "1/8 in", stainless=True)
    assert gauge_mm(99, stainless=True) is None


@given(st.integers(1, 20000))
def test_millimetres_and_inches_agree(hundredths: int) -> None:
    millimetres = hundredths / 100
    metric = find_lengths(f"{millimetres:.2f} mm")[0].number
    imperial = find_lengths(f"{millimetres / INCH:.4f} in")[0].number
    assert metric == pytest.approx(millimetres)
    assert imperial == pytest.approx(millimetres, abs=0.002)


@given(st.integers(1, 99999))
def test_a_decimal_comma_is_a_decimal_point(tenths: int) -> None:
    written = f"{tenths / 10:.1f}"
    assert find_lengths(f"{written.replace('.', ',')} mm")[0].number == find_lengths(f"{written} mm")[0].number


@pytest.mark.parametrize("text", ["5 in the plan", "M20 bolt", "clause 3.2", "1,2-propanediol"])
def test_what_is_no_length_gives_none(text: str) -> None:
    assert find_lengths(text) == []
