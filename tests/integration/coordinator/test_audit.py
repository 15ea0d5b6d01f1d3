"""The audit log: who changed what, failed attempts among them, and nobody changes it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from typing import Any

import grpc
import pytest
import pytest_asyncio

from buildplan.v1.audit_service_pb2 import AuditRecord, ListAuditRecordsRequest
from buildplan.v1.document_service_pb2 import DeleteDocumentRequest, ListDocumentsRequest
from buildplan.v1.run_service_pb2 import StartRunRequest
from buildplan.v1.session_pb2 import Session, SessionMetadata
from buildplan.v1.session_service_pb2 import (
    CreateSessionRequest,
    DeleteSessionRequest,
    GetSessionRequest,
    ListSessionsRequest,
    UpdateSessionRequest,
)
from services.runtime.identity import read_identities
from services.runtime.settings import Environment
from tests.integration.coordinator.house import House, open_house, refused
from tests.integration.coordinator.papers import DRAWING

pytestmark = pytest.mark.asyncio(loop_scope="module")
ADA, BOB, OTHER = "ada-0123456789abcdef", "bob-0123456789abcdef", "other-0123456789abcdef"
EVE = "eve-0123456789abcdef"
CALLS, SPREAD = 60, 0.05
CANARY = "passivation per ASTM"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def house(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[House]:
    tokens = f"{ADA}=acme/ada,{BOB}=acme/bob,{OTHER}=globex/other,{EVE}=evil/eve"
    identities = read_identities(Environment({"BUILDPLAN_TOKENS": tokens}))
    async with open_house(tmp_path_factory.mktemp("audit"), {"qma": "127.0.0.1:1"}, identities=identities) as opened:
        yield opened


async def records(house: House, token: str = ADA) -> list[AuditRecord]:
    """The oldest first."""
    async with house.called_with(token) as caller:
        answer = await caller.audit.ListAuditRecords(ListAuditRecordsRequest(page_size=1000))
    return list(answer.records)[::-1]


async def test_changes_and_failed_attempts_are_on_record_and_reading_is_not(house: House) -> None:
    async with house.called_with(ADA) as ada, house.called_with(BOB) as bob:
        session = await ada.session(project_name=f"Frame with {CANARY}")
        document = (await bob.upload(session, "drawing.md", DRAWING)).document.name
        await bob.sessions.GetSession(GetSessionRequest(name=session))
        await bob.documents.ListDocuments(ListDocumentsRequest(parent=session))
        with refused(grpc.StatusCode.INVALID_ARGUMENT):
            await ada.runs.StartRun(StartRunRequest(parent=session, agents=["nobody"]))
        await ada.documents.DeleteDocument(DeleteDocumentRequest(name=document))
        await ada.sessions.DeleteSession(DeleteSessionRequest(name=session))
    found = [
        (record.subject, record.method.removeprefix("buildplan.v1."), record.resource, record.outcome)
        for record in await records(house)
        if record.resource.startswith(session)
    ]
    assert found == [
        ("ada", "SessionService/CreateSession", session, "OK"),
        ("bob", "DocumentService/UploadDocument", document, "OK"),
        ("ada", "RunService/StartRun", session, "INVALID_ARGUMENT"),
        ("ada", "DocumentService/DeleteDocument", document, "OK"),
        ("ada", "SessionService/DeleteSession", session, "OK"),
    ]
    assert all(record.create_time.seconds for record in await records(house))


async def test_an_attempt_at_anothers_session_is_the_callers_record(house: House) -> None:
    async with house.called_with(ADA) as ada, house.called_with(OTHER) as other:
        session = await ada.session()
        with refused(grpc.StatusCode.NOT_FOUND):
            await other.sessions.UpdateSession(UpdateSessionRequest(session=Session(name=session)))
    mine, theirs = await records(house, OTHER), await records(house)
    assert (mine[-1].subject, mine[-1].resource, mine[-1].outcome) == ("other", session, "NOT_FOUND")
    assert {record.subject for record in theirs} <= {"ada", "bob"}


async def cancelled(call: grpc.aio.UnaryUnaryCall[Any, Any], seconds: float) -> bool:
    """Cancelled after so long; False when it was answered before."""
    await asyncio.sleep(seconds)
    call.cancel()
    try:
        await call
    except asyncio.CancelledError:
        return True
    return False


async def cancelled_all(calls: Sequence[grpc.aio.UnaryUnaryCall[Any, Any]]) -> int:
    """How many were cancelled before their answer, each a little later than the one before."""
    ends = await asyncio.gather(*(cancelled(call, SPREAD * n / CALLS) for n, call in enumerate(calls)))
    await asyncio.sleep(1)  # nobody waits for what they have begun
    return ends.count(True)


async def named(house: House, method: str) -> list[str]:
    """What records of a method that went well are about."""
    found = await records(house, EVE)
    return sorted(each.resource for each in found if each.method.endswith(method) and each.outcome == "OK")


async def test_the_record_of_a_call_that_its_client_cancelled_says_what_was_done(house: House) -> None:
    async with house.called_with(EVE) as eve:

        async def there() -> set[str]:
            listed = await eve.sessions.ListSessions(ListSessionsRequest(page_size=1000))
            return {session.name for session in listed.sessions}

        given = CreateSessionRequest(metadata=SessionMetadata(project_name="Frame"))
        assert await cancelled_all([eve.sessions.CreateSession(given, timeout=20) for _ in range(CALLS)])
        created = await there()
        assert created
        assert await named(house, "CreateSession") == sorted(created)

        for _ in range(CALLS - len(created)):
            created.add(await eve.session())
        requests = [DeleteSessionRequest(name=name) for name in created]
        assert await cancelled_all([eve.sessions.DeleteSession(each, timeout=20) for each in requests])
        assert await named(house, "DeleteSession") == sorted(created - await there())


async def test_pages_follow_each_other(house: House) -> None:
    async with house.called_with(ADA) as ada:
        for _ in range(3):
            await ada.session()
        first = await ada.audit.ListAuditRecords(ListAuditRecordsRequest(page_size=2))
        second = await ada.audit.ListAuditRecords(
            ListAuditRecordsRequest(page_size=1000, page_token=first.next_page_token)
        )
    whole = (await records(house))[::-1]
    assert [*first.records, *second.records] == whole
    assert not second.next_page_token
    async with house.called_with(ADA) as ada:
        for token in ("x", "-1", "9" * 40, "¹"):
            with refused(grpc.StatusCode.INVALID_ARGUMENT, field="page_token"):
                await ada.audit.ListAuditRecords(ListAuditRecordsRequest(page_token=token))


async def test_no_text_of_the_customers_and_no_token_is_in_the_log(house: House) -> None:
    written = "".join(str(record) for record in await records(house))
    assert "ada" in written
    assert CANARY not in written
    assert ADA not in written
