"""How often each caller may call: a bucket of tokens that fills with time."""

from __future__ import annotations

import time
from collections.abc import Callable, Hashable

from services.runtime.errors import ResourceExhausted

_MOST_BUCKETS = 10_000


class Rates:
    """`per_second` calls in the long run and `burst` at once, for each key; `per_second` 0 means any number."""

    def __init__(self, per_second: float, burst: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._per_second = per_second
        self._burst = burst
        self._clock = clock
        self._buckets: dict[Hashable, tuple[float, float]] = {}

    def take(self, key: Hashable, what: str = "calls") -> None:
        """One call of `key`; raises ResourceExhausted about `what`, with the time until the next one is allowed."""
        if not self._per_second:
            return
        now = self._clock()
        tokens, since = self._buckets.get(key, (float(self._burst), now))
        tokens = min(self._burst, tokens + (now - since) * self._per_second)
        if tokens < 1:
            message = f"more than {self._per_second:g} {what} a second; call again a little later"
            raise ResourceExhausted("RATE_LIMITED", message, retry_after=(1 - tokens) / self._per_second)
        self._buckets[key] = (tokens - 1, now)
        if len(self._buckets) > _MOST_BUCKETS:
            self._forget_full(now)

    def _forget_full(self, now: float) -> None:
        """A full bucket is the same as none."""
        seconds = self._burst / self._per_second
        self._buckets = {key: (tokens, at) for key, (tokens, at) in self._buckets.items() if now - at < seconds}
