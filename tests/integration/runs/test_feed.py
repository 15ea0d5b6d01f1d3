"""Watchers see every event once and in order, whatever their speed, and nothing waits for them."""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from datetime import UTC, datetime, timedelta
from functools import partial
from types import SimpleNamespace

import prometheus_client
import pytest

from buildplan.v1.agent_pb2 import AgentStatus
from buildplan.v1.run_pb2 import Run, RunEvent
from services.coordinator.runs import metrics
from services.coordinator.runs.elsewhere import Elsewhere
from services.coordinator.runs.feed import Feed
from services.coordinator.runs.tail import TAIL_LENGTH, LogPage
from services.runtime.errors import Unavailable

RUN = "sessions/s/runs/r"


class Log:
    """A run's stored log: what is appended here is committed."""

    def __init__(self) -> None:
        self.events: list[RunEvent] = []
        self.reads = 0
        self.elsewhere = Elsewhere(self.read, poll=0.02)
        self.feed = Feed(self.read, self.elsewhere)

    async def read(self, run: str, after: int) -> LogPage:
        assert run == RUN
        self.reads += 1
        await asyncio.sleep(0)
        events = self.events[after : after + 50]
        last = self.events[-1] if self.events else RunEvent()
        ended = last.run_state.state == Run.STATE_SUCCEEDED and after + len(events) >= len(self.events)
        return LogPage(events, ended)

    def happen(self, count: int, *, end: bool = False) -> None:
        events = [RunEvent(run=RUN, agent_status=AgentStatus(percent=1)) for _ in range(count)]
        if end:
            events.append(RunEvent(run=RUN, run_state=Run(state=Run.STATE_SUCCEEDED)))
        for event in events:
            event.sequence = len(self.events) + 1
            self.events.append(event)
        self.feed.publish(RUN, events)
        if end:
            self.feed.close(RUN)


@pytest.fixture
def log() -> Log:
    made = Log()
    made.feed.open(RUN, 0)
    return made


async def watch(log: Log, after: int, pause: float = 0.0) -> list[int]:
    seen = []
    async for event in log.feed.watch(RUN, after):
        seen.append(event.sequence)
        if pause:
            await asyncio.sleep(pause)
    return seen


async def test_fifty_watchers_see_the_same_log_without_gaps(log: Log) -> None:
    log.happen(20)
    watchers = [asyncio.create_task(watch(log, after)) for after in range(50)]
    for _ in range(40):
        log.happen(5)
        await asyncio.sleep(0)
    log.happen(4, end=True)
    results = await asyncio.wait_for(asyncio.gather(*watchers), 5)
    for after, seen in enumerate(results):
        assert seen == list(range(after + 1, 226))


async def test_a_stalled_watcher_holds_up_nobody_and_misses_nothing(log: Log) -> None:
    gate = asyncio.Event()

    async def stalled() -> list[int]:
        seen = []
        async for event in log.feed.watch(RUN, 0):
            seen.append(event.sequence)
            await gate.wait()
        return seen

    slow, quick = asyncio.create_task(stalled()), asyncio.create_task(watch(log, 0))
    for _ in range(3 * TAIL_LENGTH):
        log.happen(1)
        await asyncio.sleep(0)
    log.happen(0, end=True)
    everything = list(range(1, 3 * TAIL_LENGTH + 2))
    assert await asyncio.wait_for(quick, 5) == everything
    assert not slow.done()
    gate.set()
    assert await asyncio.wait_for(slow, 5) == everything


async def test_events_that_are_published_out_of_order_are_seen_in_order(log: Log) -> None:
    task = asyncio.create_task(watch(log, 0))
    await asyncio.sleep(0)
    for number in (1, 2, 3):
        log.events.append(RunEvent(run=RUN, sequence=number))
    for number in (2, 1, 3):
        log.feed.publish(RUN, [log.events[number - 1]])
        await asyncio.sleep(0.01)
    log.happen(0, end=True)
    assert await asyncio.wait_for(task, 5) == [1, 2, 3, 4]


async def test_watchers_that_keep_up_never_read_the_log(log: Log) -> None:
    tasks = [asyncio.create_task(watch(log, 0)) for _ in range(20)]
    await asyncio.sleep(0)
    for _ in range(30):
        log.happen(1)
        await asyncio.sleep(0)
    log.happen(0, end=True)
    await asyncio.gather(*tasks)
    assert log.reads == 0


async def test_a_run_that_is_carried_out_elsewhere_is_followed(log: Log) -> None:
    log.feed.close(RUN)
    task = asyncio.create_task(watch(log, 0))
    await asyncio.sleep(0.03)
    log.happen(3)
    await asyncio.sleep(0.03)
    log.happen(1, end=True)
    assert await asyncio.wait_for(task, 5) == [1, 2, 3, 4, 5]


async def test_a_resumed_run_goes_on_and_an_ended_one_ends_the_stream(log: Log) -> None:
    log.happen(2, end=True)
    assert await asyncio.wait_for(watch(log, 1), 5) == [2, 3]
    assert await asyncio.wait_for(watch(log, 3), 5) == []
    log.feed.open(RUN, 3)
    task = asyncio.create_task(watch(log, 0))
    await asyncio.sleep(0.01)
    log.happen(1, end=True)
    assert await asyncio.wait_for(task, 5) == [1, 2, 3, 4, 5]


async def test_a_watcher_that_read_the_end_late_goes_on_with_a_resumed_run(log: Log) -> None:
    async with aclosing(log.feed.watch(RUN, 0)) as events:  # type: ignore[type-var]
        log.happen(1, end=True)
        first = await anext(events)
        log.feed.open(RUN, 2)
        log.happen(1, end=True)
        rest = [event.sequence async for event in events]
    assert [first.sequence, *rest] == [1, 2, 3, 4]


async def test_fifty_abandoned_watchers_leave_nothing_behind(log: Log) -> None:
    before = asyncio.all_tasks()
    tasks = [asyncio.create_task(watch(log, 0)) for _ in range(50)]
    await asyncio.sleep(0.01)
    for task in tasks:
        task.cancel()
    await asyncio.wait(tasks)
    assert asyncio.all_tasks() == before
    log.happen(1, end=True)
    assert not log.feed._tails


async def test_stopping_sends_watchers_away_to_come_back(log: Log) -> None:
    followers = [asyncio.create_task(watch(log, 0))]
    log.happen(2)
    await asyncio.sleep(0.01)
    log.feed.stop()
    with pytest.raises(Unavailable, match="sequence"):
        await asyncio.wait_for(followers[0], 1)


async def test_events_of_another_coordinator_count_as_late_as_they_are_shown_here(
    log: Log, monkeypatch: pytest.MonkeyPatch
) -> None:
    registry = prometheus_client.CollectorRegistry()
    library = SimpleNamespace(Histogram=partial(prometheus_client.Histogram, registry=registry))
    monkeypatch.setattr(metrics._EVENT_LAG, "_exposed", metrics._EVENT_LAG._make(library))
    log.feed.close(RUN)
    an_hour_ago = datetime.now(UTC) - timedelta(hours=1)
    log.happen(3)
    for event in log.events:
        event.create_time.FromDatetime(an_hour_ago)
    watching = asyncio.create_task(watch(log, 0))
    await asyncio.sleep(0.1)
    log.happen(1, end=True)
    for event in log.events[3:]:
        event.create_time.FromDatetime(datetime.now(UTC))
    assert await watching == [1, 2, 3, 4, 5]
    assert registry.get_sample_value("buildplan_event_lag_seconds_count") == 2
    assert registry.get_sample_value("buildplan_event_lag_seconds_bucket", {"le": "5.0"}) == 2
