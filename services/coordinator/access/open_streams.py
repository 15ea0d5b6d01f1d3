"""How many streams of one caller are open at once."""

from __future__ import annotations

from collections import Counter

from services.runtime.errors import ResourceExhausted
from services.runtime.identity import Principal

_COME_AGAIN_SECONDS = 5.0


class OpenStreams:
    """At most `limit` for each caller; 0 means any number. `what` they are is for the refusal."""

    def __init__(self, limit: int, what: str = "streams") -> None:
        self._limit = limit
        self._what = what
        self._open: Counter[Principal] = Counter()

    def enter(self, who: Principal) -> None:
        """One more is open; raises ResourceExhausted, and opens none, when there are as many as may be."""
        if self._limit and self._open[who] >= self._limit:
            message = (
                f"{self._limit} {self._what} of yours are open, which is the limit; "
                "call again when one of them has ended"
            )
            raise ResourceExhausted(f"TOO_MANY_{self._what.upper()}", message, retry_after=_COME_AGAIN_SECONDS)
        self._open[who] += 1

    def leave(self, who: Principal) -> None:
        """One that was entered has ended."""
        self._open[who] -= 1
        if not self._open[who]:
            del self._open[who]
