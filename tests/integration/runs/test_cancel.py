"""Cancelling stops the specialists' work and keeps what is finished."""

from __future__ import annotations

import asyncio
import time
from dataclasses import replace

import pytest

from buildplan.v1.agent_pb2 import AgentStatus
from buildplan.v1.run_pb2 import Run
from services.coordinator.runs.policy import RunPolicy
from tests.fakes.sessions import add_session
from tests.fakes.specialist import Behaviour
from tests.integration.runs.conftest import POLICY, House, status_of


@pytest.fixture
def policy() -> RunPolicy:
    return replace(POLICY, runs_in_flight=1, first_wait=5.0, longest_wait=5.0)


async def test_cancel_reaches_the_specialist_within_a_tenth_of_a_second(house: House) -> None:
    pma = house.fakes["pma"]
    pma.behaviour = Behaviour(hang=True)
    run = await house.start()
    await house.until(run.name, "qma", AgentStatus.STATE_COMPLETE)
    await pma.seen.called_event.wait()
    begun = time.perf_counter()
    cancelling = asyncio.create_task(house.runs.cancel(run.name))
    await asyncio.wait_for(pma.seen.cancelled_event.wait(), 1)
    assert time.perf_counter() - begun < 0.1
    cancelled = await cancelling
    assert cancelled.state == Run.STATE_CANCELLED
    assert cancelled.failure.reason == "CANCELLED"
    assert status_of(cancelled, "pma").failure.reason == "CANCELLED"
    assert "qma" in {checkpoint.agent for checkpoint in await house.runs.records.checkpoints(run.name)}
    again = await house.runs.cancel(run.name)
    assert again == cancelled


async def test_a_cancelled_run_is_resumed_with_what_is_missing(house: House) -> None:
    house.fakes["pma"].behaviour = Behaviour(hang=True)
    run = await house.start()
    for agent in ("qma", "sca", "ema"):
        await house.until(run.name, agent, AgentStatus.STATE_COMPLETE)
    cancelled = await house.runs.cancel(run.name)
    house.fakes["pma"].behaviour = Behaviour()
    await house.runs.resume(run.name)
    await house.events(run.name, cancelled.last_sequence)
    resumed = await house.runs.records.get(run.name)
    assert resumed.state == Run.STATE_SUCCEEDED
    assert house.calls() == {"qma": 1, "pma": 2, "sca": 1, "ema": 1}


async def test_a_pending_run_is_cancelled_before_its_turn(house: House) -> None:
    house.fakes["pma"].behaviour = Behaviour(hang=True)
    first = await house.start()
    await house.fakes["pma"].seen.called_event.wait()
    house.session = await add_session(house.store, "s2")
    second = await house.start()
    assert (await house.runs.records.get(second.name)).state == Run.STATE_PENDING
    cancelled = await house.runs.cancel(second.name)
    assert cancelled.state == Run.STATE_CANCELLED
    assert {status.failure.reason for status in cancelled.agents} == {"CANCELLED"}
    assert house.calls()["qma"] == 1
    assert (await house.runs.cancel(first.name)).state == Run.STATE_CANCELLED


async def test_cancel_ends_the_wait_for_an_attempt(house: House) -> None:
    await house.fakes["pma"].stop()
    run = await house.start()
    async with asyncio.timeout(5):
        async for event in house.runs.watch(run.name, 0):
            if event.agent_status.HasField("next_attempt_time"):
                break
    begun = time.perf_counter()
    cancelled = await house.runs.cancel(run.name)
    assert time.perf_counter() - begun < 1
    assert status_of(cancelled, "pma").failure.reason == "CANCELLED"


async def test_an_ended_run_stays_as_it_is(house: House) -> None:
    run = await house.finished()
    assert await house.runs.cancel(run.name) == run
