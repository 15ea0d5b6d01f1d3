"""DocumentService: papers that are there."""

from __future__ import annotations

import grpc
import pytest
from google.protobuf.field_mask_pb2 import FieldMask

from buildplan.v1.conflict_pb2 import DocumentConflict
from buildplan.v1.document_pb2 import Authority, Document, DocumentKind
from buildplan.v1.document_service_pb2 import (
    DeleteDocumentRequest,
    DownloadDocumentRequest,
    GetDocumentRequest,
    GetPageRequest,
    ListDocumentsRequest,
    UpdateDocumentRequest,
)
from buildplan.v1.session_pb2 import ValidationResult
from buildplan.v1.session_service_pb2 import ListConflictsRequest, ValidateSessionRequest
from tests.integration.coordinator.house import CHUNK, House, refused
from tests.integration.coordinator.papers import DRAWING, ORDER, email

LESSONS = DocumentKind.DOCUMENT_KIND_LESSONS_LEARNED
pytestmark = pytest.mark.asyncio(loop_scope="package")


def update(name: str, *paths: str, **fields: object) -> UpdateDocumentRequest:
    document = Document(name=name, **fields)  # type: ignore[arg-type]
    return UpdateDocumentRequest(document=document, update_mask=FieldMask(paths=paths))


async def only_document(house: House, content: bytes = DRAWING) -> Document:
    return (await house.upload(await house.session(), "drawing.md", content)).document


async def test_a_paper_that_claims_without_end_is_compared_up_to_a_page_and_says_so(house: House) -> None:
    claims = b"Lead time, quantity, thickness and the date when it is due are given on sheet 1. " * 6_000
    document = await only_document(house, claims)
    [finding] = [finding for finding in document.findings if finding.code == "CLAIMS_LIMITED"]
    assert not finding.fatal
    assert f"before page {finding.pages[0]} " in finding.message
    lessons = (await house.documents.UpdateDocument(update(document.name, "kind", kind=LESSONS))).document
    assert [finding.code for finding in lessons.findings] == []


async def preflight(house: House, session: str) -> ValidationResult:
    return (await house.sessions.ValidateSession(ValidateSessionRequest(name=session))).result


async def conflicts(house: House, session: str) -> list[DocumentConflict]:
    return list((await house.sessions.ListConflicts(ListConflictsRequest(parent=session))).conflicts)


async def test_documents_are_listed_in_the_order_of_upload(house: House) -> None:
    session = await house.session()
    names = [(await house.upload(session, f"{n}.md", b"Note %d" % n)).document.name for n in (3, 1, 2)]
    listed = (await house.documents.ListDocuments(ListDocumentsRequest(parent=session))).documents
    assert [document.name for document in listed] == names
    for document in listed:
        assert (await house.documents.GetDocument(GetDocumentRequest(name=document.name))).document == document


async def test_fields_that_are_named_are_corrected(house: House) -> None:
    document = await only_document(house)
    fields = {"revision": "C", "number": "BR-8", "issue_date": "2026-11-20", "precedence": 4}
    changed = (await house.documents.UpdateDocument(update(document.name, *fields, **fields))).document
    assert (changed.revision, changed.number, changed.issue_date, changed.precedence) == ("C", "BR-8", "2026-11-20", 4)
    assert (changed.kind, changed.file_name) == (document.kind, document.file_name)
    request = update(document.name, "revision", revision="D", number="not named")
    again = (await house.documents.UpdateDocument(request)).document
    assert (again.revision, again.number) == ("D", "BR-8")
    assert (await house.documents.GetDocument(GetDocumentRequest(name=document.name))).document == again
    assert (await house.documents.UpdateDocument(request)).document == again


async def test_a_new_kind_brings_authority_and_precedence_unless_they_are_named(house: House) -> None:
    document = await only_document(house)
    request = update(document.name, "kind", kind=DocumentKind.DOCUMENT_KIND_EMAIL)
    changed = (await house.documents.UpdateDocument(request)).document
    assert (changed.precedence, changed.authority) == (20, Authority.AUTHORITY_INTERNAL)
    assert changed.kind_corrected
    request = update(document.name, "kind", "precedence", kind=DocumentKind.DOCUMENT_KIND_QUOTE, precedence=9)
    changed = (await house.documents.UpdateDocument(request)).document
    assert (changed.precedence, changed.authority) == (9, Authority.AUTHORITY_CONDITIONAL)


@pytest.mark.parametrize(
    ("path", "value", "field"),
    [
        ("sha256", "0" * 64, "update_mask"),
        ("name", "", "update_mask"),
        ("kind", 99, "document.kind"),
        ("kind", 0, "document.kind"),
        ("authority", 99, "document.authority"),
        ("precedence", -1, "document.precedence"),
        ("issue_date", "soon", "document.issue_date"),
    ],
)
async def test_a_wrong_correction_changes_nothing(house: House, path: str, value: object, field: str) -> None:
    document = await only_document(house)
    fields = {path: value} if path != "name" else {}
    with refused(grpc.StatusCode.INVALID_ARGUMENT, field=field):
        await house.documents.UpdateDocument(update(document.name, "revision", path, revision="Z", **fields))
    with refused(grpc.StatusCode.INVALID_ARGUMENT, field="update_mask"):
        await house.documents.UpdateDocument(update(document.name, revision="Z"))
    assert (await house.documents.GetDocument(GetDocumentRequest(name=document.name))).document == document


async def test_a_corrected_kind_changes_conflicts_and_preflight(house: House) -> None:
    session = await house.session_with_papers()
    (tie,) = await conflicts(house, session)
    assert tie.state == DocumentConflict.STATE_TIE
    before = await preflight(house, session)
    order = tie.sides[1].fact.citation.document
    await house.documents.UpdateDocument(update(order, "kind", kind=DocumentKind.DOCUMENT_KIND_QUOTE))
    (settled,) = await conflicts(house, session)
    assert settled.state == DocumentConflict.STATE_RESOLVED_BY_PRECEDENCE
    assert settled.winning_value == settled.sides[0].fact.value
    after = await preflight(house, session)
    assert before.input_digest != after.input_digest
    assert {"CONFLICT_TIE"} <= {found.code for found in before.findings}
    assert {"CONFLICT_RESOLVED", "PURCHASE_ORDER_MISSING"} <= {found.code for found in after.findings}


async def test_a_paper_that_does_not_speak_for_the_job_claims_nothing_any_more(house: House) -> None:
    session = await house.session_with_papers()
    (tie,) = await conflicts(house, session)
    order = tie.sides[1].fact.citation.document
    lessons = DocumentKind.DOCUMENT_KIND_LESSONS_LEARNED
    await house.documents.UpdateDocument(update(order, "kind", kind=lessons))
    assert await conflicts(house, session) == []
    await house.documents.UpdateDocument(update(order, "kind", kind=DocumentKind.DOCUMENT_KIND_PURCHASE_ORDER))
    assert [found.name for found in await conflicts(house, session)] == [tie.name]


async def test_a_page_is_read_with_its_passages_and_its_bounds_are_kept(house: House) -> None:
    document = await only_document(house)
    page = (await house.documents.GetPage(GetPageRequest(document=document.name, number=1))).page
    assert (page.document, page.number) == (document.name, 1)
    assert "316L" in page.text
    assert page.passages
    assert all(passage.document == document.name for passage in page.passages)
    for number in (0, 2, -1, 2**31 - 1):
        with refused(grpc.StatusCode.NOT_FOUND):
            await house.documents.GetPage(GetPageRequest(document=document.name, number=number))


async def test_the_original_comes_back_in_chunks(house: House) -> None:
    content = b"word " * (CHUNK // 5 + 7)
    document = await only_document(house, content)
    for _ in range(2):
        call = house.documents.DownloadDocument(DownloadDocumentRequest(name=document.name))
        chunks = [part.chunk async for part in call]
        assert b"".join(chunks) == content
        assert len(chunks) == 2
        assert max(map(len, chunks)) <= CHUNK
    answer = await house.upload(await house.session(), "mail.eml", email())
    attachment = house.documents.DownloadDocument(DownloadDocumentRequest(name=answer.attachments[0].name))
    assert b"".join([part.chunk async for part in attachment]) == ORDER
    empty = await only_document(house, b"")
    assert [part async for part in house.documents.DownloadDocument(DownloadDocumentRequest(name=empty.name))] == []


async def test_a_deleted_document_takes_its_attachments_with_it(house: House) -> None:
    session = await house.session()
    kept = (await house.upload(session, "drawing.md", DRAWING)).document
    mail = await house.upload(session, "mail.eml", email())
    await house.documents.DeleteDocument(DeleteDocumentRequest(name=mail.document.name))
    listed = (await house.documents.ListDocuments(ListDocumentsRequest(parent=session))).documents
    assert list(listed) == [kept]
    rows = house.rows(session)
    assert (rows["documents"], rows["document_contents"], rows["pages"]) == (1, 1, 1)
    for name in (mail.document.name, mail.attachments[0].name):
        with refused(grpc.StatusCode.NOT_FOUND):
            await house.documents.DeleteDocument(DeleteDocumentRequest(name=name))


async def test_an_attachment_can_be_deleted_alone(house: House) -> None:
    session = await house.session()
    mail = await house.upload(session, "mail.eml", email())
    await house.documents.DeleteDocument(DeleteDocumentRequest(name=mail.attachments[0].name))
    listed = (await house.documents.ListDocuments(ListDocumentsRequest(parent=session))).documents
    assert [document.name for document in listed] == [mail.document.name]


async def test_a_plan_keeps_the_quotes_of_a_deleted_document(house: House) -> None:
    session = await house.session_with_papers()
    await house.run(session)
    before = await house.plan(session)
    for source in before.sources:
        await house.documents.DeleteDocument(DeleteDocumentRequest(name=source.name))
    assert await house.plan(session) == before
    assert before.citations_checked


async def test_unknown_documents_are_not_found_and_malformed_names_refused(house: House) -> None:
    session = await house.session()
    stub = house.documents

    async def download(name: str) -> None:
        async for _ in stub.DownloadDocument(DownloadDocumentRequest(name=name)):
            pass

    calls = (
        lambda name: stub.GetDocument(GetDocumentRequest(name=name)),
        lambda name: stub.UpdateDocument(update(name, "revision", revision="B")),
        lambda name: stub.GetPage(GetPageRequest(document=name, number=1)),
        lambda name: stub.DeleteDocument(DeleteDocumentRequest(name=name)),
        download,
    )
    for call in calls:
        for name in (f"{session}/documents/d", "sessions/gone/documents/d"):
            with refused(grpc.StatusCode.NOT_FOUND, "NOT_FOUND"):
                await call(name)
        for bad in ("", session, f"{session}/documents/", f"{session}/runs/d", "a/b/c/d", f"{session}/documents/../x"):
            with refused(grpc.StatusCode.INVALID_ARGUMENT, "INVALID_ARGUMENT") as seen:
                await call(bad)
            assert seen.value.fields
    with refused(grpc.StatusCode.NOT_FOUND):
        await stub.ListDocuments(ListDocumentsRequest(parent="sessions/gone"))
    with refused(grpc.StatusCode.INVALID_ARGUMENT):
        await stub.ListDocuments(ListDocumentsRequest(parent="gone"))
