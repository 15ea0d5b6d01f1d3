"""Watchers of real runs: all see the same, nobody slows anybody, and nothing is left when they go."""

from __future__ import annotations

import asyncio

import pytest

from buildplan.v1.run_pb2 import RunEvent
from services.runtime.errors import InvalidArgument
from tests.fakes.specialist import Behaviour
from tests.integration.runs.conftest import House


async def test_fifty_watchers_from_different_places_see_one_log(house: House) -> None:
    for fake in house.fakes.values():
        fake.behaviour = Behaviour(delay=0.4, steps=20)
    run = await house.start()
    watchers = [asyncio.create_task(house.events(run.name, after)) for after in range(25)]
    await asyncio.sleep(0.2)
    watchers += [asyncio.create_task(house.events(run.name, after)) for after in range(25)]
    logs = await asyncio.gather(*watchers)
    whole = await house.events(run.name)
    assert [event.sequence for event in whole] == list(range(1, len(whole) + 1))
    assert len(whole) > 25
    for place, log in enumerate(logs):
        assert log == whole[place % 25 :]


async def test_a_stalled_watcher_slows_nobody(house: House) -> None:
    house.fakes["qma"].behaviour = Behaviour(delay=0.2, steps=4)
    run = await house.start()
    stalled = house.runs.watch(run.name, 0)
    first = await anext(stalled)
    whole = await house.events(run.name)
    assert (await house.runs.records.get(run.name)).last_sequence == whole[-1].sequence
    rest: list[RunEvent] = [event async for event in stalled]
    assert [first, *rest] == whole


async def test_abandoned_watchers_leave_nothing_running(house: House) -> None:
    house.fakes["qma"].behaviour = Behaviour(hang=True)
    run = await house.start()
    await house.fakes["qma"].seen.called_event.wait()
    await asyncio.sleep(0.1)
    before = asyncio.all_tasks()
    watchers = [asyncio.create_task(house.events(run.name)) for _ in range(50)]
    await asyncio.sleep(0.1)
    for watcher in watchers:
        watcher.cancel()
    await asyncio.wait(watchers)
    async with asyncio.timeout(2):
        while asyncio.all_tasks() - before:
            await asyncio.sleep(0.01)
    await house.runs.cancel(run.name)
    assert not house.runs._feed._tails


async def test_a_resumed_run_goes_on_with_higher_numbers(house: House) -> None:
    house.fakes["qma"].behaviour = Behaviour(patches=())
    run = await house.finished()
    house.fakes["qma"].behaviour = Behaviour()
    await house.runs.resume(run.name)
    later = await house.events(run.name, run.last_sequence)
    assert later[0].sequence == run.last_sequence + 1
    whole = await house.events(run.name)
    assert [event.sequence for event in whole] == list(range(1, len(whole) + 1))
    assert whole[run.last_sequence :] == later


async def test_a_negative_cursor_is_refused(house: House) -> None:
    run = await house.finished()
    with pytest.raises(InvalidArgument):
        await house.events(run.name, -1)
    assert await house.events(run.name, 10_000) == []
