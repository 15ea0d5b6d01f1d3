"""Repeating a call that was lost, or that nobody took: tenacity owns every retry between coordinator and specialist."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TypeVar

from tenacity import (
    AsyncRetrying,
    RetryCallState,
    retry_if_exception,
    stop_after_attempt,
    wait_exponential,
    wait_random,
)
from tenacity.stop import stop_base

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
    """`work(attempt)`, again while it is begun and lost and attempts are left; then its AgentFailed is raised.

    `waits` is told the number of the next attempt and the seconds until then.
    """

    def retrying() -> AsyncRetrying:
        return AsyncRetrying(
            sleep=sleep,
            stop=stop_after_attempt(policy.attempts),
            wait=_Wait(policy),
            retry=retry_if_exception(_lost),
            before_sleep=lambda state: waits(state.attempt_number + 1, state.upcoming_sleep),
            reraise=True,
        )

    return await _repeated(work, retrying)


async def when_begun(
    work: Callable[[], Awaitable[T]], policy: RunPolicy, waits: Callable[[AgentFailed, float], None], sleep: Sleep
) -> T:
    """`work()`, again while nobody takes it: a call that was not begun is no attempt, and nothing was paid for it.

    While all replicas are BUSY, for as long as a call may take at most; while none can be reached, for the policy's
    patience; then its AgentFailed is raised. `waits` is told what it waits for and the seconds until the next call.
    """

    def retrying() -> AsyncRetrying:
        return AsyncRetrying(
            sleep=sleep,
            stop=_Patience(policy),
            wait=_Wait(policy),
            retry=retry_if_exception(_not_begun),
            before_sleep=lambda state: waits(_failure(state), state.upcoming_sleep),
            reraise=True,
        )

    return await _repeated(lambda _: work(), retrying)


async def _repeated(work: Callable[[int], Awaitable[T]], retrying: Callable[[], AsyncRetrying]) -> T:
    """A call that goes well does not pay for tenacity: it is told the first outcome when that was a failure."""
    try:
        return await work(1)
    except AgentFailed as error:
        first = error
    async for attempt in retrying():
        with attempt:
            number = attempt.retry_state.attempt_number
            if number == 1:
                raise first
            return await work(number)
    raise AssertionError("tenacity ends with a result or an exception")


def _lost(error: BaseException) -> bool:
    """Only Exception is looked at: cancellation passes through (tenacity#529)."""
    return isinstance(error, AgentFailed) and error.reason == UNREACHABLE and error.begun


def _not_begun(error: BaseException) -> bool:
    return isinstance(error, AgentFailed) and not error.begun


def _failure(state: RetryCallState) -> AgentFailed:
    error = state.outcome.exception() if state.outcome else None
    if not isinstance(error, AgentFailed):
        raise TypeError("nothing but failures of agents is repeated")
    return error


class _Patience(stop_base):
    """Ends the wait for an agent that cannot be reached, or is BUSY, when it has been so for too long."""

    def __init__(self, policy: RunPolicy) -> None:
        self._policy = policy
        self._unreachable_since: float | None = None

    def __call__(self, retry_state: RetryCallState) -> bool:
        now = retry_state.seconds_since_start or 0.0
        if _failure(retry_state).reason == BUSY:
            self._unreachable_since = None
            return now >= self._policy.deadline
        if self._unreachable_since is None:
            self._unreachable_since = now
        return now - self._unreachable_since >= self._policy.patience


class _Wait(wait_exponential):
    """Exponential with jitter, at least what the other side asked for, at most the longest wait of its kind."""

    def __init__(self, policy: RunPolicy) -> None:
        super().__init__(multiplier=policy.first_wait, max=policy.longest_wait)
        self._jitter = wait_random(0, policy.jitter)
        self._policy = policy

    def __call__(self, retry_state: RetryCallState) -> float:
        failed = _failure(retry_state)
        waiting_for_it = failed.reason == UNREACHABLE and not failed.begun
        longest = self._policy.longest_unreachable_wait if waiting_for_it else self._policy.longest_wait
        return min(max(super().__call__(retry_state) + self._jitter(retry_state), failed.retry_after or 0.0), longest)
