"""Following a run over broken streams."""

from __future__ import annotations

import grpc
import pytest

from buildplan.v1.run_pb2 import RunEvent
from cli.client import connect
from cli.follow import follow
from tests.unit.cli.coordinator import Coordinator

RUN = "sessions/s/runs/r"
EVENTS = [RunEvent(run=RUN, sequence=number) for number in range(1, 11)]
DOWN = grpc.StatusCode.UNAVAILABLE


async def followed(coordinator: Coordinator, after: int = 0, patience: float = 5.0) -> tuple[list[int], list[str]]:
    notes: list[str] = []
    async with connect(coordinator.target) as client:
        events = follow(client, RUN, after, notes.append, patience)
        return [event.sequence async for event in events], notes


async def test_a_stream_that_breaks_is_taken_up_without_doubles() -> None:
    async with Coordinator(events=EVENTS, breaks=[(3, DOWN), (0, DOWN), (4, DOWN)]) as coordinator:
        sequences, notes = await followed(coordinator)
    assert sequences == list(range(1, 11))
    assert coordinator.watched_after == [0, 3, 3, 7]
    assert len(notes) == 2


async def test_a_stream_that_ends_before_the_run_is_taken_up_quietly() -> None:
    async with Coordinator(events=EVENTS, breaks=[(6, None)]) as coordinator:
        assert await followed(coordinator) == (list(range(1, 11)), [])


async def test_it_begins_after_the_wanted_event() -> None:
    async with Coordinator(events=EVENTS) as coordinator:
        assert (await followed(coordinator, after=8))[0] == [9, 10]


async def test_a_refusal_is_raised_at_once() -> None:
    async with Coordinator(events=EVENTS, breaks=[(0, grpc.StatusCode.NOT_FOUND)]) as coordinator:
        with pytest.raises(grpc.aio.AioRpcError):
            await followed(coordinator)
        assert len(coordinator.watched_after) == 1


async def test_patience_ends() -> None:
    async with Coordinator(events=EVENTS, breaks=[(0, DOWN)] * 100) as coordinator:
        with pytest.raises(grpc.aio.AioRpcError):
            await followed(coordinator, patience=0.5)
        assert 1 < len(coordinator.watched_after) < 6
