"""Steady load on a whole system: nothing grows."""

from __future__ import annotations

import asyncio
import re
import statistics
import time
import urllib.request
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

import httpx2
import pytest

from tests.faults.figures import Figures
from tests.faults.processes import Stack, megabytes, whole_system
from tests.integration.coordinator.papers import DRAWING, ORDER

CALLERS, PAUSE, LOOKS = 2, 0.2, 60
WARM, END = slice(LOOKS // 5, 2 * LOOKS // 5), slice(-LOOKS // 5, None)
TASKS = re.compile(rb"^buildplan_tasks (\S+)$", re.MULTILINE)


@dataclass(frozen=True)
class Look:
    """What a process holds at a moment."""

    megabytes: float
    files: int
    tasks: float


@pytest.mark.timeout(600)
async def test_soak(tmp_path: Path, figures: Figures) -> None:
    seconds = figures.sized(300, short=10)
    with whole_system(tmp_path) as stack:
        until = time.monotonic() + seconds
        callers = [asyncio.create_task(call_until(stack, until)) for _ in range(CALLERS)]
        looks: dict[str, list[Look]] = defaultdict(list)
        for _ in range(LOOKS):
            await asyncio.sleep(seconds / LOOKS)
            for name in stack.processes:
                looks[name].append(await asyncio.to_thread(look, stack, name))
        plans = sum(await asyncio.gather(*callers))
    figures.note(f"plans made in {seconds} s by {CALLERS} callers", f"{plans}")
    for name, seen in looks.items():
        report(figures, name, seen)


def report(figures: Figures, name: str, seen: list[Look]) -> None:
    """The second fifth of the time against the last one."""
    warm, end = (
        Look(*(statistics.median(getattr(each, field) for each in seen[part]) for field in Look.__annotations__))
        for part in (WARM, END)
    )
    growth = 100 * (end.megabytes / warm.megabytes - 1)
    figures.at_most(f"{name}: growth of {warm.megabytes:.0f} MB", growth, 5, "%")
    figures.at_most(f"{name}: more file descriptors than {warm.files}", end.files - warm.files, 2, "")
    figures.at_most(f"{name}: more tasks than {warm.tasks:.0f}", end.tasks - warm.tasks, 2, "")


def look(stack: Stack, name: str) -> Look:
    process, port = stack.processes[name], stack.metrics[name]
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=10) as answer:
        found = TASKS.search(answer.read())
    assert found is not None
    return Look(megabytes(process), process.num_fds(), float(found[1]))


async def call_until(stack: Stack, until: float) -> int:
    """Makes plans one after another through the gateway; how many."""
    made = 0
    async with httpx2.AsyncClient(base_url=f"http://{stack.gateway}", timeout=60) as client:
        while time.monotonic() < until:
            await make_plan(client)
            made += 1
            await asyncio.sleep(PAUSE)
    return made


async def make_plan(client: httpx2.AsyncClient) -> None:
    """A job from its first paper to its plan, and its end."""
    job = {"metadata": {"project_name": "Frame", "customer": "Acme", "family": "Frames"}}
    session = (await client.post("/sessions", json=job)).raise_for_status().json()["name"]
    papers = [("files", (name, content)) for name, content in (("drawing.md", DRAWING), ("po.md", ORDER))]
    (await client.post(f"/{session}/documents", files=papers)).raise_for_status()
    run = (await client.post("/agents/run", json={"parent": session})).raise_for_status().json()["run"]["name"]
    async with client.stream("GET", "/agents/status", params={"run": run}) as events:
        told = [line async for line in events.aiter_lines()]
    assert "event: end" in told
    plan = (await client.get(f"/{session}/plans/latest/export", params={"format": "markdown"})).raise_for_status()
    assert plan.text.startswith("# ")
    (await client.delete(f"/{session}")).raise_for_status()
