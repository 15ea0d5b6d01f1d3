"""Beside LangGraph: the same four fake specialists, runs that are checkpointed: `python -m benchmarks.langgraph`.

LangGraph runs them as four parallel nodes of one graph with its own SQLite and PostgreSQL savers, each checkpoint
stored before it goes on, as ours are. It is installed for this alone: `pip install -e '.[benchmarks]'`.
"""

from __future__ import annotations

import argparse
import asyncio
import operator
import statistics
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated, Any, TypedDict

from benchmarks.coordinator import one_run
from benchmarks.fan_out import REQUEST
from services.coordinator.runs.policy import RunPolicy
from services.coordinator.runs.runs import Runs
from services.coordinator.runs.specialists import Specialist, Specialists
from services.coordinator.store import Store
from services.runtime import event_loop
from services.runtime.collector import settle
from services.runtime.logs import configure_logs
from tests.fakes.process import specialist_processes
from tests.fakes.sessions import FakeSessions, add_session
from tests.integration.postgres import BINARIES, running_postgres

AGENT_SECONDS = 0.2
OneRun = Callable[[int], Awaitable[float]]
"""Carries out the run of this number; seconds from its call to its end."""


class State(TypedDict):
    """What the graph hands on: the patches, in bytes as the wire has them."""

    patches: Annotated[list[bytes], operator.add]


def node_of(specialist: Specialist) -> Callable[[State], Awaitable[State]]:
    """A node that calls the specialist and keeps its patch."""

    async def call(_: State) -> State:
        answers = [answer async for answer in specialist.stub.Propose(REQUEST, timeout=60)]
        return {"patches": [answer.patch.SerializeToString() for answer in answers if answer.HasField("patch")]}

    return call


@asynccontextmanager
async def langgraph(specialists: Specialists, url: str) -> AsyncIterator[OneRun]:
    """A graph whose nodes are the specialists, checkpointed in the database at `url`."""
    from langgraph.graph import END, START, StateGraph

    graph: Any = StateGraph(State)
    for specialist in specialists:
        graph.add_node(specialist.agent, node_of(specialist))
        graph.add_edge(START, specialist.agent)
        graph.add_edge(specialist.agent, END)
    async with saver_at(url) as saver:
        compiled = graph.compile(checkpointer=saver)

        async def one(number: int) -> float:
            begun = time.perf_counter()
            config = {"configurable": {"thread_id": str(number)}}
            ended = await compiled.ainvoke({"patches": []}, config, durability="sync")
            assert len(ended["patches"]) == 4
            return time.perf_counter() - begun

        yield one


@asynccontextmanager
async def saver_at(url: str) -> AsyncIterator[Any]:
    """LangGraph's own, in the way that its pages recommend for production: pooled on PostgreSQL."""
    if url.startswith("sqlite"):
        from langgraph.checkpoint.sqlite.aio import AsyncSqliteSaver

        async with AsyncSqliteSaver.from_conn_string(url.removeprefix("sqlite:///")) as saver:
            await saver.setup()
            await saver.conn.execute("PRAGMA synchronous=FULL")
            yield saver
        return
    from langgraph.checkpoint.postgres.aio import AsyncPostgresSaver
    from psycopg.rows import dict_row
    from psycopg_pool import AsyncConnectionPool

    settings = {"autocommit": True, "prepare_threshold": 0, "row_factory": dict_row}
    async with AsyncConnectionPool(url, max_size=20, kwargs=settings, open=False) as pool:
        saver = AsyncPostgresSaver(pool)
        await saver.setup()
        yield saver


@asynccontextmanager
async def ours(specialists: Specialists, url: str) -> AsyncIterator[OneRun]:
    """A coordinator's runs in the database at `url`."""
    store = await Store.open(url)
    runs = Runs(store, specialists, RunPolicy(), FakeSessions().inputs())
    await runs.recover()

    async def one(number: int) -> float:
        return await one_run(runs, f"sessions/s{number}")

    yield one
    await runs.drain()
    await store.close()


async def prepare(url: str, count: int) -> None:
    """Sessions for our runs; threads of a graph need none."""
    store = await Store.open(url)
    for number in range(count):
        await add_session(store, f"s{number}")
    await store.close()


Engine = Callable[[Specialists, str], AbstractAsyncContextManager[OneRun]]


@dataclass
class Found:
    """One engine's figures on one database: seconds of each single run, runs a second of each round."""

    title: str
    engine: Engine
    seconds: list[float] = field(default_factory=list)
    rates: list[float] = field(default_factory=list)

    def line(self, database: str) -> str:
        """Of the table."""
        own = [1000 * (seconds - AGENT_SECONDS) for seconds in self.seconds]
        overhead = f"{statistics.median(own):.1f} ({min(own):.1f} to {max(own):.1f})"
        rate = f"{statistics.median(self.rates):.0f} ({min(self.rates):.0f} to {max(self.rates):.0f})"
        return f"{database:<11} {self.title:<14} {overhead:>24} {rate:>20}"


@asynccontextmanager
async def both(
    founds: list[Found], delay: float, new_url: Callable[[], str], total: int
) -> AsyncIterator[list[OneRun]]:
    """Each engine on a database of its own before the same specialists, warmed up."""
    async with AsyncExitStack() as stack:
        specialists = Specialists.connect(stack.enter_context(specialist_processes(delay=delay)))
        stack.push_async_callback(specialists.close)
        opened = []
        for found in founds:
            url = new_url()
            if found.engine is ours:
                await prepare(url, total)
            one = await stack.enter_async_context(found.engine(specialists, url))
            await one(0)
            opened.append(one)
        settle()
        yield opened


async def compare(name: str, new_url: Callable[[], str], arguments: argparse.Namespace) -> None:
    """Both engines on databases of one kind, by turns, so that a slow moment of the machine is both's."""
    founds = [Found("Build Planner", ours), Found("LangGraph", langgraph)]
    async with both(founds, AGENT_SECONDS, new_url, arguments.runs + 1) as engines:
        for number in range(1, arguments.runs + 1):
            for found, one in zip(founds, engines, strict=True):
                found.seconds.append(await one(number))
    async with both(founds, 0.0, new_url, arguments.rounds * arguments.total + 1) as engines:
        for start in range(1, arguments.rounds * arguments.total, arguments.total):
            for found, one in zip(founds, engines, strict=True):
                found.rates.append(await rate(one, range(start, start + arguments.total), arguments.at_once))
    for found in founds:
        print(found.line(name), flush=True)


async def rate(one: OneRun, numbers: range, at_once: int) -> float:
    """Runs a second of the runs with these numbers."""
    turns = asyncio.Semaphore(at_once)

    async def in_turn(number: int) -> None:
        async with turns:
            await one(number)

    begun = time.perf_counter()
    await asyncio.gather(*map(in_turn, numbers))
    return len(numbers) / (time.perf_counter() - begun)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=25, help="one at a time, agents of 0.2 s")
    parser.add_argument("--rounds", type=int, default=5, help="of many at once, agents of no time")
    parser.add_argument("--total", type=int, default=100, help="runs of a round")
    parser.add_argument("--at-once", type=int, default=32)
    arguments = parser.parse_args()
    if find_spec("langgraph") is None:
        print("LangGraph is not installed: pip install -e '.[benchmarks]'")
        return
    configure_logs("benchmark", "error", "text")
    print(f"{'median (least to most)':26} {'overhead of a run, ms':>24} {'runs a second':>20}")
    with tempfile.TemporaryDirectory() as folder:
        numbers = iter(range(100))
        event_loop.run(compare("SQLite", lambda: f"sqlite:///{Path(folder) / f'{next(numbers)}.db'}", arguments))
        if BINARIES is None:
            print("PostgreSQL's binaries are not installed")
            return
        with running_postgres() as server:
            event_loop.run(compare("PostgreSQL", lambda: server.create_database(f"d{next(numbers)}"), arguments))


if __name__ == "__main__":
    main()
