"""Tokens from the browser to the database: each tenant has its own."""

from __future__ import annotations

from pathlib import Path

import httpx2
import pytest

from tests.fakes.process import specialist_processes
from tests.integration.coordinator.papers import DRAWING
from tests.integration.gateway.event_source import Log, listen
from tests.integration.gateway.processes import ServerProcess

pytestmark = pytest.mark.asyncio(loop_scope="package")


async def test_a_token_opens_its_own_tenant_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BUILDPLAN_TOKENS", "the-token-of-ann-0001=acme/ann,the-token-of-bob-0002=other/bob")
    with (
        specialist_processes() as specialists,
        ServerProcess.coordinator(tmp_path, specialists) as coordinator,
        ServerProcess.gateway(coordinator.address) as gateway,
    ):
        url = f"http://{gateway.address}"
        async with httpx2.AsyncClient(base_url=url, timeout=20) as ann, httpx2.AsyncClient(base_url=url) as bob:
            ann.headers["authorization"] = "Bearer the-token-of-ann-0001"
            await bob.post("/sign-in", data={"token": "the-token-of-bob-0002"})
            made = await ann.post("/sessions", json={"metadata": {"project_name": "Frame", "customer": "Acme"}})
            session = made.headers["location"]
            assert (await ann.post(f"{session}/documents", files={"f": ("drawing.md", DRAWING)})).status_code == 201
            run = (await ann.post("/agents/run", json={"parent": session[1:]})).headers["location"]
            assert (await listen(ann, run[1:], Log())).ended
            assert (await bob.get("/sessions")).json() == {}
            for path in (session, f"{session}/plans/latest", f"/agents/status?run={run[1:]}"):
                assert (await bob.get(path)).status_code == 404
                assert (await ann.get(path)).status_code == 200
