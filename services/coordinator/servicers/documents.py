"""DocumentService."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import grpc

from buildplan.v1 import document_service_pb2 as pb
from buildplan.v1.document_service_pb2_grpc import DocumentServiceServicer
from services.coordinator.documents.documents import Documents, Upload
from services.coordinator.documents.pictures import Pictures
from services.coordinator.documents.spool import MAX_CHUNK_BYTES
from services.runtime.errors import InvalidArgument

_Context = grpc.aio.ServicerContext[Any, Any]


class DocumentServicer(DocumentServiceServicer):
    """Documents over gRPC."""

    def __init__(self, documents: Documents, pictures: Pictures) -> None:
        self._documents = documents
        self._pictures = pictures

    async def UploadDocument(
        self, request_iterator: AsyncIterator[pb.UploadDocumentRequest], context: _Context
    ) -> pb.UploadDocumentResponse:
        """See the proto."""
        header = await _header(request_iterator)
        upload = Upload(header.parent, header.file_name, header.kind, header.sha256)
        first, *attachments = await self._documents.upload(upload, _chunks(request_iterator))
        return pb.UploadDocumentResponse(document=first, attachments=attachments)

    async def ListDocuments(self, request: pb.ListDocumentsRequest, context: _Context) -> pb.ListDocumentsResponse:
        """See the proto."""
        return pb.ListDocumentsResponse(documents=await self._documents.list_(request.parent))

    async def GetDocument(self, request: pb.GetDocumentRequest, context: _Context) -> pb.GetDocumentResponse:
        """See the proto."""
        return pb.GetDocumentResponse(document=await self._documents.get(request.name))

    async def UpdateDocument(self, request: pb.UpdateDocumentRequest, context: _Context) -> pb.UpdateDocumentResponse:
        """See the proto."""
        document = await self._documents.update(request.document, list(request.update_mask.paths))
        return pb.UpdateDocumentResponse(document=document)

    async def GetPage(self, request: pb.GetPageRequest, context: _Context) -> pb.GetPageResponse:
        """See the proto."""
        return pb.GetPageResponse(page=await self._documents.page(request.document, request.number))

    async def RenderPage(self, request: pb.RenderPageRequest, context: _Context) -> pb.RenderPageResponse:
        """See the proto."""
        picture = await self._pictures.render(request.document, request.number, request.width)
        return pb.RenderPageResponse(image=picture.png, width=picture.width, height=picture.height)

    async def LocateQuote(self, request: pb.LocateQuoteRequest, context: _Context) -> pb.LocateQuoteResponse:
        """See the proto."""
        places = await self._pictures.locate(request.document, request.number, request.quote)
        boxes = [pb.Box(left=box.left, top=box.top, width=box.width, height=box.height) for box in places]
        return pb.LocateQuoteResponse(boxes=boxes)

    async def DownloadDocument(
        self, request: pb.DownloadDocumentRequest, context: _Context
    ) -> AsyncIterator[pb.DownloadDocumentResponse]:
        """See the proto."""
        content = await self._documents.content(request.name)
        for start in range(0, len(content), MAX_CHUNK_BYTES):
            yield pb.DownloadDocumentResponse(chunk=content[start : start + MAX_CHUNK_BYTES])

    async def DeleteDocument(self, request: pb.DeleteDocumentRequest, context: _Context) -> pb.DeleteDocumentResponse:
        """See the proto."""
        await self._documents.delete(request.name)
        return pb.DeleteDocumentResponse()


async def _header(requests: AsyncIterator[pb.UploadDocumentRequest]) -> pb.UploadHeader:
    first = await anext(requests, None)
    if first is None or first.WhichOneof("message") != "header":
        raise InvalidArgument("header", "the first message of an upload is its header")
    return first.header


async def _chunks(requests: AsyncIterator[pb.UploadDocumentRequest]) -> AsyncIterator[bytes]:
    async for request in requests:
        if request.WhichOneof("message") != "chunk":
            raise InvalidArgument("chunk", "every message after the header is a chunk")
        yield request.chunk
