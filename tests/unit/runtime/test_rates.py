"""Calls by the second: what is too many is told when to come again."""

from __future__ import annotations

import pytest

from services.runtime.errors import ResourceExhausted
from services.runtime.rates import Rates


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


def taken(rates: Rates, key: str, calls: int) -> int:
    """How many of the calls were let in before the first that was not."""
    for number in range(calls):
        try:
            rates.take(key)
        except ResourceExhausted:
            return number
    return calls


def test_a_burst_and_then_the_rate() -> None:
    clock = Clock()
    rates = Rates(per_second=8, burst=5, clock=clock)
    assert taken(rates, "ada", 20) == 5
    clock.now += 0.5
    assert taken(rates, "ada", 20) == 4
    clock.now += 60
    assert taken(rates, "ada", 20) == 5


def test_the_waiting_time_is_long_enough_and_no_longer() -> None:
    clock = Clock()
    rates = Rates(per_second=4, burst=1, clock=clock)
    rates.take("ada")
    with pytest.raises(ResourceExhausted) as caught:
        rates.take("ada")
    assert caught.value.reason == "RATE_LIMITED"
    assert caught.value.retry_after == pytest.approx(0.25)
    clock.now += 0.25
    rates.take("ada")


def test_callers_do_not_take_from_each_other() -> None:
    rates = Rates(per_second=1, burst=2, clock=Clock())
    assert taken(rates, "ada", 9) == 2
    assert taken(rates, "bob", 9) == 2


def test_no_limit_where_none_is_set() -> None:
    assert taken(Rates(per_second=0, burst=1, clock=Clock()), "ada", 1000) == 1000


def test_full_buckets_are_forgotten() -> None:
    clock = Clock()
    rates = Rates(per_second=1, burst=2, clock=clock)
    for number in range(10_000):
        rates.take(number)
    clock.now += 3
    rates.take("ada")
    assert len(rates._buckets) == 1
