"""Four engines in a storm of refusals, against a provider of our own over real HTTP.

`python -m benchmarks.openai_storm` prints each figure with its limit and exits 1 when one is missed. Waits run on a
clock of their own, so that it takes seconds; what is said to be measured is measured at the provider.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import random
import sys
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

import structlog

from services.runtime.errors import DomainError
from services.specialist.openai.calls import Timing
from services.specialist.openai.engine import OpenAIEngine
from services.specialist.openai.instructions import read_instructions
from tests.integration.openai.provider_server import Answer, provider
from tests.unit.openai.papers import pack
from tests.unit.openai.wire import ROOT, SETTINGS, FakeTime, good_answer, reply, run

AGENTS = ("qma", "pma", "sca", "ema")
SCALE = 10.0
STORM = 60.0
CLIENTS = 200


@dataclass(frozen=True)
class Figure:
    """A measured value; `good` says whether it keeps its limit."""

    name: str
    value: str
    limit: str
    good: bool


@dataclass
class Faster:
    """A clock on which time passes SCALE times faster."""

    started: float = field(default_factory=time.monotonic)

    def clock(self) -> float:
        """Seconds of the faster time."""
        return (time.monotonic() - self.started) * SCALE

    async def sleep(self, seconds: float) -> None:
        """Sleeps for seconds of the faster time."""
        await asyncio.sleep(seconds / SCALE)


def main() -> None:
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(50))
    figures = asyncio.run(measure())
    for figure in figures:
        print(f"{'ok  ' if figure.good else 'MISS'} {figure.name}: {figure.value} (limit {figure.limit})")
    sys.exit(0 if all(figure.good for figure in figures) else 1)


async def measure() -> list[Figure]:
    return [*await storm(), await spread()]


def make(agent: str, url: str, timing: Timing, **settings: Any) -> OpenAIEngine:
    chosen = replace(SETTINGS, base_url=url, **settings)
    return OpenAIEngine(read_instructions(agent, ROOT / "services" / agent / "prompt.md"), chosen, timing=timing)


def agent_of(body: dict[str, Any]) -> str:
    return str(body["text"]["format"]["name"]).removesuffix("_patch")


def error(status: int, **headers: str) -> Answer:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return status, named, {"error": {"message": "storm", "type": "error", "code": "error"}}


async def storm() -> list[Figure]:
    """For 60 seconds there are 429s only, each with a Retry-After; four agents start together at the beginning."""
    asked: dict[str, list[tuple[float, float]]] = {agent: [] for agent in AGENTS}
    fast = Faster()
    chance = random.Random(3)

    async def answer(_: int, body: dict[str, Any]) -> Answer:
        wait = chance.randint(10, 25)
        asked[agent_of(body)].append((fast.clock(), wait))
        if fast.clock() < STORM:
            return error(429, retry_after=str(wait))
        return 200, {}, reply(good_answer(agent_of(body)))

    async with provider(answer) as (url, _):
        timing = Timing(fast.clock, lambda: datetime.now(UTC), fast.sleep)
        engines = [make(agent, url, timing) for agent in AGENTS]
        for engine in engines:
            await engine.estimate(pack())
        fast.started = time.monotonic()
        await asyncio.gather(*(_proposal(engine) for engine in engines))
        await asyncio.gather(*(engine.close() for engine in engines))
    most = max(len(calls) for calls in asked.values())
    off = max(_deviations(asked.values()))
    return [
        Figure("60 s of 429s, most calls of an agent", str(most), "<= 3", most <= 3),
        Figure("Retry-After, largest deviation at the provider", f"{off:+.1%}", "0 to 10 %", 0 <= off <= 0.1),
    ]


async def _proposal(engine: OpenAIEngine) -> None:
    with contextlib.suppress(DomainError):
        await run(engine, pack())


def _deviations(asked: Iterable[list[tuple[float, float]]]) -> Iterator[float]:
    """How much later than asked for each next call came; a call that came too early counts as 100 %."""
    for calls in asked:
        for (at, wait), (following, _) in itertools.pairwise(calls):
            late = (following - at) / wait - 1
            yield late if late >= 0 else 1.0


async def spread() -> Figure:
    """Clients that fail in one moment come back apart: the waits that their engines take."""
    failed: set[str] = set()

    async def answer(_: int, body: dict[str, Any]) -> Answer:
        client = body["prompt_cache_key"]
        if client not in failed:
            failed.add(client)
            return error(503)
        return 200, {}, reply(good_answer())

    waits: list[float] = []
    async with provider(answer) as (url, _):
        for number in range(CLIENTS):
            clock = FakeTime()
            engine = make("qma", url, Timing(clock.clock, clock.now, clock.sleep))
            papers = pack()
            papers.metadata.project_name = f"Tank {number}"
            await run(engine, papers)
            await engine.close()
            waits.append(clock.slept[0])
    waits.sort()
    fullest = max(sum(start <= wait < start + 0.1 for wait in waits) for start in waits)
    share = fullest / CLIENTS
    name = f"{CLIENTS} clients that fail together, most retries in 100 ms"
    return Figure(name, f"{share:.1%} ({waits[0]:.1f} to {waits[-1]:.1f} s)", "<= 10 %", share <= 0.1)


if __name__ == "__main__":
    main()
