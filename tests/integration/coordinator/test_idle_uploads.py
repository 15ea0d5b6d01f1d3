"""Uploads of one caller: as many at once as may be, and none that sends nothing stays open."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import grpc
import pytest

from buildplan.v1.document_service_pb2 import (
    ListDocumentsRequest,
    UploadDocumentRequest,
    UploadDocumentResponse,
    UploadHeader,
)
from buildplan.v1.session_service_pb2 import ListSessionsRequest
from services.contract.resources import asks_by_stream
from services.runtime.identity import read_identities
from services.runtime.remote import read_error
from services.runtime.settings import Environment, ServerSettings
from tests.integration.coordinator.every_method import served_methods
from tests.integration.coordinator.house import House, open_house, refused
from tests.integration.coordinator.papers import DRAWING

pytestmark = pytest.mark.asyncio(loop_scope="package")

Upload = grpc.aio.StreamUnaryCall[UploadDocumentRequest, UploadDocumentResponse]
EXHAUSTED = grpc.StatusCode.RESOURCE_EXHAUSTED
NOWHERE = {"qma": "127.0.0.1:1"}
ADA, BOB = "ada-0123456789abcdef", "bob-0123456789abcdef"
IDENTITIES = read_identities(Environment({"BUILDPLAN_TOKENS": f"{ADA}=acme/ada,{BOB}=acme/bob"}))
PIECES = [DRAWING[start : start + 40] for start in range(0, len(DRAWING), 40)][:8]
SECONDS = 0.5


async def begin(house: House, session: str, *chunks: bytes) -> Upload:
    """An upload that has sent its header and these chunks, and is not at its end."""
    call: Upload = house.documents.UploadDocument(timeout=30)
    await call.write(UploadDocumentRequest(header=UploadHeader(parent=session, file_name="a.md")))
    for chunk in chunks:
        await call.write(UploadDocumentRequest(chunk=chunk))
    return call


async def received(house: House, files: int) -> None:
    """Waits until the coordinator has so many files of uploads."""
    async with asyncio.timeout(5):
        while len(house.temporary_files()) != files:
            await asyncio.sleep(0.01)


@pytest.mark.parametrize("sent", [0, 1])
async def test_an_upload_that_sends_no_more_is_ended_and_leaves_no_file(tmp_path: Path, sent: int) -> None:
    settings = ServerSettings(request_idle_seconds=SECONDS)
    async with open_house(tmp_path, NOWHERE, server_settings=settings) as house:
        session = await house.session()
        call = await begin(house, session, *PIECES[:sent])
        await received(house, 1)
        with refused(grpc.StatusCode.DEADLINE_EXCEEDED, "REQUEST_IDLE") as seen:
            async with asyncio.timeout(5):
                await call
        assert seen.value.message.startswith("nothing was sent for 0.5 s")
        await received(house, 0)
        assert not (await house.documents.ListDocuments(ListDocumentsRequest(parent=session))).documents


async def test_an_upload_without_a_header_is_ended(tmp_path: Path) -> None:
    settings = ServerSettings(request_idle_seconds=SECONDS)
    async with open_house(tmp_path, NOWHERE, server_settings=settings) as house:
        with refused(grpc.StatusCode.DEADLINE_EXCEEDED, "REQUEST_IDLE"):
            async with asyncio.timeout(5):
                await house.documents.UploadDocument(timeout=30)


async def test_an_upload_may_take_long_while_it_sends(tmp_path: Path) -> None:
    settings = ServerSettings(request_idle_seconds=SECONDS)

    async def slowly(session: str) -> AsyncIterator[UploadDocumentRequest]:
        yield UploadDocumentRequest(header=UploadHeader(parent=session, file_name="a.md"))
        for piece in PIECES:
            await asyncio.sleep(SECONDS / 4)
            yield UploadDocumentRequest(chunk=piece)

    async with open_house(tmp_path, NOWHERE, server_settings=settings) as house:
        answer = await house.documents.UploadDocument(slowly(await house.session()), timeout=30)
    assert answer.document.size_bytes == len(b"".join(PIECES))


async def test_uploads_without_end_take_no_place_from_others(tmp_path: Path) -> None:
    settings = ServerSettings(maximum_concurrent_rpcs=20)
    async with (
        open_house(tmp_path, NOWHERE, server_settings=settings, uploads_per_caller=2, identities=IDENTITIES) as house,
        house.called_with(ADA) as ada,
        house.called_with(BOB) as bob,
    ):
        session = await ada.session()
        kept = [await begin(ada, session) for _ in range(2)]
        await received(house, 2)
        for _ in range(30):
            with pytest.raises(grpc.aio.AioRpcError) as caught:
                await (await begin(ada, session))
            remote = read_error(caught.value)
            assert (remote.code, remote.reason, remote.retry_after) == (EXHAUSTED, "TOO_MANY_UPLOADS", 5.0)
            assert remote.message.startswith("2 uploads of yours are open, which is the limit; ")
        await bob.sessions.ListSessions(ListSessionsRequest())
        assert (await bob.upload(session, "drawing.md", DRAWING)).document.name
        for call in kept:
            call.cancel()
        await received(house, 0)
        for _ in range(5):
            assert (await ada.upload(session, "drawing.md", DRAWING)).document.name


async def test_every_upload_of_the_coordinator_counts(house: House) -> None:
    methods = await served_methods(house.channel)
    asked = {method.descriptor.name for method in methods if asks_by_stream(method.path)}
    assert asked == {method.descriptor.name for method in methods if method.descriptor.client_streaming}
    assert asked == {"UploadDocument"}
