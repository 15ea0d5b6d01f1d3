from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.facts.dates import DateReading, date_reading, find_dates, is_ambiguous

DAYS = st.dates(date(2001, 1, 1), date(2099, 12, 31))


@pytest.mark.parametrize(
    "written",
    [
        "2026-12-18",
        "2026/12/18",
        "18 Dec 2026",
        "18 December 2026",
        "December 18, 2026",
        "Dec. 18 2026",
        "12/18/2026",
        "18/12/2026",
        "18.12.2026",
        "18th of December 2026",
        "18-DEC-26",
        "DECEMBER 18TH, 2026",
        "12/18/26",
    ],
)
def test_every_usual_spelling_is_one_date(written: str) -> None:
    assert [value.value for value in find_dates(f"due {written}.")] == ["2026-12-18"]


@given(DAYS, st.sampled_from(["%Y-%m-%d", "%d %b %Y", "%B %d, %Y", "%d.%m.%Y", "%d-%b-%Y"]))
def test_a_written_date_reads_back(day: date, spelling: str) -> None:
    assert [value.value for value in find_dates(day.strftime(spelling))] == [day.isoformat()]


@given(DAYS)
def test_the_papers_own_dates_decide_the_order(day: date) -> None:
    reading = date_reading("Issued 25/11/2026")
    assert find_dates(day.strftime("%d/%m/%Y"), reading)[0].value == day.isoformat()


def test_an_ambiguous_date_is_read_month_first_and_called_ambiguous() -> None:
    assert find_dates("12/11/2026")[0].value == "2026-12-11"
    assert is_ambiguous("due 12/11/2026")
    assert not is_ambiguous("due 12/18/2026")
    assert not is_ambiguous("due 11 Dec 2026")


@pytest.mark.parametrize(
    "text", ["30 February 2026", "13/13/2026", "1.2.3", "BR-2041-07", "dated 2026", "Section 4.12.2020.1"]
)
def test_what_is_no_date_gives_none(text: str) -> None:
    assert find_dates(text) == []


def test_a_day_without_a_year_is_the_next_one_after_the_papers_issue() -> None:
    reading = DateReading(issued=date(2026, 11, 21))
    assert [value.value for value in find_dates("by Dec 11 or 16 April", reading)] == ["2026-12-11", "2027-04-16"]
    assert find_dates("by Dec 11") == []
