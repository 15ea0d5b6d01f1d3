"""Cancelling a run, whoever carries it out."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from buildplan.v1.run_pb2 import Run
from services.contract.names import parse
from services.contract.run_states import is_ended
from services.coordinator.runs.active import ActiveRuns
from services.coordinator.runs.assignment import House
from services.coordinator.runs.heart import Heart
from services.coordinator.store import queue
from services.runtime.errors import Unavailable

_ROUNDS = 3
_A_MOMENT = 0.05


class Cancelling:
    """Stops what is carried out here at once, tells any other owner, and takes a dead owner's run over."""

    def __init__(self, house: House, active: ActiveRuns, heart: Heart, get: Callable[[str], Awaitable[Run]]) -> None:
        self._house = house
        self._active = active
        self._heart = heart
        self._get = get

    async def cancel(self, name: str) -> Run:
        """The run after its end; raises Unavailable when nobody ended it in time, though the request stands."""
        for _ in range(_ROUNDS):
            run = await self._once(name)
            if is_ended(run.state):
                return run
        message = f'"{name}" is carried out by a coordinator that does not answer; it is cancelled as soon as one can'
        raise Unavailable("RUN_ELSEWHERE", message)

    async def _once(self, name: str) -> Run:
        """Tells the owner and waits for the run's end, at most until the owner's lease is over."""
        if task := self._active.cancel(name):
            await asyncio.wait([task])
            return await self._get(name)
        run, lease = await self._get(name), self._active.lease()
        ids = parse(name, "runs")
        left = await self._house.store.write(lambda tx: queue.ask_to_cancel(tx, *ids, lease))
        if left is None or await self._heart.seize(name):
            return await self._get(name)
        try:
            async with asyncio.timeout(left + _A_MOMENT):
                async for _ in self._house.feed.watch(name, run.last_sequence):
                    pass
        except TimeoutError:
            pass
        return await self._get(name)
