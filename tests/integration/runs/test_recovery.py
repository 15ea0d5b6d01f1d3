"""Runs outlive their coordinator: killed, drained or too late to write."""

from __future__ import annotations

import asyncio
import time
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import Connection, select

from buildplan.v1.agent_pb2 import AgentStatus
from buildplan.v1.run_pb2 import Run
from buildplan.v1.session_pb2 import Finding
from services.contract.names import parse
from services.coordinator.runs.policy import RunPolicy
from services.coordinator.runs.runs import Runs
from services.coordinator.store import queue
from services.coordinator.store import runs as run_rows
from services.coordinator.store.leases import Lease
from services.coordinator.store.tables import RUNS
from services.runtime.errors import FailedPrecondition, Unavailable
from tests.fakes.process import AGENTS
from tests.fakes.specialist import Behaviour, FakeSpecialist
from tests.integration.runs.conftest import POLICY, House, status_of
from tests.integration.runs.processes import coordinator, line, start


@pytest.fixture
def policy() -> RunPolicy:
    return replace(POLICY, lease=0.3)


async def test_a_killed_coordinators_run_is_continued(tmp_path: Path, fakes: dict[str, FakeSpecialist]) -> None:
    fakes["pma"].behaviour = Behaviour(hang=True)
    url = f"sqlite:///{tmp_path / 'store.db'}"
    finished = [fakes[agent].seen for agent in ("qma", "sca", "ema")]
    async with coordinator(url, fakes) as first:
        name = await start(first, "s1")
        async with asyncio.timeout(10):
            while not fakes["pma"].seen.at_work or any(seen.finished < 1 for seen in finished):
                await asyncio.sleep(0.01)
        await asyncio.sleep(0.1)
        first.kill()
    fakes["pma"].behaviour = Behaviour()
    async with coordinator(url, fakes, "--run", name) as second:
        assert await line(second) == str(Run.STATE_SUCCEEDED)
        assert await asyncio.wait_for(second.wait(), 10) == 0
    assert {agent: fake.seen.proposes for agent, fake in fakes.items()} == {"qma": 1, "pma": 2, "sca": 1, "ema": 1}


async def test_a_run_that_is_stored_late_is_not_taken_for_one_that_was_left(house: House) -> None:
    """Longer than its lease: nobody else has it, and its agents are called once."""
    await house.runs.recover()
    late = asyncio.create_task(house.store.write(lambda _: time.sleep(0.4)))
    run = await house.start()
    await late
    await house.events(run.name)
    assert (await house.runs.records.get(run.name)).state == Run.STATE_SUCCEEDED
    assert house.calls() == dict.fromkeys(AGENTS, 1)
    assert await house.store.read(lambda tx: fence(tx, run.name)) == 1


async def test_a_drained_coordinator_leaves_its_run_to_the_next(house: House) -> None:
    house.fakes["pma"].behaviour = Behaviour(hang=True)
    run = await house.start()
    await house.until(run.name, "qma", AgentStatus.STATE_COMPLETE)
    watching = asyncio.create_task(house.events(run.name))
    await asyncio.sleep(0.05)
    await house.runs.drain()
    with pytest.raises(Unavailable):
        await watching
    with pytest.raises(Unavailable):
        await house.start()
    await asyncio.wait_for(house.fakes["pma"].seen.cancelled_event.wait(), 1)
    left = await house.runs.records.get(run.name)
    assert left.state == Run.STATE_RUNNING
    assert status_of(left, "pma").state == AgentStatus.STATE_RUNNING
    house.fakes["pma"].behaviour = Behaviour()
    house.runs = Runs(house.store, house.specialists, POLICY, house.sessions.inputs())
    await house.runs.recover()
    events = await house.events(run.name)
    assert [event.sequence for event in events] == list(range(1, len(events) + 1))
    assert (await house.runs.records.get(run.name)).state == Run.STATE_SUCCEEDED
    assert house.calls() == {"qma": 1, "pma": 2, "sca": 1, "ema": 1}


def fence(tx: Connection, run: str) -> int:
    session, run_id = parse(run, "runs")
    return int(tx.execute(select(RUNS.c.fence).where(RUNS.c.session_id == session, RUNS.c.id == run_id)).scalar_one())


async def left_in_flight(house: House) -> Run:
    """A run that its coordinator left while pma was at work and the others had finished."""
    house.fakes["pma"].behaviour = Behaviour(hang=True)
    run = await house.start()
    for agent in ("qma", "sca", "ema"):
        await house.until(run.name, agent, AgentStatus.STATE_COMPLETE)
    await house.runs.drain()
    house.fakes["pma"].behaviour = Behaviour()
    house.runs = Runs(house.store, house.specialists, POLICY, house.sessions.inputs())
    return run


async def test_a_run_whose_papers_have_changed_begins_anew(house: House) -> None:
    run = await left_in_flight(house)
    house.sessions.notes = "revision B"
    await house.runs.recover()
    events = await house.events(run.name)
    ended = await house.runs.records.get(run.name)
    assert ended.state == Run.STATE_SUCCEEDED
    assert house.calls() == dict.fromkeys(AGENTS, 2)
    assert ended.input_digest != run.input_digest
    told = {event.agent_status.agent for event in events if "papers have changed" in event.agent_status.message}
    assert told == set(AGENTS)
    assert (await house.plan(ended)).metadata.notes == "revision B"
    with pytest.raises(FailedPrecondition, match="every agent"):
        await house.runs.resume(run.name)


async def test_a_run_whose_papers_are_gone_ends_in_words(house: House) -> None:
    run = await left_in_flight(house)
    house.sessions.notes = "all deleted"
    house.sessions.findings = [Finding(severity=Finding.SEVERITY_ERROR, code="NO_FILES", message="no files")]
    await house.runs.recover()
    await house.events(run.name)
    ended = await house.runs.records.get(run.name)
    assert (ended.state, ended.failure.reason) == (Run.STATE_FAILED, "PREFLIGHT_FAILED")
    assert status_of(ended, "pma").state == AgentStatus.STATE_ERROR
    assert house.calls()["pma"] == 1


async def test_pending_runs_are_continued_too(house: House) -> None:
    nobody = replace(POLICY, runs_in_flight=0)
    waiting = Runs(house.store, house.specialists, nobody, house.sessions.inputs())
    house.runs, runs = waiting, house.runs
    run = await house.start()
    await waiting.drain()
    house.runs = runs
    assert (await runs.records.get(run.name)).state == Run.STATE_PENDING
    await runs.recover()
    await house.events(run.name)
    assert (await runs.records.get(run.name)).state == Run.STATE_SUCCEEDED


async def test_who_has_lost_the_fence_writes_nothing(house: House) -> None:
    pma = house.fakes["pma"]
    pma.behaviour = Behaviour(hang=True)
    run = await house.start()
    for agent in ("qma", "sca", "ema"):
        await house.until(run.name, agent, AgentStatus.STATE_COMPLETE)
    ids = parse(run.name, "runs")

    fence = await house.store.write(lambda tx: run_rows.reopen(tx, *ids, Lease("somebody else", 60.0, house.now())))
    with house.runs._active.hold(POLICY.runs_in_flight):
        await house.runs._heart.beat()
    await asyncio.wait_for(pma.seen.cancelled_event.wait(), 2)
    stolen = await house.runs.records.get(run.name)
    assert stolen.state == Run.STATE_RUNNING
    assert status_of(stolen, "pma").state == AgentStatus.STATE_RUNNING
    await house.store.write(lambda tx: run_rows.record(tx, *ids, fence, []))


async def test_a_late_write_under_an_old_fence_drops_the_run_here(house: House) -> None:
    pma = house.fakes["pma"]
    pma.behaviour = Behaviour(delay=0.3)
    run = await house.start()
    for agent in ("qma", "sca", "ema"):
        await house.until(run.name, agent, AgentStatus.STATE_COMPLETE)
    ids = parse(run.name, "runs")
    await house.store.write(lambda tx: run_rows.reopen(tx, *ids, Lease("somebody else", 60.0, house.now())))
    async with asyncio.timeout(5):
        while run.name in house.runs._active:
            await asyncio.sleep(0.01)
    stolen = await house.runs.records.get(run.name)
    assert stolen.state == Run.STATE_RUNNING
    assert status_of(stolen, "pma").state == AgentStatus.STATE_RUNNING
    assert "pma" not in {checkpoint.agent for checkpoint in await house.runs.records.checkpoints(run.name)}
    assert stolen.revision == 0


async def test_leases_are_renewed(house: House) -> None:
    house.fakes["pma"].behaviour = Behaviour(hang=True)
    await house.runs.recover()
    run = await house.start()
    await asyncio.sleep(0.6)
    claimed = await house.store.write(lambda tx: queue.claim(tx, house.runs._active.lease(), 10))
    assert claimed == []
    await house.runs.cancel(run.name)
