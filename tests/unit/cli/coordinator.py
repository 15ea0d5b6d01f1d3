"""A coordinator whose answers are values: a real gRPC server on a free port."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any, Self

import grpc
from google.protobuf.message import Message

from buildplan.v1.document_pb2 import Document
from buildplan.v1.document_service_pb2 import UploadDocumentRequest, UploadDocumentResponse
from buildplan.v1.run_pb2 import Run, RunEvent
from buildplan.v1.run_service_pb2 import GetRunRequest, GetRunResponse, WatchRunRequest, WatchRunResponse
from buildplan.v1.session_pb2 import Session
from buildplan.v1.session_service_pb2 import (
    GetSessionRequest,
    GetSessionResponse,
    ListSessionsRequest,
    ListSessionsResponse,
)

_Context = grpc.aio.ServicerContext[Any, Any]


@dataclass
class Coordinator:
    """Use it with `async with`. A watch sends `breaks[n]` events in its n-th call and then ends with the status.

    `refused` are the names of files that an upload refuses; of so many refusals at first the reason is `lost`, as
    grpc.aio loses it in one of twenty uploads that are refused while they are sent.
    """

    events: list[RunEvent] = field(default_factory=list)
    breaks: list[tuple[int, grpc.StatusCode | None]] = field(default_factory=list)
    sessions: list[Session] = field(default_factory=list)
    refused: frozenset[str] = frozenset()
    lost: int = 0
    watched_after: list[int] = field(default_factory=list)
    chunks: dict[str, list[int]] = field(default_factory=dict)
    uploading: int = 0
    most_uploading: int = 0
    target: str = ""

    async def __aenter__(self) -> Self:
        self._server = grpc.aio.server()
        self._server.add_generic_rpc_handlers(self._handlers())
        self.target = f"127.0.0.1:{self._server.add_insecure_port('127.0.0.1:0')}"
        await self._server.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._server.stop(None)

    def _handlers(self) -> tuple[grpc.GenericRpcHandler, ...]:
        answer, stream, take = (
            grpc.unary_unary_rpc_method_handler,
            grpc.unary_stream_rpc_method_handler,
            grpc.stream_unary_rpc_method_handler,
        )
        methods: dict[str, tuple[Any, Any, type[Message], type[Message]]] = {
            "SessionService/ListSessions": (answer, self.list_sessions, ListSessionsRequest, ListSessionsResponse),
            "SessionService/GetSession": (answer, self.get_session, GetSessionRequest, GetSessionResponse),
            "RunService/GetRun": (answer, self.get_run, GetRunRequest, GetRunResponse),
            "RunService/WatchRun": (stream, self.watch_run, WatchRunRequest, WatchRunResponse),
            "DocumentService/UploadDocument": (
                take,
                self.upload_document,
                UploadDocumentRequest,
                UploadDocumentResponse,
            ),
        }
        return tuple(
            grpc.method_handlers_generic_handler(
                f"buildplan.v1.{path.partition('/')[0]}",
                {path.partition("/")[2]: make(behaviour, asked.FromString, answered.SerializeToString)},
            )
            for path, (make, behaviour, asked, answered) in methods.items()
        )

    async def list_sessions(self, request: ListSessionsRequest, context: _Context) -> ListSessionsResponse:
        return ListSessionsResponse(sessions=self.sessions[: request.page_size])

    async def get_session(self, request: GetSessionRequest, context: _Context) -> GetSessionResponse:
        return GetSessionResponse(session=next(one for one in self.sessions if one.name == request.name))

    async def get_run(self, request: GetRunRequest, context: _Context) -> GetRunResponse:
        ended = bool(self.watched_after) and len(self.watched_after) > len(self.breaks)
        return GetRunResponse(run=Run(name=request.name, state=Run.STATE_SUCCEEDED if ended else Run.STATE_RUNNING))

    async def watch_run(self, request: WatchRunRequest, context: _Context) -> AsyncIterator[WatchRunResponse]:
        call = len(self.watched_after)
        self.watched_after.append(request.after_sequence)
        count, code = self.breaks[call] if call < len(self.breaks) else (len(self.events), None)
        for event in self.events[request.after_sequence :][:count]:
            yield WatchRunResponse(event=event)
        if code is not None:
            await context.abort(code, "told to")

    async def upload_document(
        self, requests: AsyncIterator[UploadDocumentRequest], context: _Context
    ) -> UploadDocumentResponse:
        self.uploading += 1
        self.most_uploading = max(self.most_uploading, self.uploading)
        header = (await anext(aiter(requests))).header
        self.chunks[header.file_name] = [len(request.chunk) async for request in requests]
        await asyncio.sleep(0.02)
        self.uploading -= 1
        if header.file_name in self.refused:
            self.lost -= 1
            if self.lost >= 0:
                await context.abort(grpc.StatusCode.INTERNAL, "Internal error from Core")
            await context.abort(grpc.StatusCode.RESOURCE_EXHAUSTED, "it is larger than 64 MiB")
        return UploadDocumentResponse(document=Document(file_name=header.file_name, page_count=1))
