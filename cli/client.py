"""The coordinator's services behind one channel."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from buildplan.v1.audit_service_pb2_grpc import AuditServiceStub
from buildplan.v1.document_service_pb2_grpc import DocumentServiceStub
from buildplan.v1.plan_service_pb2_grpc import PlanServiceStub
from buildplan.v1.run_service_pb2_grpc import RunServiceStub
from buildplan.v1.session_service_pb2_grpc import SessionServiceStub
from cli.access import Access
from cli.errors import UsageError
from services.runtime.addresses import BadAddress
from services.runtime.channels import open_channel

if TYPE_CHECKING:
    from buildplan.v1.audit_service_pb2_grpc import AuditServiceAsyncStub
    from buildplan.v1.document_service_pb2_grpc import DocumentServiceAsyncStub
    from buildplan.v1.plan_service_pb2_grpc import PlanServiceAsyncStub
    from buildplan.v1.run_service_pb2_grpc import RunServiceAsyncStub
    from buildplan.v1.session_service_pb2_grpc import SessionServiceAsyncStub

DEFAULT_TARGET = "127.0.0.1:50051"
CALL_SECONDS = 30.0
LONG_CALL_SECONDS = 180.0
UPLOAD_SECONDS = 900.0


@dataclass(frozen=True)
class Client:
    """Stubs of the coordinator at `target`."""

    target: str
    sessions: SessionServiceAsyncStub
    documents: DocumentServiceAsyncStub
    runs: RunServiceAsyncStub
    plans: PlanServiceAsyncStub
    audit: AuditServiceAsyncStub


@asynccontextmanager
async def connect(target: str) -> AsyncIterator[Client]:
    """A client for what `addresses.target` takes; the first call connects. Raises UsageError for anything else."""
    access = Access.of_command()
    try:
        channel = open_channel(target, access.tls, access.token)
    except BadAddress as error:
        raise UsageError(f"the target {error}") from error
    async with channel:
        yield Client(
            target=target,
            sessions=SessionServiceStub(channel),
            documents=DocumentServiceStub(channel),
            runs=RunServiceStub(channel),
            plans=PlanServiceStub(channel),
            audit=AuditServiceStub(channel),
        )
