"""With a key: the installed command, real processes, and a provider on loopback whose journal says what was paid."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import subprocess
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import psutil
import pytest
from google.protobuf.json_format import Parse

from buildplan.v1.plan_pb2 import Plan
from services.contract.statements import lines
from tests.acceptance.command import JOB, SAMPLES, Started, buildplan, json_lines, left_behind, serving
from tests.fakes.model import agent_of, answer_to
from tests.integration.openai.provider_server import Answer, Handler, Seen, provider

CANARY = "sk-canary-0815-never-write-me-down"
ONCE = {"qma": 1, "pma": 1, "sca": 1, "ema": 1}
# 10,000 tokens sent, 4,000 of them cached, and 1,000 received, at the price of gpt-5.4-mini.
COST = (6_000 * 0.75 + 4_000 * 0.075 + 1_000 * 4.5) / 1_000_000

pytestmark = pytest.mark.xdist_group("openai")


async def answers(_: int, body: dict[str, Any]) -> Answer:
    return 200, {}, answer_to(body)


@asynccontextmanager
async def paid(handler: Handler = answers) -> AsyncIterator[tuple[dict[str, str], Seen]]:
    """The settings of a user with a key, and the provider's journal."""
    async with provider(handler) as (url, seen):
        yield {"OPENAI_API_KEY": CANARY, "OPENAI_BASE_URL": url, "OPENAI_MODEL": "gpt-5.4-mini"}, seen


def journal(seen: Seen) -> dict[str, int]:
    return dict(Counter(map(agent_of, seen.bodies)))


async def call(*arguments: str | Path, **variables: str) -> subprocess.CompletedProcess[str]:
    return await asyncio.to_thread(lambda: buildplan(*arguments, cwd=None, **variables))


def written(*folders: Path) -> bytes:
    """Every byte of every file."""
    files = [file for folder in folders for file in sorted(folder.rglob("*")) if file.is_file()]
    assert files
    return b"".join(file.read_bytes() for file in files)


async def test_from_a_key_to_a_plan(tmp_path: Path) -> None:
    data, out = tmp_path / "data", tmp_path / "out"
    async with paid() as (settings, seen):
        done = await call("plan", SAMPLES, *JOB, "--out", out, "--data", data, "--max-cost", "5", **settings)
    assert done.returncode == 0, done.stdout + done.stderr
    assert journal(seen) == ONCE
    plan = Parse((out / "plan.json").read_bytes(), Plan())
    assert len(lines(plan.sections)) >= 4
    assert plan.citations_checked >= 12
    assert plan.citations_unverified == 0
    assert plan.usage.input_tokens == 40_000
    assert plan.usage.cached_input_tokens == 16_000
    assert plan.usage.cost_usd == pytest.approx(4 * COST)
    assert "engine openai: the papers go to the model's provider" in done.stdout
    assert "A run may use up to " in done.stdout
    assert "11,000 tokens (4,000 cached) · $0.0093" in done.stdout
    assert "Model use      44,000 tokens, 16,000 of them cached: $0.037" in done.stdout
    assert "40,000 tokens sent (16,000 of them cached) and 4,000 received, $0.037" in (
        (out / "plan.md").read_text().replace("\\", "")
    )
    assert CANARY.encode() not in written(data, out)
    assert CANARY not in done.stdout + done.stderr


async def test_a_limit_refuses_before_anything_is_asked(tmp_path: Path) -> None:
    async with paid() as (settings, seen):
        done = await call("plan", SAMPLES, *JOB, "--out", tmp_path, "--max-cost", "0.000001", **settings)
    assert done.returncode == 1
    assert "the limit is $0.000001; nothing was started. Raise max_cost_usd (--max-cost)" in done.stderr
    assert "COST_ABOVE_LIMIT" in done.stderr
    assert seen.calls == 0


async def test_without_a_price_a_limit_refuses(tmp_path: Path) -> None:
    async with paid() as (settings, seen):
        settings["OPENAI_MODEL"] = "nobody-knows-its-price"
        done = await call("plan", SAMPLES, *JOB, "--out", tmp_path, "--max-cost", "100", **settings)
    assert done.returncode == 1
    assert "cost is unknown" in done.stderr
    assert "OPENAI_PRICES" in done.stderr
    assert seen.calls == 0


async def test_the_offline_engine_asks_nobody_though_there_is_a_key(tmp_path: Path) -> None:
    async with paid() as (settings, seen):
        done = await call("plan", SAMPLES, *JOB, "--out", tmp_path, "--engine", "offline", **settings)
    assert done.returncode == 0
    assert "nothing leaves this machine" in done.stdout
    assert "tokens" not in done.stdout
    assert seen.calls == 0


async def test_a_finished_agent_is_never_paid_twice(tmp_path: Path) -> None:
    paper = tmp_path / "po.txt"
    paper.write_text("PURCHASE ORDER 4711\n\nMaterial shall be AISI 316L with certificates.\n\nDelivery: 2027-03-31.\n")
    refuses = {"sca"}
    waits = asyncio.Event()

    async def handler(number: int, body: dict[str, Any]) -> Answer:
        agent = agent_of(body)
        if agent in refuses:
            return 401, {}, {"error": {"message": f"wrong key {CANARY}", "code": "invalid_api_key"}}
        if agent == "ema" and waits.is_set():
            waits.clear()
            await asyncio.Event().wait()
        return await answers(number, body)

    async with paid(handler) as (settings, seen), _served(tmp_path / "data", settings) as (started, target):
        at = ("--target", target)
        session = (await call("sessions", "create", *JOB, *at)).stdout.strip()
        await call("upload", paper, "--session", session, *at)
        validated = await call("validate", *at)
        assert "qma (openai gpt-5.4-mini): up to " in validated.stdout
        first = await call("run", *at)
        assert first.returncode == 3, first.stdout + first.stderr
        assert journal(seen) == ONCE
        refuses.clear()
        assert (await call("resume", *at)).returncode == 0
        assert journal(seen) == ONCE | {"sca": 2}
        again = await call("run", *at)
        assert again.stdout.count("Complete from checkpoint") == 4
        assert again.stdout.count("nothing was paid for it again") == 4
        assert "nothing, what was found for the same papers is used again" in (await call("validate", *at)).stdout
        assert (await call("retry", "qma", *at)).returncode == 0
        assert journal(seen) == ONCE | {"sca": 2, "qma": 2}
        attempts = await call("attempts", "--json", *at)
        assert [attempt["outcome"] for attempt in json_lines(attempts.stdout)] == ["COMPLETED"]
        status = await call("status", *at)
        assert "11,000 tokens (4,000 cached) · $0.0093" in status.stdout

        waits.set()
        watching = await asyncio.to_thread(lambda: Started("run", "--fresh", "--json", *at))
        try:
            await asyncio.to_thread(_three_are_complete, watching)
            os.kill(_coordinator(started), signal.SIGKILL)
            await asyncio.to_thread(watching.until, '"summary"', 30)
        finally:
            await asyncio.to_thread(watching.end)
        assert journal(seen) == {"qma": 3, "pma": 2, "sca": 3, "ema": 3}
        exported = await call("export", "--format", "json", "--out", "-", *at)
        assert Parse(exported.stdout, Plan()).usage.cost_usd == pytest.approx(4 * COST)
    assert CANARY.encode() not in written(tmp_path / "data")
    assert CANARY not in first.stdout + first.stderr + again.stdout + status.stdout


async def test_the_coordinator_does_not_get_the_key(tmp_path: Path) -> None:
    async with paid() as (settings, _), _served(tmp_path / "data", settings) as (started, _):
        holders = {_service(process) for process in left_behind(started.mark) if CANARY in process.environ().values()}
    assert "coordinator" not in holders
    assert {"qma", "pma", "sca", "ema"} <= holders


@asynccontextmanager
async def _served(data: Path, settings: dict[str, str]) -> AsyncIterator[tuple[Started, str]]:
    """`buildplan serve` while the loop goes on."""
    with contextlib.ExitStack() as stack:
        served = serving(data, BUILDPLAN_LEASE_SECONDS="1", **settings)
        entered = await asyncio.to_thread(stack.enter_context, served)
        yield entered
        await asyncio.to_thread(stack.close)


def _three_are_complete(watching: Started) -> None:
    complete: set[str] = set()
    while len(complete) < 3:
        (record,) = json_lines(watching.until('"agent_status"'))
        status = record["agent_status"]
        if status["state"] == "STATE_COMPLETE":
            complete.add(status["agent"])


def _coordinator(started: Started) -> int:
    return next(process.pid for process in left_behind(started.mark) if _service(process) == "coordinator")


def _service(process: psutil.Process) -> str:
    command = process.cmdline()
    return command[-1].removeprefix("services.") if "cli.child" in command else ""
