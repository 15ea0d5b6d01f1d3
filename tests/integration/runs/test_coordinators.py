"""Several coordinators on one PostgreSQL: whoever is asked, each run is one run."""

from __future__ import annotations

import asyncio
import time
import uuid
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack
from dataclasses import replace

import psycopg
import pytest
import structlog

from buildplan.v1.agent_pb2 import AgentStatus
from buildplan.v1.run_pb2 import Run, RunEvent
from services.coordinator.runs.policy import RunPolicy
from services.coordinator.runs.tail import LogPage
from services.runtime.errors import AlreadyExists, FailedPrecondition
from tests.fakes.sessions import add_session
from tests.fakes.specialist import Behaviour, FakeSpecialist
from tests.integration.postgres import Postgres
from tests.integration.runs.conftest import POLICY, House, open_house


@pytest.fixture
def policy() -> RunPolicy:
    """Nobody looks for what they are not told: whatever is seen was heard."""
    return replace(POLICY, lease=1.0, foreign_poll=60.0)


@pytest.fixture
async def pair(
    postgres: Postgres, fakes: dict[str, FakeSpecialist], policy: RunPolicy
) -> AsyncIterator[tuple[House, House]]:
    """Two coordinators on one database."""
    url = postgres.create_database(uuid.uuid4().hex)
    async with AsyncExitStack() as stack:
        first = await stack.enter_async_context(open_house(url, fakes, policy))
        second = await stack.enter_async_context(open_house(url, fakes, policy))
        await add_session(first.store)
        for house in (first, second):
            await house.runs.recover()
        yield first, second


async def test_one_request_at_two_coordinators_is_one_run(pair: tuple[House, House]) -> None:
    for turn in range(10):
        answers = await asyncio.gather(*(house.start(request_id=f"request {turn}") for house in pair * 5))
        assert len({run.name for run in answers}) == 1
        await pair[0].events(answers[0].name)
    assert len(await pair[0].runs.records.list_(pair[0].session)) == 10


async def test_one_request_with_other_parameters_is_refused_by_any_coordinator(pair: tuple[House, House]) -> None:
    for turn in range(5):
        outcomes = await asyncio.gather(
            pair[0].start(request_id=f"request {turn}"),
            pair[1].start(request_id=f"request {turn}", agents=["qma"]),
            return_exceptions=True,
        )
        [started] = [outcome for outcome in outcomes if isinstance(outcome, Run)]
        [refused] = [outcome for outcome in outcomes if isinstance(outcome, AlreadyExists)]
        assert refused.reason == "REQUEST_ID_TAKEN"
        assert started.name in refused.message
        await pair[0].events(started.name)


async def test_a_session_has_one_run_in_flight_whoever_is_asked(pair: tuple[House, House]) -> None:
    pair[0].fakes["qma"].behaviour = Behaviour(hang=True)
    for _ in range(5):
        starts = (house.start(ignore_checkpoints=True) for house in pair * 3)
        outcomes = await asyncio.gather(*starts, return_exceptions=True)
        [started] = [outcome for outcome in outcomes if isinstance(outcome, Run)]
        refused = [outcome for outcome in outcomes if isinstance(outcome, FailedPrecondition)]
        assert len(refused) == len(outcomes) - 1
        assert {refusal.reason for refusal in refused} == {"RUN_IN_FLIGHT"}
        await pair[1].runs.cancel(started.name)


async def test_an_ended_run_is_taken_up_again_once_whoever_is_asked(pair: tuple[House, House]) -> None:
    run = await pair[0].finished()
    qma = pair[0].fakes["qma"]
    qma.behaviour = Behaviour(hang=True)
    for turn in range(5):
        outcomes = await asyncio.gather(
            *(house.runs.retry_agent(run.name, "qma") for house in pair * 3), return_exceptions=True
        )
        assert sum(isinstance(outcome, Run) for outcome in outcomes) == 1
        assert sum(isinstance(outcome, FailedPrecondition) for outcome in outcomes) == len(outcomes) - 1
        async with asyncio.timeout(10):
            while qma.seen.proposes < turn + 2:
                await asyncio.sleep(0.01)
        await pair[turn % 2].runs.cancel(run.name)
        assert qma.seen.proposes == turn + 2


def numbers(events: Sequence[RunEvent]) -> list[int]:
    return [event.sequence for event in events]


async def test_a_watcher_elsewhere_sees_every_event_once_and_in_order(pair: tuple[House, House]) -> None:
    first, second = pair
    for agent, fake in first.fakes.items():
        fake.behaviour = Behaviour(delay=0.6, steps=4 if agent == "qma" else 2)
    await listening(second)
    run = await first.start()
    here, *elsewhere = await asyncio.gather(*(house.events(run.name) for house in (first, *[second] * 20)))
    assert numbers(here) == list(range(1, len(here) + 1))
    assert all(seen == here for seen in elsewhere)


async def listening(house: House) -> None:
    async with asyncio.timeout(10):
        while house.runs._listener is None or not house.runs._listener.live:
            await asyncio.sleep(0.01)


async def test_watchers_of_one_run_elsewhere_read_its_log_together(pair: tuple[House, House]) -> None:
    first, second = pair
    first.fakes["pma"].behaviour = Behaviour(delay=0.5, steps=5)
    await listening(second)
    run = await first.start()
    reads = 0
    read_log = second.runs._elsewhere._read_log

    async def counted(name: str, after: int) -> LogPage:
        nonlocal reads
        reads += 1
        return await read_log(name, after)

    second.runs._elsewhere._read_log = counted
    watched = await asyncio.gather(*(second.events(run.name) for _ in range(50)))
    assert {tuple(numbers(events)) for events in watched} == {tuple(range(1, len(watched[0]) + 1))}
    assert reads <= 2 * len(watched[0]) + 2


async def test_a_lost_listener_comes_back_and_no_watcher_misses_anything(
    pair: tuple[House, House], postgres: Postgres
) -> None:
    first, second = pair
    first.fakes["pma"].behaviour = Behaviour(delay=1.5, steps=15)
    await listening(second)
    run = await first.start()
    watching = asyncio.create_task(second.events(run.name))
    await second.until(run.name, "qma", AgentStatus.STATE_COMPLETE)
    with structlog.testing.capture_logs() as logs:
        for _ in range(3):
            await asyncio.to_thread(end_listeners, postgres)
            await asyncio.sleep(0.2)
        events = await watching
        await listening(second)
    said = [line["event"] for line in logs if "other coordinators" in line["event"]]
    assert said.count("listening to other coordinators again") == said.count("not listening to other coordinators") > 0
    assert numbers(events) == list(range(1, len(events) + 1))
    assert events[-1].run_state.state == Run.STATE_SUCCEEDED


def end_listeners(server: Postgres) -> None:
    with psycopg.connect(server.url(), autocommit=True) as connection:
        connection.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'LISTEN%'")


async def test_any_coordinator_cancels_a_run_and_the_model_stops_at_once(pair: tuple[House, House]) -> None:
    first, second = pair
    first.fakes["pma"].behaviour = Behaviour(hang=True)
    await listening(first)
    run = await first.start()
    await first.until(run.name, "qma", AgentStatus.STATE_COMPLETE)
    await asyncio.wait_for(first.fakes["pma"].seen.called_event.wait(), 5)
    asked = time.monotonic()
    cancelled = await second.runs.cancel(run.name)
    assert cancelled.state == Run.STATE_CANCELLED
    await asyncio.wait_for(first.fakes["pma"].seen.cancelled_event.wait(), 1)
    assert time.monotonic() - asked < 0.5
    assert (await second.runs.cancel(run.name)).state == Run.STATE_CANCELLED
    resumed = await second.runs.resume(run.name)
    assert resumed.state == Run.STATE_PENDING
    await second.runs.cancel(run.name)


async def test_a_dead_owners_run_is_cancelled_when_its_lease_is_over(
    pair: tuple[House, House], policy: RunPolicy
) -> None:
    first, second = pair
    first.fakes["pma"].behaviour = Behaviour(hang=True)
    run = await first.start()
    await first.until(run.name, "qma", AgentStatus.STATE_COMPLETE)
    await die(first)
    begun = time.monotonic()
    assert (await second.runs.cancel(run.name)).state == Run.STATE_CANCELLED
    assert time.monotonic() - begun < 2 * policy.lease


async def die(house: House) -> None:
    """The coordinator renews nothing and hears nothing any more; what it has begun it would still write."""
    await house.runs._heart.stop()
    if house.runs._listener is not None:
        await house.runs._listener.stop()


async def test_an_expired_run_is_taken_over_within_a_lease_and_its_owner_writes_nothing_more(
    pair: tuple[House, House], policy: RunPolicy
) -> None:
    first, second = pair
    first.fakes["pma"].behaviour = Behaviour(hang=True)
    run = await first.start()
    for agent in ("qma", "sca", "ema"):
        await first.until(run.name, agent, AgentStatus.STATE_COMPLETE)
    await die(first)
    begun = time.monotonic()
    first.fakes["pma"].behaviour = Behaviour()
    events = await second.events(run.name)
    assert time.monotonic() - begun < 1.5 * policy.lease
    assert numbers(events) == list(range(1, len(events) + 1))
    assert first.calls() == {"qma": 1, "pma": 2, "sca": 1, "ema": 1}
    assert (await second.runs.records.get(run.name)).state == Run.STATE_SUCCEEDED


async def test_a_draining_coordinator_hands_its_runs_over_at_once(pair: tuple[House, House], policy: RunPolicy) -> None:
    first, second = pair
    first.fakes["pma"].behaviour = Behaviour(hang=True)
    await listening(second)
    run = await first.start()
    for agent in ("qma", "sca", "ema"):
        await first.until(run.name, agent, AgentStatus.STATE_COMPLETE)
    first.fakes["pma"].behaviour = Behaviour()
    begun = time.monotonic()
    await first.runs.drain()
    await second.events(run.name)
    assert time.monotonic() - begun < policy.lease / 2
    assert (await second.runs.records.get(run.name)).state == Run.STATE_SUCCEEDED
    assert first.calls() == {"qma": 1, "pma": 2, "sca": 1, "ema": 1}
