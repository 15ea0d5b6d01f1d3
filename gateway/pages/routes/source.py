"""A page of a paper with the cited words marked: as a picture where there is one, else as text."""

from __future__ import annotations

import asyncio
from typing import Annotated

import grpc
from fastapi import APIRouter, Header, Query
from fastapi.responses import HTMLResponse

from buildplan.v1.document_service_pb2 import Box, GetDocumentRequest, GetPageRequest, LocateQuoteRequest
from gateway.api.names import Id
from gateway.coordinator import Caller, Coordinator
from gateway.pages import dress
from gateway.pages.routes.asking import session_of
from gateway.pages.views.source import readings
from services.contract.names import document_name
from services.runtime.remote import read_error

router = APIRouter()
_NO_PICTURE = "NO_PICTURE"


@router.get("/jobs/{session}/source")
async def source(
    session: Id,
    coordinator: Caller,
    document: Annotated[str, Query(max_length=63)],
    page: Annotated[int, Query(ge=1, le=1_000_000)],
    quote: Annotated[str, Query(max_length=20_000)] = "",
    passage: Annotated[str, Query(max_length=200)] = "",
    x_part: Annotated[str, Header()] = "",
) -> HTMLResponse:
    """The part that stands beside a plan, or a page of its own."""
    name = document_name(session, document)
    job, paper, content, boxes = await asyncio.gather(
        session_of(coordinator, session),
        coordinator.ask(coordinator.documents.GetDocument, GetDocumentRequest(name=name)),
        coordinator.ask(coordinator.documents.GetPage, GetPageRequest(document=name, number=page)),
        _boxes(coordinator, LocateQuoteRequest(document=name, number=page, quote=quote)),
    )
    read = readings(content.page.passages, quote, passage)
    return dress.page(
        "parts/source.html" if x_part else "source.html",
        id=session,
        session=job,
        paper=paper.document,
        content=content.page,
        quote=quote,
        picture=boxes is not None,
        boxes=boxes,
        readings=read,
        found=bool(boxes) or any(each.cited for each in read),
    )


async def _boxes(coordinator: Coordinator, question: LocateQuoteRequest) -> list[Box] | None:
    """Where the quote stands on the page's picture; None where the paper has no pictures."""
    try:
        return list((await coordinator.ask(coordinator.documents.LocateQuote, question)).boxes)
    except grpc.RpcError as error:
        if read_error(error).reason == _NO_PICTURE:
            return None
        raise
