"""Documents: upload, correction, pages and originals."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import APIRouter, Header, Path, Query, Request, Response
from fastapi.responses import StreamingResponse
from starlette.requests import ClientDisconnect

from buildplan.v1 import document_service_pb2 as pb
from buildplan.v1.document_pb2 import Document, Page
from gateway.api import wire
from gateway.api.multipart import parts
from gateway.api.names import Id
from gateway.api.uploads import refuse_rest, store
from gateway.coordinator import LONG_CALL_SECONDS, UPLOAD_SECONDS, Caller, Coordinator
from gateway.openapi import answers, body, files
from services.contract.names import document_name, session_name

router = APIRouter(tags=["documents"], default_response_class=Response)
PageNumber = Annotated[int, Path(ge=1, le=1_000_000, description="Counts from 1.")]
_FORM = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["files"],
                    "properties": {
                        "kind": {
                            "type": "string",
                            "description": "DocumentKind of the next file; else guessed.",
                        },
                        "sha256": {"type": "string", "description": "Of the next file, lower-case hex; checked."},
                        "files": {"type": "array", "minItems": 1, "items": {"type": "string", "format": "binary"}},
                    },
                }
            }
        },
    }
}


@router.post(
    "/sessions/{session}/documents",
    status_code=201,
    responses=answers(pb.ListDocumentsResponse, 404, 408, 413, 415, status=201),
    openapi_extra=_FORM,
)
async def upload_documents(session: Id, request: Request, coordinator: Caller) -> Response:
    """Stores and reads files. An email's attachments become documents of their own.

    A file that cannot be read is stored too, with findings that say why. When one is refused, those before it stay and
    the problem names them as `stored`.
    """
    stored: list[Document] = []
    limit = request.app.state.settings.max_upload_files
    try:
        async for document in store(parts(request), session_name(session), coordinator, limit):
            stored.append(document)  # noqa: PERF401 - what came before a failure is kept
    except ClientDisconnect:
        raise
    except Exception as error:
        raise refuse_rest(error, stored) from error
    return wire.answer(pb.ListDocumentsResponse(documents=stored), 201)


@router.get("/sessions/{session}/documents", responses=answers(pb.ListDocumentsResponse, 404))
async def list_documents(session: Id, coordinator: Caller) -> Response:
    """Lists the documents in the order of upload."""
    question = pb.ListDocumentsRequest(parent=session_name(session))
    return wire.answer(await coordinator.ask(coordinator.documents.ListDocuments, question))


@router.get("/sessions/{session}/documents/{document}", responses=answers(Document, 404))
async def get_document(session: Id, document: Id, coordinator: Caller) -> Response:
    """Reads a document's record."""
    return wire.answer(await _get(document_name(session, document), coordinator))


@router.patch(
    "/sessions/{session}/documents/{document}", responses=answers(Document, 404, 413, 415), openapi_extra=body(Document)
)
async def update_document(session: Id, document: Id, request: Request, coordinator: Caller) -> Response:
    """Corrects kind, authority, precedence, revision, number or issue_date, those that are given."""
    fields = await wire.read_json(request)
    wanted = wire.parse(fields, Document())
    wanted.name = document_name(session, document)
    question = pb.UpdateDocumentRequest(document=wanted, update_mask=wire.mask(fields, Document.DESCRIPTOR))
    return wire.answer((await coordinator.ask(coordinator.documents.UpdateDocument, question)).document)


@router.delete("/sessions/{session}/documents/{document}", status_code=204, responses=answers(None, 404, status=204))
async def delete_document(session: Id, document: Id, coordinator: Caller) -> Response:
    """Deletes a document and its attachments; plans that cite it keep their quotes."""
    question = pb.DeleteDocumentRequest(name=document_name(session, document))
    await coordinator.ask(coordinator.documents.DeleteDocument, question)
    return Response(status_code=204)


@router.get("/sessions/{session}/documents/{document}/pages/{number}", responses=answers(Page, 404))
async def get_page(session: Id, document: Id, number: PageNumber, coordinator: Caller) -> Response:
    """Reads a page with its passages."""
    question = pb.GetPageRequest(document=document_name(session, document), number=number)
    return wire.answer((await coordinator.ask(coordinator.documents.GetPage, question)).page)


@router.get(
    "/sessions/{session}/documents/{document}/pages/{number}/picture",
    responses=files("image/png") | {304: {"description": "The picture is as If-None-Match says."}},
)
async def render_page(
    session: Id,
    document: Id,
    number: PageNumber,
    coordinator: Caller,
    width: Annotated[int, Query(ge=100, le=3000, description="Of the picture, in pixels.")] = 1200,
    if_none_match: Annotated[str, Header()] = "",
) -> Response:
    """A picture of a page, for formats that have pages to look at.

    It is fixed by the file, the page and the width, so that asking again costs no drawing.
    """
    found = await _get(document_name(session, document), coordinator)
    etag = f"{found.sha256}-{number}-{width}"
    headers = wire.validators(etag)
    if etag in wire.etags(if_none_match):
        return Response(status_code=304, headers=headers)
    question = pb.RenderPageRequest(document=found.name, number=number, width=width)
    answer = await coordinator.ask(coordinator.documents.RenderPage, question, LONG_CALL_SECONDS)
    return Response(answer.image, headers=headers, media_type="image/png")


@router.get(
    "/sessions/{session}/documents/{document}/pages/{number}/boxes", responses=answers(pb.LocateQuoteResponse, 404, 409)
)
async def locate_quote(
    session: Id,
    document: Id,
    number: PageNumber,
    coordinator: Caller,
    quote: Annotated[str, Query(min_length=1, max_length=10_000, description="The words, as in a citation.")],
) -> Response:
    """Where a quote stands on the page's picture, one box for each line."""
    question = pb.LocateQuoteRequest(document=document_name(session, document), number=number, quote=quote)
    return wire.answer(await coordinator.ask(coordinator.documents.LocateQuote, question, LONG_CALL_SECONDS))


@router.get("/sessions/{session}/documents/{document}/content", responses=files("application/octet-stream"))
async def download_document(session: Id, document: Id, coordinator: Caller) -> Response:
    """The original, to keep: a browser never opens it as a part of this site, whatever is in it."""
    found = await _get(document_name(session, document), coordinator)
    chunks = _download(found.name, coordinator)
    first = await anext(chunks, b"")
    headers = {"Content-Length": str(found.size_bytes), **wire.attachment(found.file_name)}
    return StreamingResponse(wire.resumed(first, chunks), headers=headers, media_type="application/octet-stream")


async def _get(name: str, coordinator: Coordinator) -> Document:
    answer = await coordinator.ask(coordinator.documents.GetDocument, pb.GetDocumentRequest(name=name))
    return answer.document


async def _download(name: str, coordinator: Coordinator) -> AsyncIterator[bytes]:
    question = pb.DownloadDocumentRequest(name=name)
    call = coordinator.documents.DownloadDocument(question, timeout=UPLOAD_SECONDS, metadata=coordinator.metadata)
    try:
        async for answer in call:
            yield answer.chunk
    finally:
        call.cancel()
