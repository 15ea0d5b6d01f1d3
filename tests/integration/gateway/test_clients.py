"""Clients that go away, send nothing or stop reading, and a gateway that ends while they are there."""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import AsyncIterator

import httpx2
import pytest

from buildplan.v1.run_service_pb2 import CancelRunRequest
from gateway.settings import GatewaySettings
from tests.integration.coordinator.papers import DRAWING
from tests.integration.gateway.event_source import Log, listen
from tests.integration.gateway.processes import ServerProcess
from tests.integration.gateway.test_api import new_session, upload
from tests.integration.gateway.test_status import start
from tests.integration.gateway.web import Told, Web, open_web

pytestmark = pytest.mark.asyncio(loop_scope="package")
_HEAD = b'--b\r\nContent-Disposition: form-data; name="files"; filename="big.txt"\r\n\r\n'


async def begin_upload(web: Web, session: str, sent: bytes) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """An upload of which only the beginning is sent."""
    host, _, port = web.address.rpartition(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    head = f"POST {session}/documents HTTP/1.1\r\nHost: {web.address}\r\nContent-Length: 2000000\r\n"
    writer.write(f"{head}Content-Type: multipart/form-data; boundary=b\r\n\r\n".encode() + _HEAD + sent)
    await writer.drain()
    return reader, writer


async def test_an_upload_that_breaks_off_leaves_nothing(web: Web) -> None:
    session = await new_session(web)
    _, writer = await begin_upload(web, session, b"x" * 1_500_000)
    async with asyncio.timeout(10):
        while not web.house.temporary_files():
            await asyncio.sleep(0.01)
        writer.transport.abort()
        while web.house.temporary_files():
            await asyncio.sleep(0.01)
    assert "documents" not in (await web.http.get(f"{session}/documents")).json()
    await upload(web, session, ("drawing.md", DRAWING))


@pytest.mark.parametrize("end", [b"", b"\r\n", b"\r\n--", b"\r\n--b", b"\r\n--b-"])
async def test_a_form_without_its_closing_boundary_stores_nothing(web: Web, end: bytes) -> None:
    session = await new_session(web)
    form = {"content-type": "multipart/form-data; boundary=b"}
    answer = await web.http.post(f"{session}/documents", content=_HEAD + b"Inspect weld " * 2000 + end, headers=form)
    problem = await web.problem(answer, 400, "BAD_FORM")
    assert "closing boundary" in problem["detail"]
    assert problem["stored"] == []
    assert "documents" not in (await web.http.get(f"{session}/documents")).json()
    async with asyncio.timeout(10):
        while web.house.temporary_files():
            await asyncio.sleep(0.01)


@pytest.mark.parametrize("end", [b"\r\n--b--", b"\r\n--b--\r\n", b"\r\n--b--\r\nepilogue"])
async def test_what_comes_after_the_closing_boundary_is_no_matter(web: Web, end: bytes) -> None:
    session = await new_session(web)
    form = {"content-type": "multipart/form-data; boundary=b"}
    answer = await web.http.post(f"{session}/documents", content=_HEAD + b"Inspect weld" + end, headers=form)
    assert answer.status_code == 201


async def test_a_body_that_stops_coming_is_not_waited_for(web: Web) -> None:
    session = await new_session(web)
    async with open_web(web.house, GatewaySettings(body_idle_seconds=0.2)) as impatient:
        reader, writer = await begin_upload(impatient, session, b"x")
        assert b" 408 " in await asyncio.wait_for(reader.readline(), 10)
        writer.close()
    assert not web.house.temporary_files()


async def test_a_body_that_trickles_in_is_not_waited_for(web: Web) -> None:
    settings = GatewaySettings(body_idle_seconds=0.5, body_bytes_per_second=1000)
    async with open_web(web.house, settings) as impatient:
        host, _, port = impatient.address.rpartition(":")
        reader, writer = await asyncio.open_connection(host, int(port))
        writer.write(b"POST /sign-in HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 1000\r\n\r\n")
        answer = asyncio.create_task(reader.read())
        async with asyncio.timeout(10):
            while not answer.done():
                writer.write(b"x")
                await asyncio.sleep(0.05)
        writer.close()
    head, _, body = (await answer).partition(b"\r\n\r\n")
    assert b" 408 " in head.splitlines()[0]
    assert b"less than 1000 bytes a second" in body


async def test_a_slow_upload_that_comes_at_its_least_rate_is_stored(web: Web) -> None:
    session = await new_session(web)
    content = b"x" * 40_000
    form = _HEAD + content + b"\r\n--b--\r\n"

    async def slowly() -> AsyncIterator[bytes]:
        for at in range(0, len(form), 2000):
            yield form[at : at + 2000]
            await asyncio.sleep(0.05)

    async with open_web(web.house, GatewaySettings(body_idle_seconds=0.2, body_bytes_per_second=10_000)) as patient:
        kind = {"content-type": "multipart/form-data; boundary=b"}
        answer = await patient.http.post(f"{session}/documents", content=slowly(), headers=kind)
    assert answer.status_code == 201
    assert int(answer.json()["documents"][0]["size_bytes"]) == len(content)


async def test_a_sign_in_is_no_place_for_large_bodies(web: Web) -> None:
    await web.problem(await web.http.post("/sign-in", content=b"token=" + b"x" * 70_000), 413, "BODY_TOO_LARGE")


async def test_an_upload_is_passed_on_while_it_comes(web: Web) -> None:
    session = await new_session(web)
    _, writer = await begin_upload(web, session, b"x" * 1_000_000)
    async with asyncio.timeout(10):
        while not any(path.stat().st_size for path in web.house.temporary_files()):
            await asyncio.sleep(0.01)
    writer.transport.abort()


async def test_sigterm_ends_live_streams_and_the_process(told: Told) -> None:
    run = await start(told, hang=True)
    log = Log()
    with ServerProcess.gateway(told.house.address) as gateway:
        async with httpx2.AsyncClient(base_url=f"http://{gateway.address}", timeout=20) as client:
            listening = asyncio.create_task(listen(client, run, log))
            while not log.sequences:
                await asyncio.sleep(0.01)
            assert await asyncio.to_thread(gateway.end) == 0
            await listening
    assert not log.ended
    await told.house.runs.CancelRun(CancelRunRequest(name=run))


async def test_a_taken_port_is_said() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        process = await asyncio.create_subprocess_exec(
            *ServerProcess.gateway("127.0.0.1:1").command,
            env={"BUILDPLAN_PORT": str(taken.getsockname()[1])},
            stderr=asyncio.subprocess.PIPE,
        )
        _, errors = await process.communicate()
    assert process.returncode == 2
    assert json.loads(errors)["cause"].startswith("cannot listen on 127.0.0.1:")


async def test_a_gateway_that_is_told_to_end_says_so_while_it_still_takes_new_clients() -> None:
    with ServerProcess.gateway("127.0.0.1:1", BUILDPLAN_DRAIN_NOTICE_SECONDS="2") as gateway:

        async def get(path: str) -> httpx2.Response:
            async with httpx2.AsyncClient(base_url=f"http://{gateway.address}") as newcomer:
                return await newcomer.get(path)

        assert (await get("/healthz")).status_code == 200
        ending = asyncio.create_task(asyncio.to_thread(gateway.end))
        async with asyncio.timeout(2):
            while (health := await get("/healthz")).status_code == 200:
                await asyncio.sleep(0.02)
        assert (health.status_code, health.json()["reason"]) == (503, "DRAINING")
        page = await get("/sign-in")
        assert (page.status_code, page.headers["connection"]) == (200, "close")
        assert await ending == 0
        with pytest.raises(httpx2.ConnectError):
            await get("/healthz")
