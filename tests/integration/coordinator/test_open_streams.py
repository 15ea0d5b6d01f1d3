"""Streams of one caller: as many at once as may be, and each counts until it ends, however it ends."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

import grpc
import pytest
import pytest_asyncio

from buildplan.v1.document_service_pb2 import DownloadDocumentRequest
from buildplan.v1.run_service_pb2 import CancelRunRequest, StartRunRequest, WatchRunRequest, WatchRunResponse
from services.contract.resources import answers_by_stream
from services.runtime.identity import read_identities
from services.runtime.remote import read_error
from services.runtime.settings import Environment
from tests.fakes.specialist import Behaviour, FakeSpecialist
from tests.integration.coordinator.every_method import served_methods
from tests.integration.coordinator.house import House, open_house, refused
from tests.integration.coordinator.papers import DRAWING

pytestmark = pytest.mark.asyncio(loop_scope="package")

Watch = grpc.aio.UnaryStreamCall[WatchRunRequest, WatchRunResponse]
LIMIT = 2
LARGE = 16 * 1024 * 1024
EXHAUSTED = grpc.StatusCode.RESOURCE_EXHAUSTED
ADA, BOB = "ada-0123456789abcdef", "bob-0123456789abcdef"
IDENTITIES = read_identities(Environment({"BUILDPLAN_TOKENS": f"{ADA}=acme/ada,{BOB}=acme/bob"}))
CLIENT = """
import sys, time
import grpc
channel = grpc.insecure_channel(sys.argv[1], [("grpc.http2.bdp_probe", 0)])
call = channel.unary_stream(sys.argv[2])(bytes.fromhex(sys.argv[3]))
next(call)
print("open", flush=True)
time.sleep(60)
"""


@dataclass
class Streams:
    """A house with a run that does not end and a file larger than what a stream sends ahead of its reader."""

    house: House
    run: str
    file: str

    async def watch(self) -> Watch:
        """A stream that is open; raises the refusal."""
        call = self.house.runs.WatchRun(WatchRunRequest(name=self.run), timeout=30)
        assert await call.read() is not grpc.aio.EOF
        return call

    async def all_can_be_opened(self) -> None:
        """As many as may be, soon, and not one more."""
        calls: list[Watch] = []
        async with asyncio.timeout(5):
            while len(calls) < LIMIT:
                try:
                    calls.append(await self.watch())
                except grpc.aio.AioRpcError:
                    await asyncio.sleep(0.01)
        with refused(EXHAUSTED, "TOO_MANY_STREAMS"):
            await self.watch()
        for call in calls:
            call.cancel()

    async def client(self, method: str, request: bytes) -> asyncio.subprocess.Process:
        """A process with an open stream of which it has read one message and reads no more."""
        arguments = (self.house.address, method, request.hex())
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-c", CLIENT, *arguments, stdout=asyncio.subprocess.PIPE
        )
        assert process.stdout is not None
        assert await process.stdout.readline() == b"open\n"
        return process


@pytest_asyncio.fixture(loop_scope="package")
async def streams(tmp_path: Path) -> AsyncIterator[Streams]:
    async with (
        FakeSpecialist("qma", Behaviour(hang=True)) as fake,
        open_house(tmp_path, {"qma": fake.address}, streams_per_caller=LIMIT, max_upload_bytes=LARGE) as house,
    ):
        session = await house.session()
        await house.upload(session, "drawing.md", DRAWING)
        large = await house.upload(session, "large.bin", b"\0" * LARGE)
        run = (await house.runs.StartRun(StartRunRequest(parent=session))).run.name
        yield Streams(house, run, large.document.name)


async def cancelled(streams: Streams) -> None:
    (await streams.watch()).cancel()


async def dropped(streams: Streams) -> None:
    await streams.watch()


async def killed(streams: Streams) -> None:
    client = await streams.client(
        "/buildplan.v1.RunService/WatchRun", WatchRunRequest(name=streams.run).SerializeToString()
    )
    client.kill()
    await client.wait()


async def failed(streams: Streams) -> None:
    with refused(grpc.StatusCode.NOT_FOUND):
        async for _ in streams.house.runs.WatchRun(WatchRunRequest(name=f"{streams.run}0"), timeout=5):
            pass


async def out_of_time(streams: Streams) -> None:
    with pytest.raises(grpc.aio.AioRpcError, match="DEADLINE_EXCEEDED"):
        async for _ in streams.house.runs.WatchRun(WatchRunRequest(name=streams.run), timeout=0.1):
            pass


async def read_to_its_end(streams: Streams) -> None:
    async for _ in streams.house.documents.DownloadDocument(DownloadDocumentRequest(name=streams.file), timeout=20):
        pass


ENDS = (cancelled, dropped, killed, failed, out_of_time, read_to_its_end)


@pytest.mark.parametrize("end", ENDS, ids=lambda end: end.__name__)
async def test_a_stream_that_has_ended_counts_no_more(
    streams: Streams, end: Callable[[Streams], Awaitable[None]]
) -> None:
    for _ in range(LIMIT + 1):
        await end(streams)
        await asyncio.sleep(0.05)
    await streams.all_can_be_opened()


async def test_a_client_that_was_killed_while_it_did_not_read_counts_no_more(streams: Streams) -> None:
    """The server waits for room to send, which is not where it waits for events."""
    request = DownloadDocumentRequest(name=streams.file).SerializeToString()
    clients = [await streams.client("/buildplan.v1.DocumentService/DownloadDocument", request) for _ in range(LIMIT)]
    await asyncio.sleep(0.3)
    with refused(EXHAUSTED, "TOO_MANY_STREAMS"):
        await streams.watch()
    for client in clients:
        client.kill()
        await client.wait()
    await streams.all_can_be_opened()


async def test_who_has_too_many_hears_what_to_do(streams: Streams) -> None:
    calls = [await streams.watch() for _ in range(LIMIT)]
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await streams.watch()
    remote = read_error(caught.value)
    assert (remote.code, remote.reason, remote.retry_after) == (EXHAUSTED, "TOO_MANY_STREAMS", 5.0)
    assert remote.message == "2 streams of yours are open, which is the limit; call again when one of them has ended"
    for call in calls:
        call.cancel()


async def test_every_stream_of_the_coordinator_counts(streams: Streams) -> None:
    calls = [await streams.watch() for _ in range(LIMIT)]
    methods = await served_methods(streams.house.channel)
    streaming = {method.descriptor.name for method in methods if answers_by_stream(method.path)}
    assert streaming == {method.descriptor.name for method in methods if method.descriptor.server_streaming}
    assert streaming == {"WatchRun", "DownloadDocument"}
    with refused(EXHAUSTED, "TOO_MANY_STREAMS"):
        async for _ in streams.house.documents.DownloadDocument(DownloadDocumentRequest(name=streams.file)):
            pass
    await streams.house.runs.CancelRun(CancelRunRequest(name=streams.run))  # other calls go on
    for call in calls:
        call.cancel()


async def test_streams_count_by_caller(tmp_path: Path) -> None:
    async with (
        FakeSpecialist("qma", Behaviour(hang=True)) as fake,
        open_house(tmp_path, {"qma": fake.address}, streams_per_caller=LIMIT, identities=IDENTITIES) as house,
        house.called_with(ADA) as ada,
        house.called_with(BOB) as bob,
    ):
        session = await ada.session()
        await ada.upload(session, "drawing.md", DRAWING)
        run = (await ada.runs.StartRun(StartRunRequest(parent=session))).run.name
        both = Streams(ada, run, ""), Streams(bob, run, "")
        calls = [await one.watch() for one in both for _ in range(LIMIT)]
        for one in both:
            with refused(EXHAUSTED, "TOO_MANY_STREAMS"):
                await one.watch()
        for call in calls:
            call.cancel()
