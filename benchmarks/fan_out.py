"""The baseline: the same four specialists called by bare grpc.aio, nothing stored, nothing checked."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping

from buildplan.v1.context_pb2 import ContextPack
from buildplan.v1.specialist_service_pb2 import ProposeRequest
from services.coordinator.runs.specialists import Specialist, Specialists

REQUEST = ProposeRequest(run="sessions/s/runs/r", context=ContextPack(session="sessions/s"))


async def propose(specialist: Specialist) -> None:
    """One call, read to its end."""
    async for _ in specialist.stub.Propose(REQUEST, timeout=60):
        pass


async def fan_out(specialists: Specialists) -> float:
    """All specialists at once; seconds."""
    begun = time.perf_counter()
    await asyncio.gather(*map(propose, specialists))
    return time.perf_counter() - begun


async def one_after_another(specialists: Specialists) -> float:
    """Each specialist when the one before has ended; seconds."""
    begun = time.perf_counter()
    for specialist in specialists:
        await propose(specialist)
    return time.perf_counter() - begun


async def rate(addresses: Mapping[str, str], total: int, at_once: int) -> float:
    """Fan-outs a second, `at_once` of them at any time."""
    specialists = Specialists.connect(addresses)
    await fan_out(specialists)
    turns = asyncio.Semaphore(at_once)

    async def one() -> None:
        async with turns:
            await fan_out(specialists)

    begun = time.perf_counter()
    await asyncio.gather(*(one() for _ in range(total)))
    seconds = time.perf_counter() - begun
    await specialists.close()
    return total / seconds
