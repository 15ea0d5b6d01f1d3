"""Keys and tokens that must never be written down: not in logs, traces, errors or the database."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from cli import exits
from tests.acceptance.command import JOB
from tests.acceptance.test_openai import CANARY, answers, call, paid, written
from tests.fakes.model import agent_of
from tests.faults.figures import Figures
from tests.integration.openai.provider_server import Answer
from tests.integration.telemetry.collector import collecting

TOKEN = "token-canary-0815-never-write-me-down"
SECRETS = (CANARY, TOKEN)


async def betrays(number: int, body: dict[str, Any]) -> Answer:
    """A provider that repeats the key to one agent, as some do."""
    if agent_of(body) == "sca":
        return 401, {}, {"error": {"message": f"Incorrect API key provided: {CANARY}", "code": "invalid_api_key"}}
    return await answers(number, body)


@pytest.mark.timeout(180)
@pytest.mark.xdist_group("openai")
async def test_no_canary_is_written_down_anywhere(tmp_path: Path, figures: Figures) -> None:
    paper, data, out = tmp_path / "po.txt", tmp_path / "data", tmp_path / "out"
    paper.write_text("PURCHASE ORDER 4711\n\nMaterial shall be AISI 316L with certificates.\n\nDelivery: 2027-03-31.\n")
    told = {
        "BUILDPLAN_LOG_LEVEL": "debug",
        "BUILDPLAN_TOKENS": f"{TOKEN}=acme/ada",
        "BUILDPLAN_TOKEN": TOKEN,
    }
    with collecting() as collector:
        async with paid(betrays) as (settings, seen):
            traced = {"OTEL_EXPORTER_OTLP_ENDPOINT": collector.address}
            done = await call("plan", paper, *JOB, "--out", out, "--data", data, **settings, **told, **traced)
    assert done.returncode == exits.PARTIAL, done.stdout + done.stderr
    assert seen.calls >= 4
    assert len(collector.spans) > 10
    logs = b"".join(path.read_bytes() for path in (data / "logs").iterdir())
    assert b"acme" in logs or b"debug" in logs
    places = {
        "logs, database and files": written(data, out),
        "traces": b"".join(collector.raw),
        "output and errors": (done.stdout + done.stderr).encode(),
    }
    for name, where in places.items():
        found = sum(where.count(secret.encode()) for secret in SECRETS)
        figures.exactly(f"canaries in {len(where):,} bytes of {name}", found, 0)
