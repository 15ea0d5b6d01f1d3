"""The one layer that repeats calls of the model: tenacity with the waits of DESIGN section 7."""

from __future__ import annotations

import random
from collections.abc import Awaitable, Callable
from typing import TypeVar

from tenacity import AsyncRetrying, RetryCallState, retry_if_exception, stop_after_attempt
from tenacity.stop import stop_base
from tenacity.wait import wait_base

from services.specialist.openai.failures import CallFailed
from services.specialist.openai.settings import RetrySettings

T = TypeVar("T")
Sleep = Callable[[float], Awaitable[None]]
Waits = Callable[[CallFailed, int, float], None]
_RETRY_AFTER_SPREAD = 0.05  # of the wait that was asked for, so that clients do not come back in one moment


async def with_attempts(
    work: Callable[[int], Awaitable[T]],
    settings: RetrySettings,
    waits: Waits,
    sleep: Sleep,
    chance: random.Random,
) -> T:
    """`work(attempt)`, again after each CallFailed that may pass; then its CallFailed is raised.

    `waits` is told the failure, the number of the next attempt and the seconds until then. Cancellation and anything
    but CallFailed pass through.
    """

    def before_sleep(state: RetryCallState) -> None:
        failed = _failure(state)
        if failed is not None:
            waits(failed, state.attempt_number + 1, state.upcoming_sleep)

    retrying = AsyncRetrying(
        sleep=sleep,
        stop=_Stop(settings),
        wait=_Wait(settings, chance),
        retry=retry_if_exception(lambda error: isinstance(error, CallFailed) and error.kind.again),
        before_sleep=before_sleep,
        reraise=True,
    )
    async for attempt in retrying:
        with attempt:
            return await work(attempt.retry_state.attempt_number)
    raise AssertionError("tenacity ends with a result or an exception")


def _failure(state: RetryCallState) -> CallFailed | None:
    error = state.outcome.exception() if state.outcome else None
    return error if isinstance(error, CallFailed) else None


class _Stop(stop_base):
    """No attempts left, or the provider asks for a longer wait than anybody would watch."""

    def __init__(self, settings: RetrySettings) -> None:
        self._attempts = stop_after_attempt(settings.attempts)
        self._longest = settings.longest_retry_after

    def __call__(self, retry_state: RetryCallState) -> bool:
        failed = _failure(retry_state)
        asked = failed.retry_after or 0.0 if failed else 0.0
        return self._attempts(retry_state) or asked > self._longest


class _Wait(wait_base):
    """What Retry-After asks for; else first_wait doubled for each attempt, both spread by chance."""

    def __init__(self, settings: RetrySettings, chance: random.Random) -> None:
        self._settings = settings
        self._chance = chance

    def __call__(self, retry_state: RetryCallState) -> float:
        failed = _failure(retry_state)
        if failed and failed.retry_after:
            return failed.retry_after * (1 + self._chance.uniform(0, _RETRY_AFTER_SPREAD))
        settings = self._settings
        wait = settings.first_wait * 2.0 ** (retry_state.attempt_number - 1)
        longest = min(wait + settings.jitter, settings.longest_wait)
        return self._chance.uniform(max(0.0, min(wait, longest - settings.jitter)), longest)
