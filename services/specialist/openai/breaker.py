"""The breaker: after failures in a row nobody asks the provider for a while, then one call tries it."""

from __future__ import annotations

import math
from collections.abc import Callable

from services.runtime.errors import Unavailable
from services.specialist.openai.failures import PROVIDER_DOWN
from services.specialist.openai.settings import LimitSettings


class Breaker:
    """Counts the provider's failures in a row. `clock` is monotonic, in seconds."""

    def __init__(self, settings: LimitSettings, clock: Callable[[], float]) -> None:
        self._settings = settings
        self._clock = clock
        self._failures = 0
        self._open_until: float | None = None
        self._trying = False

    def enter(self) -> None:
        """Before a call; raises Unavailable while the breaker is open. One call at a time tries whether it is over."""
        if self._open_until is None:
            return
        left = self._open_until - self._clock()
        if left > 0 or self._trying:
            soon = f"in {math.ceil(left)} s" if left > 0 else "right now"
            raise Unavailable(
                PROVIDER_DOWN,
                f"the model's provider failed {self._failures} times in a row and is not asked for the moment; "
                f"it is tried again {soon}: retry after that",
            )
        self._trying = True

    def succeeded(self) -> None:
        """The provider answered."""
        self._failures = 0
        self._open_until = None
        self._trying = False

    def failed(self) -> None:
        """The provider did not answer, or answered that it failed."""
        self._failures += 1
        self._trying = False
        if self._failures >= self._settings.breaker_failures:
            self._open_until = self._clock() + self._settings.breaker_seconds

    def abandoned(self) -> None:
        """The call ended without a word of the provider: it was cancelled, and says nothing about it."""
        self._trying = False
