"""The customer's load test: users who each do the whole job at once: `python -m benchmarks.journeys [USERS ...]`.

Each makes a session, uploads the sample project, validates, runs, follows the live status to its end and takes the
plan away, over HTTP, against the six processes of `buildplan serve`. One user alone is the baseline of the same run.
"""

from __future__ import annotations

import argparse
import asyncio
import statistics
import tempfile
import time
from pathlib import Path
from typing import Any

import httpx2
import psutil

from tests.acceptance.command import SAMPLES, Started, serving

PAPERS = sorted(path for path in SAMPLES.iterdir() if path.is_file())
SERVICES = ("services.coordinator", "gateway", "services.qma", "services.pma", "services.sca", "services.ema")


async def journey(client: httpx2.AsyncClient, number: int) -> float:
    """Seconds from the empty list to the exported plan; any answer that is no success raises."""
    begun = time.perf_counter()
    metadata = {"project_name": f"Skid {number}", "customer": f"Customer {number % 7}", "family": "Skid frames"}
    session = (await asked(client, "POST", "/sessions", json={"metadata": metadata}))["name"]
    for paper in PAPERS:
        await asked(client, "POST", f"/{session}/documents", files={"files": (paper.name, paper.read_bytes())})
    assert (await asked(client, "POST", f"/{session}/validations"))["ready"]
    run = (await asked(client, "POST", "/agents/run", json={"parent": session}))["run"]["name"]
    async with client.stream("GET", f"/agents/status?run={run}") as events:
        ended = [line async for line in events.aiter_lines() if line == "event: end"]
    assert ended == ["event: end"]
    assert (await asked(client, "GET", f"/{run}"))["state"] == "STATE_SUCCEEDED"
    plan = await asked(client, "GET", f"/{session}/plans/latest/export?format=json")
    assert plan["citations_checked"] > 300
    return time.perf_counter() - begun


async def asked(client: httpx2.AsyncClient, method: str, path: str, **what: Any) -> Any:
    answer = await client.request(method, path, **what)
    answer.raise_for_status()
    return answer.json()


async def crowd(url: str, users: int) -> list[float]:
    limits = httpx2.Limits(max_connections=2 * users)
    async with httpx2.AsyncClient(base_url=url, timeout=600, limits=limits) as client:
        return await asyncio.gather(*(journey(client, number) for number in range(users)))


def memory(started: Started) -> str:
    """Megabytes of each service."""
    found = []
    for process in psutil.Process(started.pid).children(recursive=True):
        words = process.cmdline()
        name = next((name for name in SERVICES if name in words), "")
        if name:
            found.append(f"{name.removeprefix('services.')} {process.memory_info().rss / 2**20:.0f}")
    return ", ".join(found)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("users", nargs="*", type=int, default=[10, 100])
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, serving(Path(folder) / "data") as (started, _):
        url = started.ready["url"]
        (alone,) = asyncio.run(crowd(url, 1))
        print(f"  1 user: {alone:.1f} s; MB: {memory(started)}")
        for users in arguments.users:
            begun = time.perf_counter()
            seconds = asyncio.run(crowd(url, users))
            rate = users / (time.perf_counter() - begun) * alone
            print(
                f"{users:3} users: no error, median {statistics.median(seconds):.1f} s, slowest {max(seconds):.1f} s, "
                f"{rate:.2f} times the journeys of one after another; MB: {memory(started)}"
            )


if __name__ == "__main__":
    main()
