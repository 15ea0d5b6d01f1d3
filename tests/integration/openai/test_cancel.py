"""Nobody pays for an answer that nobody waits for: the HTTP request is closed within 100 ms."""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from functools import partial
from types import SimpleNamespace

import grpc
import prometheus_client
import pytest

from buildplan.v1 import specialist_service_pb2
from buildplan.v1.specialist_service_pb2 import EstimateRequest, Progress, ProposeRequest, ProposeResponse
from buildplan.v1.specialist_service_pb2_grpc import (
    SpecialistServiceStub,
    add_SpecialistServiceServicer_to_server,
)
from services.qma.profile import PROFILE
from services.runtime.remote import read_error
from services.runtime.server import Service, start_server
from services.runtime.settings import ServerSettings
from services.specialist.openai import metrics
from services.specialist.openai.engine import OpenAIEngine
from services.specialist.openai.instructions import read_instructions
from services.specialist.openai.settings import RetrySettings
from services.specialist.servicer import SpecialistServicer
from tests.integration.openai.provider_server import Answer, Seen, never, provider
from tests.unit.openai.papers import pack
from tests.unit.openai.wire import CANARY, ROOT, SETTINGS, good_answer, reply

NAME = specialist_service_pb2.DESCRIPTOR.services_by_name["SpecialistService"].full_name
SOON = 0.1
COORDINATOR = """
import asyncio, sys
import grpc
from buildplan.v1.specialist_service_pb2 import ProposeRequest
from buildplan.v1.specialist_service_pb2_grpc import SpecialistServiceStub
from tests.unit.openai.papers import pack

async def main():
    async with grpc.aio.insecure_channel(sys.argv[1]) as channel:
        async for _ in SpecialistServiceStub(channel).Propose(ProposeRequest(context=pack()), timeout=60):
            pass

asyncio.run(main())
"""


@asynccontextmanager
async def specialist(base_url: str) -> AsyncIterator[str]:
    """A served specialist whose model is at `base_url`; its address."""
    settings = replace(SETTINGS, base_url=base_url, retry=RetrySettings(first_wait=0.01, jitter=0))
    engine = OpenAIEngine(read_instructions("qma", ROOT / "services" / "qma" / "prompt.md"), settings)
    servicer = SpecialistServicer(PROFILE, engine)
    add = Service(NAME, lambda server: add_SpecialistServiceServicer_to_server(servicer, server))
    running = await start_server([add], ServerSettings())
    try:
        yield running.address
    finally:
        await running.drain(0)
        await engine.close()


async def late(seen: Seen, since: float) -> float:
    """Seconds from `since` until the provider saw its client hang up."""
    return await seen.all_hung_up(1) - since


async def test_a_cancelled_call_closes_the_request() -> None:
    async with (
        provider(never) as (url, seen),
        specialist(url) as address,
        grpc.aio.insecure_channel(address) as channel,
    ):
        call = SpecialistServiceStub(channel).Propose(ProposeRequest(context=pack()), timeout=60)
        await call.read()
        await seen.all_called(1)
        since = time.monotonic()
        call.cancel()
        assert await late(seen, since) < SOON
        assert seen.calls == 1


async def test_a_deadline_closes_the_request() -> None:
    async with (
        provider(never) as (url, seen),
        specialist(url) as address,
        grpc.aio.insecure_channel(address) as channel,
    ):
        call = SpecialistServiceStub(channel).Propose(ProposeRequest(context=pack()), timeout=1.0)
        since = time.monotonic()
        with pytest.raises(grpc.aio.AioRpcError) as caught:
            async for _ in call:
                pass
        assert caught.value.code() is grpc.StatusCode.DEADLINE_EXCEEDED
        assert await late(seen, since + 1.0) < SOON
        assert seen.calls == 1


@pytest.mark.parametrize("timeout", [60.0, 1.0])
async def test_a_call_that_was_cut_off_was_told_of_before_and_is_counted(
    timeout: float,  # noqa: ASYNC109 - the call's deadline, and the test's parameter
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    registry = prometheus_client.CollectorRegistry()
    library = SimpleNamespace(Histogram=partial(prometheus_client.Histogram, registry=registry))
    monkeypatch.setattr(metrics._SECONDS, "_exposed", metrics._SECONDS._make(library))
    async with (
        provider(never) as (url, seen),
        specialist(url) as address,
        grpc.aio.insecure_channel(address) as channel,
    ):
        call = SpecialistServiceStub(channel).Propose(ProposeRequest(context=pack()), timeout=timeout)
        told = Progress()
        while not told.HasField("begun"):
            response = await call.read()
            assert isinstance(response, ProposeResponse)
            told = response.progress
        begun = told.begun
        assert (begun.attempt, begun.model, begun.question) == (1, SETTINGS.model, told.message)
        assert not begun.HasField("end_time")
        await seen.all_called(1)
        if timeout > 1:
            call.cancel()
        await seen.all_hung_up(1)
        counted = partial(registry.get_sample_value, "buildplan_model_call_seconds_count")
        assert counted({"model": SETTINGS.model, "outcome": "CANCELLED"}) == 1


async def test_a_killed_coordinator_closes_the_request() -> None:
    async with provider(never) as (url, seen), specialist(url) as address:
        process = await asyncio.create_subprocess_exec(sys.executable, "-c", COORDINATOR, address, cwd=ROOT)
        try:
            await seen.all_called(1)
        finally:
            since = time.monotonic()
            process.kill()
            await process.wait()
        assert await late(seen, since) < SOON


async def test_a_specialist_serves_patch_usage_and_estimate() -> None:
    async def answer(_: int, __: dict[str, object]) -> Answer:
        return 200, {}, reply(good_answer())

    async with provider(answer) as (url, _), specialist(url) as address, grpc.aio.insecure_channel(address) as channel:
        stub = SpecialistServiceStub(channel)
        estimate = await stub.Estimate(EstimateRequest(context=pack()), timeout=5)
        assert estimate.usage.cost_usd > 0
        said = [response async for response in stub.Propose(ProposeRequest(context=pack()), timeout=20)]
        assert said[0].description.engine == "openai"
        assert said[0].description.metered
        assert said[0].description.prompt_digest
        assert said[-1].patch.sections.quality_plan.passivation
        assert said[-2].progress.usage.output_tokens == 100


@pytest.mark.parametrize(
    ("status", "error", "code", "reason"),
    [
        (401, "invalid_api_key", grpc.StatusCode.FAILED_PRECONDITION, "KEY_REFUSED"),
        (429, "rate_limit_exceeded", grpc.StatusCode.RESOURCE_EXHAUSTED, "RATE_LIMITED"),
        (429, "insufficient_quota", grpc.StatusCode.RESOURCE_EXHAUSTED, "QUOTA_EXHAUSTED"),
        (500, "server_error", grpc.StatusCode.UNAVAILABLE, "PROVIDER_ERROR"),
    ],
)
async def test_failures_reach_the_caller_with_their_reason(
    status: int, error: str, code: grpc.StatusCode, reason: str
) -> None:
    async def answer(_: int, __: dict[str, object]) -> Answer:
        return status, {}, {"error": {"message": f"no, {CANARY}", "type": error, "code": error}}

    async with provider(answer) as (url, _), specialist(url) as address, grpc.aio.insecure_channel(address) as channel:
        with pytest.raises(grpc.aio.AioRpcError) as caught:
            async for _response in SpecialistServiceStub(channel).Propose(ProposeRequest(context=pack()), timeout=20):
                pass
        remote = read_error(caught.value)
        assert (remote.code, remote.reason) == (code, reason)
        assert CANARY not in str(caught.value)
