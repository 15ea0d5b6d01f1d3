"""The engine against an OpenAI server that somebody else wrote."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from services.runtime.errors import Aborted, DomainError, FailedPrecondition, ResourceExhausted, Unavailable
from services.specialist.openai.calls import Timing
from services.specialist.openai.engine import OpenAIEngine
from services.specialist.openai.instructions import read_instructions
from services.specialist.openai.settings import RetrySettings
from tests.integration import npm
from tests.integration.openai.aimock import AiMock, install, running
from tests.unit.openai.papers import pack
from tests.unit.openai.wire import ROOT, SETTINGS, FakeTime, Outcome, good_answer, run

pytestmark = pytest.mark.skipif(bool(npm.missing()), reason=npm.missing() or "present")

GOOD: dict[str, Any] = {
    "content": json.dumps(good_answer()),
    "usage": {"input_tokens": 900, "output_tokens": 90},
}


def error(status: int, code: str = "error", **more: Any) -> dict[str, Any]:
    return {"error": {"message": "told to", "type": code, "code": code}, "status": status, **more}


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[AiMock]:
    try:
        cli = await asyncio.to_thread(install)
    except RuntimeError as problem:
        pytest.skip(str(problem))
    async with running(cli, tmp_path) as mock:
        yield mock


async def proposal(server: AiMock, time: FakeTime | None = None, seconds: float = 10.0) -> Outcome:
    """One proposal of the quality manager; real HTTP, waits on a fake clock."""
    settings = replace(SETTINGS, base_url=server.base_url, timeout=seconds, retry=RetrySettings(jitter=0))
    clock = time or FakeTime()
    timing = Timing(clock.clock, clock.now, clock.sleep)
    instructions = read_instructions("qma", ROOT / "services" / "qma" / "prompt.md")
    engine = OpenAIEngine(instructions, settings, timing=timing)
    try:
        return await run(engine, pack())
    finally:
        await engine.close()


async def test_an_answer(server: AiMock) -> None:
    await server.serve(GOOD)
    outcome = await proposal(server)
    assert outcome.patch is not None
    assert outcome.progress[-1].usage.input_tokens == 900
    assert len(await server.journal()) == 1


async def test_a_rate_limit_with_retry_after_then_success(server: AiMock) -> None:
    time = FakeTime()
    await server.serve(error(429, "rate_limit_exceeded", retryAfter=9), GOOD)
    outcome = await proposal(server, time)
    assert outcome.patch is not None
    assert 9 <= time.slept[0] <= 9.46
    assert "rate limited by the provider; attempt 2 of 3 in 9 s" in outcome.messages
    assert len(await server.journal()) == 2


async def test_an_exhausted_quota_ends_at_once(server: AiMock) -> None:
    await server.serve(error(429, "insufficient_quota"), GOOD)
    with pytest.raises(ResourceExhausted, match="add credit") as caught:
        await proposal(server)
    assert caught.value.retry_after is None
    assert len(await server.journal()) == 1


@pytest.mark.parametrize("status", [500, 503])
async def test_a_failing_server_is_asked_again(server: AiMock, status: int) -> None:
    await server.serve(error(status), error(status), GOOD)
    assert (await proposal(server)).patch is not None
    assert len(await server.journal()) == 3


async def test_one_layer_retries(server: AiMock) -> None:
    await server.serve(error(503))
    time = FakeTime()
    with pytest.raises(Unavailable, match="the provider failed in 3 attempts"):
        await proposal(server, time)
    assert len(await server.journal()) == 3
    assert time.slept == [2.0, 4.0]


async def test_a_wrong_key(server: AiMock) -> None:
    await server.serve(error(401, "invalid_api_key"))
    with pytest.raises(FailedPrecondition, match="correct OPENAI_API_KEY"):
        await proposal(server)


async def test_a_slow_server_times_out(server: AiMock) -> None:
    await server.serve(GOOD)
    await server.chaos(latencyMs=3000)
    with pytest.raises(Unavailable, match=r"in time in 3 attempts: no answer within 0\.2 s; retry later"):
        await proposal(server, seconds=0.2)


async def test_a_connection_cut_in_the_middle(server: AiMock) -> None:
    await server.serve(GOOD)
    await server.chaos(disconnectRate=1)
    with pytest.raises(Unavailable) as caught:
        await proposal(server)
    assert caught.value.reason == "PROVIDER_UNREACHABLE"


async def test_a_malformed_body(server: AiMock) -> None:
    await server.serve(GOOD)
    await server.chaos(malformedRate=1)
    with pytest.raises(Aborted, match="no reply of the Responses API"):
        await proposal(server)


@pytest.mark.parametrize("content", [json.dumps(good_answer())[:80], '{"plan": []}', "[]"])
async def test_truncated_and_wrong_shapes_are_repaired(server: AiMock, content: str) -> None:
    await server.serve({"content": content}, GOOD)
    outcome = await proposal(server)
    assert outcome.patch is not None
    assert len(await server.journal()) == 2


async def test_a_truncated_reply_twice_is_a_typed_failure(server: AiMock) -> None:
    await server.serve({"content": '{"sections": {', "finishReason": "length"})
    with pytest.raises(DomainError) as caught:
        await proposal(server)
    assert caught.value.reason == "BAD_ANSWER"
    assert len(await server.journal()) == 2
