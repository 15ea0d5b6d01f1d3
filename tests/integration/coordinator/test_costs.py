"""What a run is expected to cost, and who refuses it: preflight, StartRun, resume and retry over gRPC."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import grpc
import pytest

from buildplan.v1 import run_service_pb2 as runs
from buildplan.v1.agent_pb2 import Usage
from buildplan.v1.run_pb2 import Run
from buildplan.v1.session_pb2 import ValidationResult
from buildplan.v1.session_service_pb2 import ValidateSessionRequest
from tests.fakes.process import AGENTS
from tests.fakes.specialist import Behaviour, FakeSpecialist
from tests.integration.coordinator.house import POLICY, House, open_house, refused

SPENT = Usage(input_tokens=10, output_tokens=1, cost_usd=0.01)
PAID = {
    "qma": Behaviour(estimate=Usage(input_tokens=1000, output_tokens=500, cost_usd=0.5), usage=SPENT),
    "pma": Behaviour(estimate=Usage(input_tokens=2000, output_tokens=500, cost_usd=0.25), usage=SPENT),
}
UNKNOWN = Behaviour(estimate=Usage(input_tokens=1000, cost_unknown=True))


@asynccontextmanager
async def opened(
    folder: Path, behaviours: Mapping[str, Behaviour], limit: float = 0.0
) -> AsyncIterator[tuple[House, dict[str, FakeSpecialist]]]:
    fakes = {agent: await FakeSpecialist(agent, behaviours.get(agent)).start() for agent in AGENTS}
    addresses = {agent: fake.address for agent, fake in fakes.items()}
    try:
        async with open_house(folder, addresses, replace(POLICY, max_cost_usd=limit)) as house:
            yield house, fakes
    finally:
        for fake in fakes.values():
            await fake.stop()


async def validate(house: House, session: str) -> ValidationResult:
    return (await house.sessions.ValidateSession(ValidateSessionRequest(name=session))).result


def codes(result: ValidationResult) -> set[str]:
    return {found.code for found in result.findings} & {"COST_ABOVE_LIMIT", "COST_UNKNOWN", "NO_ESTIMATE"}


def calls(fakes: dict[str, FakeSpecialist]) -> dict[str, int]:
    return {agent: fake.seen.proposes for agent, fake in fakes.items() if fake.seen.proposes}


async def test_preflight_estimates_those_that_cost_money_and_stores_it(tmp_path: Path) -> None:
    async with opened(tmp_path, PAID) as (house, fakes):
        session = await house.session_with_papers()
        result = await validate(house, session)
        assert [(found.agent, found.usage.cost_usd) for found in result.estimates] == [("qma", 0.5), ("pma", 0.25)]
        assert result.estimates[0].engine == "fake"
        assert result.estimated_cost_usd == 0.75
        assert codes(result) == set()
        assert fakes["sca"].seen.estimates == 0
        assert calls(fakes) == {}


async def test_what_has_a_result_costs_nothing_more(tmp_path: Path) -> None:
    async with opened(tmp_path, PAID) as (house, fakes):
        session = await house.session_with_papers()
        assert (await house.run(session, agents=["qma"], max_cost_usd=0.6)).state == Run.STATE_SUCCEEDED
        result = await validate(house, session)
        assert [found.usage for found in result.estimates] == [Usage(), PAID["pma"].estimate]
        assert result.estimated_cost_usd == 0.25
        assert (await house.run(session, max_cost_usd=0.3)).state == Run.STATE_SUCCEEDED
        assert calls(fakes)["qma"] == 1
        with refused(grpc.StatusCode.FAILED_PRECONDITION, "COST_LIMIT"):
            await house.run(session, max_cost_usd=0.3, ignore_checkpoints=True)


async def test_a_run_above_its_own_limit_is_refused_before_anything_is_called(tmp_path: Path) -> None:
    async with opened(tmp_path, PAID) as (house, fakes):
        session = await house.session_with_papers()
        with refused(grpc.StatusCode.FAILED_PRECONDITION, "COST_LIMIT") as seen:
            await house.run(session, max_cost_usd=0.7)
        assert "may cost $0.75 (qma $0.50, pma $0.25) and the limit is $0.70" in seen.value.message
        assert seen.value.violations == ("COST_ABOVE_LIMIT",)
        assert calls(fakes) == {}
        assert (await house.run(session, max_cost_usd=0.3, agents=["pma", "sca"])).state == Run.STATE_SUCCEEDED
        for wrong in (-1.0, float("nan"), float("inf")):
            with refused(grpc.StatusCode.INVALID_ARGUMENT, field="max_cost_usd"):
                await house.run(session, max_cost_usd=wrong)


async def test_the_coordinators_limit_holds_for_start_resume_and_retry(tmp_path: Path) -> None:
    async with opened(tmp_path, PAID, 0.3) as (house, fakes):
        session = await house.session_with_papers()
        assert codes(await validate(house, session)) == {"COST_ABOVE_LIMIT"}
        with refused(grpc.StatusCode.FAILED_PRECONDITION, "COST_LIMIT"):
            await house.run(session, max_cost_usd=100)
        fakes["pma"].behaviour = replace(PAID["pma"], patches=())
        failed = await house.run(session, agents=["pma", "sca"])
        fakes["pma"].behaviour = replace(PAID["pma"], estimate=PAID["qma"].estimate)
        with refused(grpc.StatusCode.FAILED_PRECONDITION, "COST_LIMIT"):
            await house.runs.ResumeRun(runs.ResumeRunRequest(name=failed.name))
        with refused(grpc.StatusCode.FAILED_PRECONDITION, "COST_LIMIT"):
            await house.runs.RetryAgent(runs.RetryAgentRequest(name=failed.name, agent="pma"))
        await house.runs.RetryAgent(runs.RetryAgentRequest(name=failed.name, agent="sca"))
        await house.finish(failed.name)
        assert calls(fakes) == {"pma": 1, "sca": 2}


async def test_an_unknown_price_is_refused_under_a_limit_only(tmp_path: Path) -> None:
    async with opened(tmp_path, {"qma": UNKNOWN}, 5.0) as (house, fakes):
        session = await house.session_with_papers()
        assert codes(await validate(house, session)) == {"COST_UNKNOWN"}
        with refused(grpc.StatusCode.FAILED_PRECONDITION, "COST_LIMIT") as seen:
            await house.run(session)
        assert "what qma (fake) will cost is unknown" in seen.value.message
        assert calls(fakes) == {}


@pytest.mark.parametrize("limit", [0.0, 5.0])
async def test_a_silent_specialist_has_no_estimate(tmp_path: Path, limit: float) -> None:
    async with opened(tmp_path, PAID) as (house, fakes):
        session = await house.session_with_papers()
        await fakes["ema"].stop()
        result = await validate(house, session)
        assert codes(result) == {"NO_ESTIMATE"}
        assert len(result.estimates) == 2
        if limit:
            with refused(grpc.StatusCode.FAILED_PRECONDITION, "COST_LIMIT"):
                await house.run(session, max_cost_usd=limit)
        else:
            assert (await house.run(session)).state == Run.STATE_PARTIAL


async def test_without_a_limit_an_unknown_price_runs(tmp_path: Path) -> None:
    async with opened(tmp_path, {"qma": UNKNOWN}) as (house, _):
        session = await house.session_with_papers()
        result = await validate(house, session)
        assert result.estimates[0].usage.cost_unknown
        assert codes(result) == set()
        assert (await house.run(session)).state == Run.STATE_SUCCEEDED
