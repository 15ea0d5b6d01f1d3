"""The audit log: who changed what, failed attempts among them, and nobody changes it."""

from __future__ import annotations

from collections.abc import AsyncIterator

import grpc
import pytest
import pytest_asyncio

from buildplan.v1.audit_service_pb2 import AuditRecord, ListAuditRecordsRequest
from buildplan.v1.document_service_pb2 import DeleteDocumentRequest, ListDocumentsRequest
from buildplan.v1.run_service_pb2 import StartRunRequest
from buildplan.v1.session_pb2 import Session
from buildplan.v1.session_service_pb2 import DeleteSessionRequest, GetSessionRequest, UpdateSessionRequest
from services.runtime.identity import read_identities
from services.runtime.settings import Environment
from tests.integration.coordinator.house import House, open_house, refused
from tests.integration.coordinator.papers import DRAWING

pytestmark = pytest.mark.asyncio(loop_scope="module")
ADA, BOB, OTHER = "ada-0123456789abcdef", "bob-0123456789abcdef", "other-0123456789abcdef"
CANARY = "passivation per ASTM"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def house(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[House]:
    tokens = f"{ADA}=acme/ada,{BOB}=acme/bob,{OTHER}=globex/other"
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
