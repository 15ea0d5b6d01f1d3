"""How many calls a server carries out at once; who comes when all places are taken is told to come again."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

from services.runtime.errors import ResourceExhausted
from services.runtime.metrics import Gauge

BUSY = "BUSY"
RPCS_IN_FLIGHT = Gauge("buildplan_rpcs_in_flight", "Calls that this server carries out, open streams included.")
_COME_AGAIN_SECONDS = 0.2
_LOOK_SECONDS = 0.05


class Places:
    """At most `limit` calls at once; 0 means any number."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._taken = 0
        RPCS_IN_FLIGHT.follow(lambda: self._taken)

    @contextmanager
    def take(self) -> Iterator[None]:
        """One place for the block; raises ResourceExhausted with a waiting time when there is none."""
        if self._limit and self._taken >= self._limit:
            message = f"all {self._limit} places of this server are taken; call again soon, or another replica"
            raise ResourceExhausted(BUSY, message, retry_after=_COME_AGAIN_SECONDS)
        self._taken += 1
        try:
            yield
        finally:
            self._taken -= 1

    async def quiet_for(self, seconds: float) -> None:
        """Returns once no place has been taken for so long."""
        quiet = 0.0
        while quiet < seconds:
            await asyncio.sleep(_LOOK_SECONDS)
            quiet = 0.0 if self._taken else quiet + _LOOK_SECONDS
