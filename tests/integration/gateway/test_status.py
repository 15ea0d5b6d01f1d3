"""Live status: every event once and in order, whoever goes away in between."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from buildplan.v1.run_service_pb2 import CancelRunRequest, StartRunRequest
from buildplan.v1.session_service_pb2 import DeleteSessionRequest
from gateway.events.feed import Feeds
from gateway.settings import GatewaySettings
from services.runtime.channels import open_channel
from services.runtime.identity import Principal, StaticTokens
from tests.fakes.specialist import Behaviour
from tests.integration.coordinator.house import House, open_house
from tests.integration.coordinator.papers import DRAWING
from tests.integration.gateway.event_source import Log, listen, messages
from tests.integration.gateway.processes import ServerProcess
from tests.integration.gateway.web import Told, Web, open_web

pytestmark = pytest.mark.asyncio(loop_scope="package")


async def start(told: Told, **behaviour: object) -> str:
    """A run whose agents all behave so."""
    for fake in told.fakes.values():
        fake.behaviour = Behaviour(**behaviour)  # type: ignore[arg-type]
    session = await told.house.session()
    await told.house.upload(session, "drawing.md", DRAWING)
    answer = await told.house.runs.StartRun(StartRunRequest(parent=session, ignore_checkpoints=True))
    return answer.run.name


async def test_all_events_then_the_end_and_nothing_for_who_has_them(told: Told) -> None:
    run = await start(told, delay=0.1, steps=5)
    whole = await listen(told.web.http, run, Log())
    assert whole.ended
    assert whole.sequences == list(range(1, whole.last + 1))
    assert whole.last == (await told.house.finish(run)).last_sequence
    rest = await listen(told.web.http, run, Log([1, 2, 3]))
    assert rest.sequences == whole.sequences
    again = await listen(told.web.http, run, whole)
    assert again.ended
    assert again.sequences == list(range(1, whole.last + 1))


async def test_the_header_of_a_reconnection_outdoes_the_query(told: Told) -> None:
    run = await start(told)
    last = (await told.house.finish(run)).last_sequence
    query = {"run": run, "last_event_id": "1"}
    first = await told.web.http.get("/agents/status", params=query)
    assert "\nid: 2\n" in first.text
    assert "\nid: 1\n" not in first.text
    assert first.text.startswith("retry: 1000\n\n")
    later = await told.web.http.get("/agents/status", params=query, headers={"last-event-id": str(last)})
    assert later.status_code == 204


async def test_what_cannot_be_watched_is_refused_before_the_stream(told: Told) -> None:
    http = told.web.http
    missing = await http.get("/agents/status", params={"run": "sessions/a/runs/b"})
    await told.web.problem(missing, 404, "NOT_FOUND")
    await told.web.problem(await http.get("/agents/status", params={"run": "x"}), 400, "INVALID_ARGUMENT")
    await told.web.problem(await http.get("/agents/status"), 422, "INVALID_PARAMETER")


async def test_many_clients_share_one_watch_and_leave_nothing_behind(told: Told) -> None:
    before = asyncio.all_tasks()
    run = await start(told, delay=0.5, steps=10)
    clients = [asyncio.create_task(listen(told.web.http, run, Log())) for _ in range(30)]
    leaving = [listen(told.web.http, run, Log(), most=3) for _ in range(10)]
    assert all(log.last == 3 for log in await asyncio.gather(*leaving))
    assert len(told.web.app.state.feeds._feeds) == 1
    logs = await asyncio.gather(*clients)
    assert all(log == logs[0] and log.ended for log in logs)
    assert logs[0].sequences == list(range(1, logs[0].last + 1))
    assert not told.web.app.state.feeds._feeds
    async with asyncio.timeout(5):
        while any("_follow" in repr(task) for task in asyncio.all_tasks() - before):
            await asyncio.sleep(0.01)


ANN, BOB = "the-token-of-ann-0001", "the-token-of-bob-0002"
TOKENS = StaticTokens({ANN: Principal("ann", "acme"), BOB: Principal("bob", "acme")})


@asynccontextmanager
async def one_stream_each(told: Told, folder: Path) -> AsyncIterator[tuple[Web, list[str]]]:
    """A gateway for two people who may have one stream each, and two runs that do not end."""
    for fake in told.fakes.values():
        fake.behaviour = Behaviour(hang=True)
    addresses = {agent: fake.address for agent, fake in told.fakes.items()}
    async with (
        open_house(folder, addresses, streams_per_caller=1, identities=TOKENS) as house,
        house.called_with(ANN) as ann,
        open_web(house, identities=TOKENS) as web,
    ):
        runs = []
        for _ in range(2):
            session = await ann.session()
            await ann.upload(session, "drawing.md", DRAWING)
            runs.append((await ann.runs.StartRun(StartRunRequest(parent=session, request_id="one"))).run.name)
        yield web, runs


async def test_one_stream_too_many_is_refused_before_it_begins_and_by_user(told: Told, tmp_path: Path) -> None:
    async with one_stream_each(told, tmp_path) as (web, [first, second]):
        ann, bob = ({"authorization": f"Bearer {token}"} for token in (ANN, BOB))
        session, _, run = second.partition("/runs/")
        asked: dict[str, dict[str, Any]] = {
            "/agents/status": {"params": {"run": second}},
            f"/jobs/{session.removeprefix('sessions/')}/run/events": {"params": {"run": run}},
            "/agents/ag-ui": {"json": {"threadId": session, "runId": "one"}},
        }
        async with web.http.stream("GET", "/agents/status", params={"run": first}, headers=ann) as open_one:
            assert open_one.status_code == 200
            shared = await listen(web.http, first, Log(), most=3, headers=ann)
            assert shared.last == 3
            for path, question in asked.items():
                answer = await web.http.request("POST" if "json" in question else "GET", path, headers=ann, **question)
                problem = await web.problem(answer, 429, "TOO_MANY_STREAMS")
                assert answer.headers["retry-after"] == "5"
                assert "call again when one of them has ended" in problem["detail"]
            assert (await listen(web.http, second, Log(), most=1, headers=bob)).last == 1
        async with asyncio.timeout(5):
            while (await status_of(web, second, ann)) != 200:
                await asyncio.sleep(0.01)


async def status_of(web: Web, run: str, headers: dict[str, str]) -> int:
    async with web.http.stream("GET", "/agents/status", params={"run": run}, headers=headers) as answer:
        return answer.status_code


async def test_a_silent_run_has_a_heartbeat(told: Told) -> None:
    run = await start(told, hang=True)
    async with (
        open_web(told.house, GatewaySettings(heartbeat_seconds=0.05)) as web,
        web.http.stream("GET", "/agents/status", params={"run": run}) as answer,
        asyncio.timeout(10),
    ):
        comments = 0
        async for message in messages(answer):
            comments += message.kind == "comment"
            if comments == 3:
                break
    await told.house.runs.CancelRun(CancelRunRequest(name=run))


async def test_a_restarted_gateway_takes_its_clients_up_where_they_were(told: Told) -> None:
    run = await start(told, delay=0.6, steps=12)
    log = Log()
    async with open_web(told.house) as first:
        listening = asyncio.create_task(listen(first.http, run, log))
        while log.last < 8:
            await asyncio.sleep(0.01)
    reached = await listening
    assert not reached.ended
    async with open_web(told.house) as second:
        await listen(second.http, run, log)
    assert log.ended
    assert log.sequences == list(range(1, log.last + 1))
    assert log.last == (await told.house.finish(run)).last_sequence


async def test_a_killed_coordinator_costs_no_client_an_event(told: Told, tmp_path: Path) -> None:
    for fake in told.fakes.values():
        fake.behaviour = Behaviour(delay=1.5, steps=15)
    addresses = {agent: fake.address for agent, fake in told.fakes.items()}
    with ServerProcess.coordinator(tmp_path, addresses) as process:
        async with open_channel(process.address) as channel, open_web(House(process.address, channel, tmp_path)) as web:
            session = await web.house.session()
            await web.house.upload(session, "drawing.md", DRAWING)
            run = (await web.house.runs.StartRun(StartRunRequest(parent=session))).run.name
            log = Log()
            listening = asyncio.create_task(listen(web.http, run, log))
            while log.last < 12:
                await asyncio.sleep(0.01)
            process.kill()
            process.start()
            async with asyncio.timeout(30):
                await listening
            assert log.ended
            assert log.sequences == list(range(1, log.last + 1))
            assert log.last == (await web.house.finish(run)).last_sequence


async def test_a_run_that_is_deleted_while_it_is_watched_is_a_problem_in_the_stream(told: Told) -> None:
    run = await start(told, delay=0.2)
    await told.house.finish(run)
    feeds: Feeds = told.web.app.state.feeds
    coordinator = told.web.app.state.coordinator
    await told.house.sessions.DeleteSession(DeleteSessionRequest(name=run.partition("/runs")[0]))
    with feeds.open(coordinator, run) as feed:
        assert [entries async for entries in feed.after(0, 5.0)] == []
        assert feed.failure is not None
