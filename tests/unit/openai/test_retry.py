"""Attempts, waits and their reasons, on a clock that moves only when somebody sleeps."""

from __future__ import annotations

import random
from datetime import UTC, datetime

import httpx2
import pytest

from services.runtime.errors import DomainError, FailedPrecondition, ResourceExhausted, Unavailable
from services.specialist.openai.failures import CallFailed, reason_of, retry_after
from services.specialist.openai.retry import with_attempts
from services.specialist.openai.settings import LimitSettings, RetrySettings
from tests.unit.openai.papers import pack
from tests.unit.openai.wire import FakeTime, Outcome, Script, engine, failed, good_answer, ok, reply, run

GOOD = ok(reply(good_answer()))
NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
REQUEST = httpx2.Request("POST", "http://model.test/v1/responses")


@pytest.mark.parametrize(
    "failure",
    [
        failed(429),
        failed(408),
        failed(409),
        failed(500),
        failed(503),
        httpx2.ConnectError("down"),
        httpx2.ReadTimeout("slow"),
        httpx2.RemoteProtocolError("cut"),
        ok(reply("", status="failed", error={"code": "server_error", "message": "oops"})),
    ],
)
async def test_what_may_pass_is_tried_again(failure: httpx2.Response | Exception) -> None:
    script = Script([failure, GOOD])
    outcome = await run(engine(script), pack())
    assert outcome.patch is not None
    assert len(script.requests) == 2


@pytest.mark.parametrize(
    ("answer", "reason", "kind"),
    [
        (failed(400), "REQUEST_REFUSED", FailedPrecondition),
        (failed(400, "context_length_exceeded"), "REQUEST_TOO_LONG", FailedPrecondition),
        (failed(401), "KEY_REFUSED", FailedPrecondition),
        (failed(403), "ACCESS_REFUSED", FailedPrecondition),
        (failed(404), "MODEL_UNKNOWN", FailedPrecondition),
        (failed(422), "REQUEST_REFUSED", FailedPrecondition),
        (failed(429, "insufficient_quota"), "QUOTA_EXHAUSTED", ResourceExhausted),
    ],
)
async def test_what_will_not_pass_ends_at_once(answer: httpx2.Response, reason: str, kind: type[DomainError]) -> None:
    script = Script([answer])
    time = FakeTime()
    with pytest.raises(kind) as caught:
        await run(engine(script, time=time), pack())
    assert caught.value.reason == reason
    assert len(script.requests) == 1
    assert time.slept == []


async def test_three_attempts_wait_two_then_four_seconds_and_no_other_layer_repeats() -> None:
    script = Script([failed(503)])
    time = FakeTime()
    with pytest.raises(Unavailable, match="the provider failed in 3 attempts: no; retry later"):
        await run(engine(script, time=time, retry=RetrySettings(jitter=0)), pack())
    assert len(script.requests) == 3
    assert time.slept == [2.0, 4.0]


async def test_a_fourth_attempt_by_setting_waits_eight_seconds_and_thirty_is_the_cap() -> None:
    time = FakeTime()
    with pytest.raises(Unavailable):
        await run(engine(Script([failed(500)]), time=time, retry=RetrySettings(attempts=7, jitter=0)), pack())
    assert time.slept == [2.0, 4.0, 8.0, 16.0, 30.0, 30.0]


async def test_jitter_spreads_waits_within_its_bounds() -> None:
    settings = RetrySettings(attempts=6)
    for seed in range(50):
        slept: list[float] = []

        async def sleep(seconds: float, slept: list[float] = slept) -> None:
            slept.append(seconds)

        async def fail(_: int) -> None:
            raise CallFailed("PROVIDER_ERROR")

        with pytest.raises(CallFailed):
            await with_attempts(fail, settings, lambda *_: None, sleep, random.Random(seed))
        bounds = [(2, 5), (4, 7), (8, 11), (16, 19), (27, 30)]
        assert all(low <= wait <= high for wait, (low, high) in zip(slept, bounds, strict=True))


async def test_retry_after_is_honoured_within_a_tenth() -> None:
    time = FakeTime()
    await run(engine(Script([failed(429, retry_after="11"), GOOD]), time=time), pack())
    assert 11 <= time.slept[0] <= 11.6


async def test_a_longer_retry_after_than_the_limit_ends_early_and_says_so() -> None:
    script = Script([failed(429, retry_after="300"), GOOD])
    with pytest.raises(
        ResourceExhausted, match=r"asks to wait 300 s, above the limit of 120 s; retry after that"
    ) as caught:
        await run(engine(script), pack())
    assert caught.value.retry_after == 300
    assert len(script.requests) == 1


async def test_every_attempt_and_wait_is_told() -> None:
    outcome = Outcome()
    time = FakeTime()
    script = Script([failed(429, retry_after="4"), failed(503), GOOD])
    await run(engine(script, time=time, retry=RetrySettings(jitter=0)), pack(), outcome)
    waits = [progress for progress in outcome.progress if progress.HasField("next_attempt_time")]
    assert [(one.attempt, one.max_attempts) for one in waits] == [(2, 3), (3, 3)]
    assert waits[0].message == "rate limited by the provider; attempt 2 of 3 in 4 s"
    assert waits[1].message == "the provider failed; attempt 3 of 3 in 4 s"
    assert 3.9 < (waits[0].next_attempt_time.ToDatetime(UTC) - NOW).total_seconds() < 4.5
    asked = [one.attempt for one in outcome.progress if one.message.startswith("asking") and not one.HasField("ended")]
    assert asked == [1, 2, 3]


async def test_every_attempt_is_told_once_it_has_ended_with_what_it_used() -> None:
    broken = reply("", status="incomplete", incomplete_details={"reason": "max_output_tokens"})
    script = Script([failed(429, retry_after="4"), httpx2.ReadTimeout("slow"), ok(broken), GOOD])
    outcome = await run(engine(script), pack())
    ended = [progress.ended for progress in outcome.progress if progress.HasField("ended")]
    assert [(one.attempt, one.outcome, one.usage.output_tokens) for one in ended] == [
        (1, "RATE_LIMITED", 0),
        (2, "PROVIDER_TIMEOUT", 0),
        (3, "INCOMPLETE", 100),
        (1, "COMPLETED", 100),
    ]
    assert [one.HasField("usage") for one in ended] == [False, False, True, True]
    assert ended[0].question.startswith("asking gpt-5.4-mini; all ")
    assert ended[3].question.startswith("asking gpt-5.4-mini to correct its answer: your answer was cut off")
    assert {one.model for one in ended} == {"gpt-5.4-mini"}
    assert sum(one.usage.cost_usd for one in ended) == pytest.approx(outcome.progress[-1].usage.cost_usd)
    starts = [one.start_time.ToDatetime(UTC) for one in ended]
    assert starts == sorted(starts)
    assert (starts[1] - ended[0].end_time.ToDatetime(UTC)).total_seconds() >= 4


async def test_a_failure_for_good_is_told_as_an_attempt_too() -> None:
    outcome = Outcome()
    with pytest.raises(FailedPrecondition):
        await run(engine(Script([failed(401)])), pack(), outcome)
    assert [one.ended.outcome for one in outcome.progress if one.HasField("ended")] == ["KEY_REFUSED"]


async def test_the_breaker_opens_and_recovers_by_itself() -> None:
    time = FakeTime()
    script = Script([failed(500)] * 4 + [GOOD])
    limits = LimitSettings(breaker_failures=4, breaker_seconds=30)
    one = engine(script, time=time, retry=RetrySettings(attempts=2), limits=limits)
    for _ in range(2):
        with pytest.raises(Unavailable, match="the provider failed"):
            await run(one, pack())
    with pytest.raises(Unavailable, match="failed 4 times in a row") as caught:
        await run(one, pack())
    assert caught.value.reason == "PROVIDER_DOWN"
    assert len(script.requests) == 4
    time.seconds += 31
    assert (await run(one, pack())).patch is not None
    assert (await run(one, pack())).patch is not None


async def test_a_failed_trial_keeps_the_breaker_open() -> None:
    time = FakeTime()
    script = Script([failed(500)])
    one = engine(script, time=time, retry=RetrySettings(attempts=1), limits=LimitSettings(breaker_failures=2))
    for _ in range(2):
        with pytest.raises(Unavailable, match="the provider failed"):
            await run(one, pack())
    time.seconds += 31
    with pytest.raises(Unavailable, match="the provider failed"):
        await run(one, pack())
    with pytest.raises(Unavailable, match="3 times in a row"):
        await run(one, pack())
    assert len(script.requests) == 3


async def test_rate_limits_do_not_open_the_breaker() -> None:
    script = Script([failed(429)])
    one = engine(script, retry=RetrySettings(attempts=3), limits=LimitSettings(breaker_failures=2))
    for _ in range(2):
        with pytest.raises(ResourceExhausted):
            await run(one, pack())
    assert len(script.requests) == 6


async def test_requests_a_minute_are_kept() -> None:
    time = FakeTime()
    one = engine(Script([GOOD]), time=time, limits=LimitSettings(requests_per_minute=2))
    for _ in range(5):
        await run(one, pack())
    assert time.slept == [60.0, 60.0]


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"retry-after": "7"}, 7),
        ({"retry-after": "0.5"}, 0.5),
        ({"retry-after-ms": "1500", "retry-after": "9"}, 1.5),
        ({"retry-after": "Mon, 23 Nov 2026 12:00:20 GMT"}, 20),
        ({"retry-after": "Mon, 23 Nov 2026 11:00:00 GMT"}, 0),
        ({"retry-after": "inf"}, float("inf")),
        ({"retry-after": "nan"}, None),
        ({"retry-after": "-3"}, None),
        ({"retry-after": "soon"}, None),
        ({}, None),
    ],
)
def test_retry_after_in_all_its_forms(headers: dict[str, str], seconds: float | None) -> None:
    assert retry_after(headers, NOW) == seconds


def test_every_status_has_a_reason() -> None:
    assert {reason_of(status, ()) for status in range(400, 600)} == {
        *("REQUEST_REFUSED", "KEY_REFUSED", "ACCESS_REFUSED", "MODEL_UNKNOWN", "PROVIDER_TIMEOUT", "PROVIDER_ERROR"),
        "RATE_LIMITED",
    }
