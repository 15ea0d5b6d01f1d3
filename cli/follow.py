"""A run's events from a sequence number on, over broken connections, each exactly once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable

import grpc

from buildplan.v1.run_pb2 import RunEvent
from buildplan.v1.run_service_pb2 import GetRunRequest, WatchRunRequest
from cli.client import CALL_SECONDS, Client
from services.contract.run_states import is_ended

PATIENCE_SECONDS = 60.0
PAUSE_SECONDS = 0.3
_BROKEN = frozenset({grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.DEADLINE_EXCEEDED})


async def follow(
    client: Client, run: str, after_sequence: int, tell: Callable[[str], None], patience: float = PATIENCE_SECONDS
) -> AsyncIterator[RunEvent]:
    """Events after `after_sequence` until the run has ended.

    A stream that breaks is taken up again behind the last event; `tell` hears of it once. Raises the call's error
    when the coordinator stays away for `patience` seconds, or at once when it refuses.
    """
    clock = asyncio.get_running_loop().time
    heard = clock()
    broken = False
    while True:
        try:
            async for event in _watch(client, run, after_sequence):
                heard, broken, after_sequence = clock(), False, event.sequence
                yield event
            if await _has_ended(client, run):
                return
        except grpc.aio.AioRpcError as error:
            if error.code() not in _BROKEN or clock() - heard > patience:
                raise
            if not broken:
                tell("lost the coordinator; taking up the run again as soon as it answers")
            broken = True
        await asyncio.sleep(PAUSE_SECONDS)


async def _watch(client: Client, run: str, after_sequence: int) -> AsyncIterator[RunEvent]:
    call = client.runs.WatchRun(WatchRunRequest(name=run, after_sequence=after_sequence))
    try:
        async for answer in call:
            if answer.event.sequence > after_sequence:
                after_sequence = answer.event.sequence
                yield answer.event
    finally:
        call.cancel()


async def _has_ended(client: Client, run: str) -> bool:
    answer = await client.runs.GetRun(GetRunRequest(name=run), timeout=CALL_SECONDS)
    return is_ended(answer.run.state)
