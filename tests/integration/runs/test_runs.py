"""Runs from acceptance to their end, through real specialists and a real store."""

from __future__ import annotations

import asyncio
import time
from itertools import pairwise

import pytest

from buildplan.v1.agent_pb2 import AgentStatus
from buildplan.v1.run_pb2 import Run
from buildplan.v1.session_pb2 import Finding
from services.runtime.errors import (
    Aborted,
    AlreadyExists,
    DomainError,
    FailedPrecondition,
    InvalidArgument,
    NotFound,
    ResourceExhausted,
    Unavailable,
)
from tests.fakes.process import AGENTS
from tests.fakes.specialist import Behaviour
from tests.integration.runs.conftest import House, status_of

RATE_LIMITED = ResourceExhausted("RATE_LIMITED", "slow down", 0.05)


async def test_a_run_succeeds_and_makes_a_plan(house: House) -> None:
    run = await house.finished()
    assert run.state == Run.STATE_SUCCEEDED
    assert not run.HasField("failure")
    assert [status.agent for status in run.agents] == list(AGENTS)
    assert {status.state for status in run.agents} == {AgentStatus.STATE_COMPLETE}
    assert {status.engine for status in run.agents} == {"fake 1"}
    plan = await house.plan(run)
    assert (plan.run, plan.revision, plan.reason) == (run.name, 1, "run")
    assert plan.sections.quality_plan.required_tests[0].text == "a line of qma"
    assert [checkpoint.agent for checkpoint in await house.runs.records.checkpoints(run.name)].sort() is None


async def test_the_log_tells_each_agents_life_in_order(house: House) -> None:
    house.fakes["qma"].behaviour = Behaviour(delay=0.25, steps=5)
    run = await house.start()
    events = await house.events(run.name)
    assert [event.sequence for event in events] == list(range(1, len(events) + 1))
    states = [event.run_state.state for event in events if event.HasField("run_state")]
    assert states == [Run.STATE_PENDING, Run.STATE_RUNNING, Run.STATE_SUCCEEDED]
    for agent in AGENTS:
        life = [event.agent_status.state for event in events if event.agent_status.agent == agent]
        order = [AgentStatus.STATE_IDLE, AgentStatus.STATE_RUNNING, AgentStatus.STATE_COMPLETE]
        assert list(dict.fromkeys(life)) == order
    assert events[-1].run_state.revision == 1
    finished = await house.runs.records.get(run.name)
    assert finished.last_sequence == events[-1].sequence


async def test_the_agents_work_at_once(house: House) -> None:
    for fake in house.fakes.values():
        fake.behaviour = Behaviour(delay=0.3)
    begun = time.perf_counter()
    await house.finished()
    assert time.perf_counter() - begun < 0.9


async def test_progress_is_told_at_most_every_interval(house: House) -> None:
    house.fakes["qma"].behaviour = Behaviour(delay=0.5, steps=100)
    run = await house.start()
    events = await house.events(run.name)
    told = [event for event in events if event.agent_status.message.startswith("step")]
    assert 2 <= len(told) < 50
    times = [event.create_time.ToMicroseconds() for event in told]
    assert all(later - earlier >= 90_000 for earlier, later in pairwise(times[:-1]))
    percents = [event.agent_status.percent for event in told]
    assert percents == sorted(percents)


async def test_chosen_agents_only(house: House) -> None:
    run = await house.finished(agents=["sca", "qma"])
    assert [status.agent for status in run.agents] == ["qma", "sca"]
    assert house.calls() == {"qma": 1, "pma": 0, "sca": 1, "ema": 0}
    with pytest.raises(InvalidArgument, match="xyz"):
        await house.start(agents=["xyz"])


async def test_fifty_equal_requests_start_one_run(house: House) -> None:
    started = await asyncio.gather(*(house.start(request_id="order-7") for _ in range(50)))
    assert len({run.name for run in started}) == 1
    await house.events(started[0].name)
    assert set(house.calls().values()) == {1}
    assert (await house.start(request_id="order-7")).state == Run.STATE_SUCCEEDED
    with pytest.raises(AlreadyExists):
        await house.start(request_id="order-7", agents=["qma"])


async def test_one_run_of_a_session_at_a_time(house: House) -> None:
    house.fakes["qma"].behaviour = Behaviour(delay=0.2)
    outcomes = await asyncio.gather(*(house.start() for _ in range(5)), return_exceptions=True)
    refused = [outcome for outcome in outcomes if isinstance(outcome, FailedPrecondition)]
    assert len(refused) == 4
    assert refused[0].reason == "RUN_IN_FLIGHT"


async def test_preflight_refuses_with_its_findings(house: House) -> None:
    house.sessions.findings = [
        Finding(
            code="CUSTOMER_MISSING",
            severity=Finding.SEVERITY_ERROR,
            field="metadata.customer",
            message="the customer is missing",
            action="name the customer",
        )
    ]
    with pytest.raises(FailedPrecondition, match="the customer is missing") as caught:
        await house.start()
    assert [violation.code for violation in caught.value.violations] == ["CUSTOMER_MISSING"]
    assert await house.runs.records.list_(house.session) == []


async def test_rate_limited_together_then_one_after_another(house: House) -> None:
    for agent in ("qma", "pma", "ema"):
        house.fakes[agent].behaviour = Behaviour(error=RATE_LIMITED, failing_calls=1, delay=0.02)
    run = await house.start()
    events = await house.events(run.name)
    assert (await house.runs.records.get(run.name)).state == Run.STATE_SUCCEEDED
    assert house.calls() == {"qma": 2, "pma": 2, "sca": 1, "ema": 2}
    told = [event.agent_status for event in events if event.agent_status.agent in {"qma", "pma", "ema"}]
    second = told[next(place for place, status in enumerate(told) if "runs again alone" in status.message) :]
    rounds = [
        status.agent
        for status in second
        if "runs again alone" in status.message or status.state == AgentStatus.STATE_COMPLETE
    ]
    assert rounds == ["qma", "qma", "pma", "pma", "ema", "ema"]


async def test_one_agent_of_a_failing_provider_gets_one_more_turn(house: House) -> None:
    house.fakes["qma"].behaviour = Behaviour(error=RATE_LIMITED)
    run = await house.finished()
    assert run.state == Run.STATE_PARTIAL
    assert house.calls()["qma"] == 2
    assert status_of(run, "qma").failure.reason == "RATE_LIMITED"


@pytest.mark.parametrize(
    ("error", "calls", "retryable"),
    [
        (Unavailable("PROVIDER_ERROR", "the provider answered 503 three times"), 2, True),
        (Unavailable("PROVIDER_DOWN", "the provider failed many times in a row"), 1, True),
        (ResourceExhausted("QUOTA_EXHAUSTED", "buy credit"), 1, False),
        (ResourceExhausted("RATE_LIMITED", "come back in ten minutes", retry_after=600.0), 1, True),
        (Aborted("BAD_ANSWER", "the model's answer could not be repaired"), 1, True),
    ],
)
async def test_what_a_specialist_says_of_its_model_is_kept(
    house: House, error: DomainError, calls: int, retryable: bool
) -> None:
    house.fakes["qma"].behaviour = Behaviour(error=error)
    run = await house.finished()
    failure = status_of(run, "qma").failure
    assert (failure.reason, failure.retryable) == (error.reason, retryable)
    assert error.message in failure.message
    assert house.calls()["qma"] == calls


async def test_a_run_without_any_result_fails_without_a_plan(house: House) -> None:
    for fake in house.fakes.values():
        fake.behaviour = Behaviour(patches=())
    run = await house.finished()
    assert run.state == Run.STATE_FAILED
    assert run.revision == 0
    assert run.failure.reason == "AGENTS_FAILED"
    assert "qma (NO_PATCH)" in run.failure.message


async def test_unknown_names(house: House) -> None:
    for call in (house.runs.records.get, house.runs.resume, house.runs.cancel, house.runs.records.checkpoints):
        with pytest.raises(NotFound):
            await call("sessions/s1/runs/none")
    with pytest.raises(NotFound):
        await house.events("sessions/s1/runs/none")
    with pytest.raises(NotFound):
        await house.runs.records.list_("sessions/none")


async def test_papers_that_come_between_preflight_and_the_agents_are_the_runs_input(house: House) -> None:
    house.sessions.uploaded = "revision B"
    run = await house.finished()
    assert run.state == Run.STATE_SUCCEEDED
    assert (await house.plan(run)).metadata.notes == "revision B"
    again = await house.finished()
    assert run.input_digest == again.input_digest
    assert set(house.calls().values()) == {1}
