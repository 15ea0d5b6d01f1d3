"""The coordinator as one caller sees it: its four services, each call with a deadline and the caller's bearer."""

from __future__ import annotations

from collections.abc import Awaitable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Annotated, Protocol, Self, TypeVar

import grpc
from fastapi import Depends, Request

from buildplan.v1.document_service_pb2_grpc import DocumentServiceStub
from buildplan.v1.plan_service_pb2_grpc import PlanServiceStub
from buildplan.v1.run_service_pb2_grpc import RunServiceStub
from buildplan.v1.session_service_pb2_grpc import SessionServiceStub

if TYPE_CHECKING:
    from buildplan.v1.document_service_pb2_grpc import DocumentServiceAsyncStub
    from buildplan.v1.plan_service_pb2_grpc import PlanServiceAsyncStub
    from buildplan.v1.run_service_pb2_grpc import RunServiceAsyncStub
    from buildplan.v1.session_service_pb2_grpc import SessionServiceAsyncStub

CALL_SECONDS = 30.0
LONG_CALL_SECONDS = 180.0
UPLOAD_SECONDS = 900.0

_Metadata = tuple[tuple[str, str], ...]
_Question_contra = TypeVar("_Question_contra", contravariant=True)
_Answer_co = TypeVar("_Answer_co", covariant=True)


class _Method(Protocol[_Question_contra, _Answer_co]):
    def __call__(
        self, request: _Question_contra, /, *, timeout: float, metadata: _Metadata
    ) -> Awaitable[_Answer_co]: ...


@dataclass(frozen=True)
class Coordinator:
    """Stubs on one channel, which connects at the first call and reconnects by itself."""

    sessions: SessionServiceAsyncStub
    documents: DocumentServiceAsyncStub
    runs: RunServiceAsyncStub
    plans: PlanServiceAsyncStub
    bearer: str = ""

    @classmethod
    def on(cls, channel: grpc.aio.Channel) -> Self:
        """The services behind `channel`, called by nobody in particular."""
        return cls(
            sessions=SessionServiceStub(channel),
            documents=DocumentServiceStub(channel),
            runs=RunServiceStub(channel),
            plans=PlanServiceStub(channel),
        )

    def on_behalf_of(self, bearer: str) -> Self:
        """The same services, called with the token `bearer`; an empty one says nothing of the caller."""
        return replace(self, bearer=bearer)

    @property
    def metadata(self) -> _Metadata:
        """What every call of this caller carries."""
        return (("authorization", f"Bearer {self.bearer}"),) if self.bearer else ()

    async def ask(
        self, method: _Method[_Question_contra, _Answer_co], question: _Question_contra, seconds: float = CALL_SECONDS
    ) -> _Answer_co:
        """The answer of one of the stubs' unary methods; raises the call's grpc.aio.AioRpcError."""
        return await method(question, timeout=seconds, metadata=self.metadata)


def _of_request(request: Request) -> Coordinator:
    coordinator: Coordinator = request.app.state.coordinator
    return coordinator.on_behalf_of(request.scope.get("bearer", ""))


Caller = Annotated[Coordinator, Depends(_of_request)]
"""Parameter of a route: the coordinator on behalf of whoever sent the request."""
