"""Repeating a call that found nobody, or no place: tenacity owns every retry between coordinator and specialist."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TypeVar

from tenacity import (
    AsyncRetrying,
    RetryCallState,
    retry_if_exception,
    stop_after_attempt,
    stop_after_delay,
    wait_exponential,
    wait_random,
)

from services.coordinator.runs.failures import UNREACHABLE, AgentFailed
from services.coordinator.runs.policy import RunPolicy
from services.runtime.places import BUSY

T = TypeVar("T")
Sleep = Callable[[float], Awaitable[None]]


async def with_attempts(
    work: Callable[[int], Awaitable[T]],
    policy: RunPolicy,
    waits: Callable[[int, float], None],
    sleep: Sleep,
) -> T:
    """`work(attempt)`, again while it is UNREACHABLE and attempts are left; then its AgentFailed is raised.

    A call that goes well does not pay for tenacity: it is told the first outcome when that was a failure.
    `waits` is told the number of the next attempt and the seconds until then.
    """
    try:
        return await work(1)
    except AgentFailed as error:
        first = error

    def before_sleep(state: RetryCallState) -> None:
        waits(state.attempt_number + 1, state.upcoming_sleep)

    retrying = AsyncRetrying(
        sleep=sleep,
        stop=stop_after_attempt(policy.attempts),
        wait=_Wait(policy),
        retry=retry_if_exception(_again),
        before_sleep=before_sleep,
        reraise=True,
    )
    async for attempt in retrying:
        with attempt:
            number = attempt.retry_state.attempt_number
            if number == 1:
                raise first
            return await work(number)
    raise AssertionError("tenacity ends with a result or an exception")


async def when_free(work: Callable[[], Awaitable[T]], policy: RunPolicy, waits: Callable[[], None], sleep: Sleep) -> T:
    """`work()`, again while all replicas are BUSY: a call that was not begun is no attempt.

    For as long as a call may take at most; then its AgentFailed is raised. `waits` is told of each wait.
    """
    try:
        return await work()
    except AgentFailed as error:
        if error.reason != BUSY:
            raise
    retrying = AsyncRetrying(
        sleep=sleep,
        stop=stop_after_delay(policy.deadline),
        wait=_Wait(policy),
        retry=retry_if_exception(lambda error: isinstance(error, AgentFailed) and error.reason == BUSY),
        before_sleep=lambda _: waits(),
        reraise=True,
    )
    return await retrying(work)


def _again(error: BaseException) -> bool:
    """Only Exception is looked at: cancellation passes through (tenacity#529)."""
    return isinstance(error, AgentFailed) and error.reason == UNREACHABLE


class _Wait(wait_exponential):
    """Exponential with jitter, at least what the other side asked for, at most the longest wait."""

    def __init__(self, policy: RunPolicy) -> None:
        super().__init__(multiplier=policy.first_wait, max=policy.longest_wait)
        self._jitter = wait_random(0, policy.jitter)
        self._longest = policy.longest_wait

    def __call__(self, retry_state: RetryCallState) -> float:
        error = retry_state.outcome.exception() if retry_state.outcome else None
        asked = error.retry_after or 0.0 if isinstance(error, AgentFailed) else 0.0
        return min(max(super().__call__(retry_state) + self._jitter(retry_state), asked), self._longest)
