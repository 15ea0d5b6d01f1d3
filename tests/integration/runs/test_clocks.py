"""Results stand in the order in which they were stored, whatever the coordinators' clocks say."""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from buildplan.v1.agent_pb2 import AgentStatus
from buildplan.v1.run_pb2 import Run
from services.coordinator.drafts import draft_of
from services.coordinator.runs.policy import RunPolicy
from services.coordinator.runs.runs import Effects
from tests.fakes.patches import patch_of
from tests.fakes.sessions import add_session
from tests.fakes.specialist import Behaviour, FakeSpecialist
from tests.integration.postgres import Postgres
from tests.integration.runs.conftest import House, open_house, status_of

BEHIND = timedelta(minutes=10)


@dataclass
class Clock:
    """The machine's clock, set back by `behind`."""

    behind: timedelta = timedelta()

    def __call__(self) -> datetime:
        return datetime.now(UTC) - self.behind


@dataclass
class Pair:
    """Two coordinators on one PostgreSQL, or the one that an SQLite file has; `clock` is the second's."""

    first: House
    second: House
    clock: Clock


@pytest.fixture(params=["sqlite", "postgresql"])
async def pair(
    request: pytest.FixtureRequest, tmp_path: Path, fakes: dict[str, FakeSpecialist], policy: RunPolicy
) -> AsyncIterator[Pair]:
    clock = Clock()
    async with AsyncExitStack() as stack:
        if request.param == "sqlite":
            url = f"sqlite:///{tmp_path / 'store.db'}"
        else:
            server: Postgres = request.getfixturevalue("postgres")
            url = server.create_database(uuid.uuid4().hex)
        second = await stack.enter_async_context(open_house(url, fakes, policy, effects=Effects(clock=clock)))
        first = second
        if request.param != "sqlite":
            first = await stack.enter_async_context(open_house(url, fakes, policy))
        await add_session(second.store)
        yield Pair(first, second, clock)


def write(house: House, edition: str) -> None:
    """From now on each agent writes one line that names the edition."""
    for agent, fake in house.fakes.items():
        fake.behaviour = Behaviour(patches=(patch_of(agent, f"{edition} of {agent}"),))


async def ended(house: House, run: Run) -> Run:
    """The run, which was just taken up, at its end."""
    await house.events(run.name, run.last_sequence)
    return await house.runs.records.get(run.name)


async def resumed(house: House, run: Run) -> Run:
    return await ended(house, await house.runs.resume(run.name))


async def retried(house: House, run: Run, agent: str) -> Run:
    return await ended(house, await house.runs.retry_agent(run.name, agent))


async def lines(house: House, run: Run) -> list[str]:
    """One line of each agent in the run's plan."""
    sections = (await house.plan(run)).sections
    return [
        sections.quality_plan.required_tests[0].text,
        sections.purchasing.materials[0].text,
        sections.release_plan.do_early[0].text,
        sections.engineering_instructions.fixtures[0].text,
    ]


async def test_a_retry_keeps_the_others_latest_results_where_the_clock_is_behind(pair: Pair) -> None:
    write(pair.first, "first")
    run = await pair.first.finished()
    pair.clock.behind = BEHIND
    pair.second.sessions.notes = "with the quotation"
    write(pair.second, "second")
    run = await resumed(pair.second, run)
    write(pair.second, "third")
    run = await retried(pair.second, run, "qma")
    assert await lines(pair.second, run) == ["third of qma", "second of pma", "second of sca", "second of ema"]
    draft = await draft_of(pair.second.store, run.name, datetime.now(UTC))
    assert draft.sections.purchasing.materials[0].text == "second of pma"


async def test_results_are_listed_as_they_were_stored_where_the_clock_is_behind(pair: Pair) -> None:
    run = await pair.first.finished()
    pair.clock.behind = BEHIND
    pair.second.sessions.notes = "with the quotation"
    before = {checkpoint.name for checkpoint in await pair.first.runs.records.checkpoints(run.name)}
    await resumed(pair.second, run)
    kept = await pair.first.runs.records.checkpoints(run.name)
    assert [checkpoint.name in before for checkpoint in kept] == [True] * 4 + [False] * 4
    assert max(old.create_time.ToMicroseconds() for old in kept[:4]) < min(
        new.create_time.ToMicroseconds() for new in kept[4:]
    )


async def test_a_new_run_takes_the_result_that_was_asked_for_last_where_the_clock_is_behind(pair: Pair) -> None:
    write(pair.first, "first")
    run = await pair.first.finished()
    await pair.first.finished()
    pair.clock.behind = BEHIND
    write(pair.second, "second")
    await retried(pair.second, run, "qma")
    run = await pair.second.finished()
    assert status_of(run, "qma").from_checkpoint
    assert await lines(pair.second, run) == ["second of qma", "first of pma", "first of sca", "first of ema"]


@pytest.mark.parametrize("pair", ["postgresql"], indirect=True)
async def test_whoever_takes_a_run_over_goes_on_with_its_latest_results(pair: Pair) -> None:
    write(pair.first, "first")
    run = await pair.first.finished()
    pair.clock.behind = BEHIND
    for house in (pair.first, pair.second):
        house.sessions.notes = "with the quotation"
    write(pair.second, "second")
    pair.second.fakes["qma"].behaviour = Behaviour(hang=True)
    run = await pair.second.runs.resume(run.name)
    finished: set[str] = set()
    async for event in pair.second.runs.watch(run.name, run.last_sequence):
        if event.agent_status.state == AgentStatus.STATE_COMPLETE:
            finished.add(event.agent_status.agent)
        if finished == {"pma", "sca", "ema"}:
            break
    write(pair.second, "third")
    await pair.second.runs.drain()
    await pair.first.runs.recover()
    run = await ended(pair.first, run)
    assert await lines(pair.first, run) == ["third of qma", "second of pma", "second of sca", "second of ema"]


async def test_a_run_does_not_end_before_it_was_created(pair: Pair) -> None:
    run = await pair.first.finished()
    pair.clock.behind = BEHIND
    run = await retried(pair.second, run, "qma")
    assert run.end_time.ToMicroseconds() >= run.create_time.ToMicroseconds()
