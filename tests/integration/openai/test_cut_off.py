"""A model that is asked and not waited for, with the real parts: what the coordinator has on record of it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from buildplan.v1.agent_pb2 import Attempt
from buildplan.v1.run_service_pb2 import CancelRunRequest, ListAttemptsRequest, StartRunRequest
from services.runtime.channels import open_channel
from tests.integration.coordinator.house import House, model_specialists
from tests.integration.coordinator.papers import DRAWING
from tests.integration.gateway.processes import ServerProcess
from tests.integration.openai.provider_server import Seen, never, provider

AGENTS = ["ema", "pma", "qma", "sca"]


@dataclass
class Asking:
    """A coordinator in a process of its own, and a run whose four agents wait for a provider that never answers."""

    house: House
    process: ServerProcess
    seen: Seen
    run: str

    async def attempts(self, count: int, outcomes: set[str]) -> list[Attempt]:
        """The run's attempts as soon as there are so many, with these outcomes."""
        async with asyncio.timeout(20):
            while True:
                answer = await self.house.runs.ListAttempts(
                    ListAttemptsRequest(parent=self.run), wait_for_ready=True, timeout=20
                )
                found = list(answer.attempts)
                if len(found) == count and {one.outcome for one in found} == outcomes:
                    return found
                await asyncio.sleep(0.05)


@asynccontextmanager
async def asking(folder: Path) -> AsyncIterator[Asking]:
    async with provider(never) as (url, seen), model_specialists(url) as specialists:
        with ServerProcess.coordinator(folder, specialists) as process:
            async with open_channel(process.address) as channel:
                house = House(process.address, channel, folder)
                session = await house.session()
                await house.upload(session, "drawing.md", DRAWING)
                run = (await house.runs.StartRun(StartRunRequest(parent=session))).run.name
                await seen.all_called(4)
                yield Asking(house, process, seen, run)


async def test_a_cancelled_run_has_its_calls_on_record(tmp_path: Path) -> None:
    async with asking(tmp_path) as told:
        await told.attempts(4, {""})
        await told.house.runs.CancelRun(CancelRunRequest(name=told.run))
        found = await told.attempts(4, {"CANCELLED"})
        assert sorted(one.agent for one in found) == AGENTS
        assert not any(one.HasField("usage") for one in found)
        assert {one.model for one in found} == {"gpt-5.4-mini"}
        assert all(one.question.startswith("asking gpt-5.4-mini; ") for one in found)


async def test_a_killed_coordinator_has_its_calls_on_record(tmp_path: Path) -> None:
    async with asking(tmp_path) as told:
        await told.attempts(4, {""})
        told.process.kill()
        told.process.start()
        await told.seen.all_called(8)
        found = await told.attempts(8, {"CANCELLED", ""})
        assert sorted(one.agent for one in found if one.outcome) == AGENTS
        assert sorted(one.agent for one in found if not one.outcome) == AGENTS
        await told.house.runs.CancelRun(CancelRunRequest(name=told.run))
        await told.attempts(8, {"CANCELLED"})
