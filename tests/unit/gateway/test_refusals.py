"""Wrong tokens without end are told to wait, by address."""

from __future__ import annotations

import pytest
import structlog
from starlette.requests import HTTPConnection

from gateway.access.refusals import AT_ONCE, SECONDS_EACH, Refusals
from services.runtime.errors import Unauthenticated

WRONG = Unauthenticated("TOKEN_REJECTED", "the token is not known here")
MISSING = Unauthenticated("TOKEN_MISSING", "this service asks who calls")
EXPIRED = Unauthenticated("TOKEN_EXPIRED", "the token has expired; sign in again")


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


def at(address: str) -> HTTPConnection:
    return HTTPConnection({"type": "http", "client": (address, 40_000), "headers": []})


def statuses(refusals: Refusals, error: Unauthenticated, address: str, times: int) -> list[int]:
    return [refusals.tell(error, at(address)).status for _ in range(times)]


def test_the_first_are_only_refused_and_the_rest_are_told_when_to_come_again() -> None:
    clock = Clock()
    refusals = Refusals(clock)
    assert statuses(refusals, WRONG, "192.0.2.1", AT_ONCE + 2) == [401] * AT_ONCE + [429] * 2
    problem = refusals.tell(WRONG, at("192.0.2.1"))
    assert (problem.reason, problem.head()["Retry-After"]) == ("TOO_MANY_WRONG_TOKENS", str(round(SECONDS_EACH)))
    clock.now += SECONDS_EACH
    assert statuses(refusals, WRONG, "192.0.2.1", 2) == [401, 429]
    clock.now += AT_ONCE * SECONDS_EACH
    assert statuses(refusals, WRONG, "192.0.2.1", AT_ONCE) == [401] * AT_ONCE


def test_another_address_is_not_told_to_wait() -> None:
    refusals = Refusals(Clock())
    statuses(refusals, WRONG, "192.0.2.1", AT_ONCE + 1)
    others = [refusals.tell(WRONG, at(f"198.51.100.{last}")).status for last in range(100)]
    assert others.count(401) >= 95  # one may share the bucket


@pytest.mark.parametrize("harmless", [MISSING, EXPIRED])
def test_what_is_no_attempt_is_not_counted(harmless: Unauthenticated) -> None:
    refusals = Refusals(Clock())
    assert set(statuses(refusals, harmless, "192.0.2.1", 10 * AT_ONCE)) == {401}
    assert statuses(refusals, WRONG, "192.0.2.1", 1) == [401]


def test_no_number_of_addresses_takes_memory() -> None:
    refusals = Refusals(Clock())
    for number in range(20_000):
        refusals.tell(WRONG, at(f"2001:db8::{number:x}"))
    assert len(refusals._rates._buckets) <= 4_096


def test_each_is_logged_with_the_address_and_the_reason() -> None:
    refusals = Refusals(Clock())
    with structlog.testing.capture_logs() as logs:
        statuses(refusals, WRONG, "192.0.2.1", AT_ONCE + 1)
        refusals.tell(MISSING, at("192.0.2.2"))
    assert {(line["event"], line["peer"]) for line in logs[:-1]} == {("caller refused", "192.0.2.1")}
    assert {line["log_level"] for line in logs[:-1]} == {"warning"}
    assert [line["reason"] for line in logs] == ["TOKEN_REJECTED"] * AT_ONCE + [
        "TOO_MANY_WRONG_TOKENS",
        "TOKEN_MISSING",
    ]
    assert (logs[-1]["log_level"], logs[-1]["peer"]) == ("info", "192.0.2.2")
