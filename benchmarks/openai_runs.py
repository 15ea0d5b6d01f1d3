"""Runs through a real coordinator and four real specialists whose model is a provider of our own over real HTTP.

`python -m benchmarks.openai_runs` prints each figure with its limit and exits 1 when one is missed. Waits between
attempts are set to a hundredth; nothing else differs from what a user has.
"""

from __future__ import annotations

import asyncio
import random
import statistics
import sys
import tempfile
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import structlog

from benchmarks.openai_storm import Figure, error
from buildplan.v1.run_pb2 import Run
from buildplan.v1.run_service_pb2 import ListAttemptsRequest
from services.specialist.openai.settings import LimitSettings, RetrySettings
from tests.fakes.model import answer_to
from tests.integration.coordinator.house import House, model_specialists, open_house
from tests.integration.openai.provider_server import Answer, provider

TRANSIENT = (429, 500, 502, 503, 408)
SESSIONS = 20
RUNS = 200
RETRY = RetrySettings(first_wait=0.02, longest_wait=0.3, jitter=0.03)
LIMITS = LimitSettings(concurrency=64)


def main() -> None:
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(50))
    figures = asyncio.run(measure())
    for figure in figures:
        print(f"{'ok  ' if figure.good else 'MISS'} {figure.name}: {figure.value} (limit {figure.limit})")
    sys.exit(0 if all(figure.good for figure in figures) else 1)


async def measure() -> list[Figure]:
    return [*await transient_failures(), await side_by_side()]


async def transient_failures() -> list[Figure]:
    """Every fifth call fails at random; each session runs again and again, and every agent is asked each time."""
    chance = random.Random(20)

    async def answer(_: int, body: dict[str, Any]) -> Answer:
        return error(chance.choice(TRANSIENT)) if chance.random() < 0.2 else (200, {}, answer_to(body))

    async with provider(answer) as (url, seen), _house(url) as house:
        sessions = [await house.session_with_papers() for _ in range(SESSIONS)]
        ended = [run for runs in await asyncio.gather(*(_runs(house, each) for each in sessions)) for run in runs]
        kept = sum([await _attempts(house, run.name) for run in ended])
    states = Counter(Run.State.Name(run.state).removeprefix("STATE_") for run in ended)
    rate, lost = states["SUCCEEDED"] / RUNS, RUNS - states["SUCCEEDED"] - states["PARTIAL"]
    reasons = Counter(status.failure.reason for run in ended for status in run.agents if status.HasField("failure"))
    shown = ", ".join(f"{count} {name}" for name, count in (*states.items(), *reasons.items()))
    return [
        Figure(f"{RUNS} runs at 20 % failing calls", f"{rate:.1%} ({shown})", ">= 99 % SUCCEEDED", rate >= 0.99),
        Figure("runs lost", str(lost), "0", lost == 0),
        Figure("calls at the provider, attempts on record", f"{seen.calls}, {kept}", "equal", seen.calls == kept),
    ]


async def side_by_side() -> Figure:
    """Four agents whose model takes two seconds, the median of three runs after a first one that opens connections."""
    wait = 0.0

    async def answer(_: int, body: dict[str, Any]) -> Answer:
        await asyncio.sleep(wait)
        return 200, {}, answer_to(body)

    async with provider(answer) as (url, _), _house(url) as house:
        session = await house.session_with_papers()
        await house.run(session)
        wait = 2.0
        runs = [await house.run(session, ignore_checkpoints=True) for _ in range(3)]
    took = statistics.median((run.end_time.ToNanoseconds() - run.create_time.ToNanoseconds()) / 1e9 for run in runs)
    good = all(run.state == Run.STATE_SUCCEEDED for run in runs) and took < 2.1
    return Figure("a run of four calls of 2 s", f"{took:.3f} s", "< 2.1 s", good)


@asynccontextmanager
async def _house(url: str) -> AsyncIterator[House]:
    with tempfile.TemporaryDirectory() as folder:
        async with (
            model_specialists(url, retry=RETRY, limits=LIMITS) as specialists,
            open_house(Path(folder), specialists) as house,
        ):
            yield house


async def _runs(house: House, session: str) -> list[Run]:
    return [await house.run(session, ignore_checkpoints=True) for _ in range(RUNS // SESSIONS)]


async def _attempts(house: House, run: str) -> int:
    return len((await house.runs.ListAttempts(ListAttemptsRequest(parent=run))).attempts)


if __name__ == "__main__":
    main()
