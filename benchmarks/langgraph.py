"""Beside LangGraph: the same four fake specialists, runs that are checkpointed: `python -m benchmarks.langgraph`.

LangGraph runs them as four parallel nodes of one graph with its own SQLite and PostgreSQL savers. It is installed for
this alone: `pip install -e '.[benchmarks]'`.
"""

from __future__ import annotations

import argparse
import asyncio
import operator
import statistics
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
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
            ended = await compiled.ainvoke({"patches": []}, config)
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


async def overhead(engine: Engine, specialists: Specialists, url: str, rounds: int) -> float:
    """Milliseconds of a run over its agents' time, median."""
    async with engine(specialists, url) as one:
        await one(0)
        seconds = [await one(number) for number in range(1, rounds)]
    return 1000 * (statistics.median(seconds) - AGENT_SECONDS)


async def rate(engine: Engine, specialists: Specialists, url: str, total: int, at_once: int) -> float:
    """Runs a second with agents of no time."""
    async with engine(specialists, url) as one:
        await one(0)
        turns = asyncio.Semaphore(at_once)

        async def in_turn(number: int) -> None:
            async with turns:
                await one(number)

        begun = time.perf_counter()
        await asyncio.gather(*map(in_turn, range(1, total)))
        return (total - 1) / (time.perf_counter() - begun)


async def compare(name: str, new_url: Callable[[], str], arguments: argparse.Namespace) -> None:
    """Both engines on databases of one kind, one after the other."""
    for title, engine in (("Build Planner", ours), ("LangGraph", langgraph)):
        found = []
        for delay, count in ((AGENT_SECONDS, arguments.rounds), (0.0, arguments.total)):
            url = new_url()
            if engine is ours:
                await prepare(url, count)
            with specialist_processes(delay=delay) as addresses:
                specialists = Specialists.connect(addresses)
                if delay:
                    found.append(await overhead(engine, specialists, url, count))
                else:
                    found.append(await rate(engine, specialists, url, count, arguments.at_once))
                await specialists.close()
        print(f"{name:<11} {title:<14} {found[0]:10.1f} ms {found[1]:12.0f}", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--total", type=int, default=400)
    parser.add_argument("--at-once", type=int, default=32)
    arguments = parser.parse_args()
    if find_spec("langgraph") is None:
        print("LangGraph is not installed: pip install -e '.[benchmarks]'")
        return
    configure_logs("benchmark", "error", "text")
    print(f"{'':11} {'':14} {'overhead':>13} {'runs a second':>13}")
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
