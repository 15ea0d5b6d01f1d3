"""The same through the whole house: a coordinator, its four specialists and the provider's four open requests."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path

from buildplan.v1.agent_pb2 import AgentStatus
from buildplan.v1.run_pb2 import Run
from buildplan.v1.run_service_pb2 import CancelRunRequest, StartRunRequest
from tests.integration.coordinator.house import POLICY, model_specialists, open_house
from tests.integration.openai.provider_server import never, provider
from tests.integration.runs.processes import coordinator, start

AGENTS = 4
SOON = 0.1


async def test_cancel_run_closes_all_four_requests(tmp_path: Path) -> None:
    async with (
        provider(never) as (url, seen),
        model_specialists(url) as specialists,
        open_house(tmp_path, specialists, replace(POLICY, deadline=60)) as house,
    ):
        session = await house.session_with_papers()
        run = (await house.runs.StartRun(StartRunRequest(parent=session))).run
        await seen.all_called(AGENTS)
        since = time.monotonic()
        cancelled = await house.runs.CancelRun(CancelRunRequest(name=run.name))
        assert await seen.all_hung_up(AGENTS) - since < SOON
        assert cancelled.run.state == Run.STATE_CANCELLED
        assert seen.calls == AGENTS


async def test_the_coordinator_s_deadline_closes_all_four_requests(tmp_path: Path) -> None:
    deadline = 3.0
    async with (
        provider(never) as (url, seen),
        model_specialists(url) as specialists,
        open_house(tmp_path, specialists, replace(POLICY, deadline=deadline)) as house,
    ):
        run = await house.run(await house.session_with_papers())
        assert run.state == Run.STATE_FAILED
        assert {status.failure.reason for status in run.agents} == {"DEADLINE_EXCEEDED"}
        assert {status.state for status in run.agents} == {AgentStatus.STATE_ERROR}
        # A request is made after its deadline has begun to run.
        assert await seen.all_hung_up(AGENTS) - min(seen.times) < deadline + SOON
        assert seen.calls == AGENTS


async def test_a_killed_coordinator_closes_all_four_requests(tmp_path: Path) -> None:
    async with provider(never) as (url, seen), model_specialists(url) as specialists:
        async with coordinator(f"sqlite:///{tmp_path / 'store.db'}", specialists) as process:
            await start(process, "s1")
            await seen.all_called(AGENTS)
            since = time.monotonic()
            process.kill()
            await process.wait()
        assert await seen.all_hung_up(AGENTS) - since < SOON
