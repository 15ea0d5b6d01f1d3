"""Puts the coordinator together: the store, the reader, the rooms and their servicers."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import grpc

from buildplan.v1 import audit_service_pb2, document_service_pb2, plan_service_pb2, run_service_pb2, session_service_pb2
from buildplan.v1.audit_service_pb2_grpc import add_AuditServiceServicer_to_server
from buildplan.v1.document_service_pb2_grpc import add_DocumentServiceServicer_to_server
from buildplan.v1.plan_service_pb2_grpc import add_PlanServiceServicer_to_server
from buildplan.v1.run_service_pb2_grpc import add_RunServiceServicer_to_server
from buildplan.v1.session_service_pb2_grpc import add_SessionServiceServicer_to_server
from services.coordinator.access.audit import AuditLog
from services.coordinator.access.call_rates import CallRates
from services.coordinator.access.door import CoordinatorDoor
from services.coordinator.access.open_streams import OpenStreams
from services.coordinator.access.ownership import Ownership
from services.coordinator.documents.context import Packed
from services.coordinator.documents.documents import Documents
from services.coordinator.documents.pictures import Pictures
from services.coordinator.documents.spool import discard_abandoned
from services.coordinator.estimates import Estimates
from services.coordinator.preflight import ContextLimits
from services.coordinator.retention import Retention
from services.coordinator.revisions import Revisions
from services.coordinator.runs.policy import RunPolicy
from services.coordinator.runs.runs import Runs, SessionInputs
from services.coordinator.runs.specialists import Specialists
from services.coordinator.servicers.audit import AuditServicer
from services.coordinator.servicers.documents import DocumentServicer
from services.coordinator.servicers.plans import PlanServicer
from services.coordinator.servicers.runs import RunServicer
from services.coordinator.servicers.sessions import SessionServicer
from services.coordinator.sessions import Limits, Sessions
from services.coordinator.settings import CoordinatorSettings
from services.coordinator.store import Store
from services.coordinator.vector_store.keeper import VectorStoreKeeper
from services.coordinator.vector_store.openai_stores import OpenAIVectorStores
from services.reader.pool import ReaderPool
from services.runtime.rates import Rates
from services.runtime.server import Service

UPLOADS = "uploads"


@dataclass(frozen=True)
class Coordinator:
    """The rooms of a running coordinator."""

    sessions: Sessions
    documents: Documents
    pictures: Pictures
    runs: Runs
    revisions: Revisions
    audit: AuditLog
    door: CoordinatorDoor

    def services(self) -> list[Service]:
        """The gRPC services; they are to be served behind the door."""

        def add_sessions(server: grpc.aio.Server) -> None:
            add_SessionServiceServicer_to_server(SessionServicer(self.sessions), server)

        def add_documents(server: grpc.aio.Server) -> None:
            add_DocumentServiceServicer_to_server(DocumentServicer(self.documents, self.pictures), server)

        def add_runs(server: grpc.aio.Server) -> None:
            add_RunServiceServicer_to_server(RunServicer(self.runs), server)

        def add_plans(server: grpc.aio.Server) -> None:
            add_PlanServiceServicer_to_server(PlanServicer(self.revisions), server)

        def add_audit(server: grpc.aio.Server) -> None:
            add_AuditServiceServicer_to_server(AuditServicer(self.audit), server)

        return [
            Service(session_service_pb2.DESCRIPTOR.services_by_name["SessionService"].full_name, add_sessions),
            Service(document_service_pb2.DESCRIPTOR.services_by_name["DocumentService"].full_name, add_documents),
            Service(run_service_pb2.DESCRIPTOR.services_by_name["RunService"].full_name, add_runs),
            Service(plan_service_pb2.DESCRIPTOR.services_by_name["PlanService"].full_name, add_plans),
            Service(audit_service_pb2.DESCRIPTOR.services_by_name["AuditService"].full_name, add_audit),
        ]


@asynccontextmanager
async def open_coordinator(settings: CoordinatorSettings, policy: RunPolicy) -> AsyncIterator[Coordinator]:
    """Opens everything, continues the runs that a dead coordinator left, and closes everything again."""
    store = await Store.open(settings.database)
    try:
        async with ReaderPool(children=settings.reader_children) as reader, AsyncExitStack() as closing:
            specialists = Specialists.connect(settings.specialists, settings.tls)
            try:
                keeper = await closing.enter_async_context(_keeper(settings, store))
                coordinator = _assemble(settings, policy, store, reader, specialists, keeper)
                await asyncio.to_thread(discard_abandoned, settings.data / UPLOADS)
                await coordinator.runs.recover()
                async with _sweeping(settings, store, coordinator):
                    yield coordinator
            finally:
                await specialists.close()
    finally:
        await store.close()


@asynccontextmanager
async def _sweeping(settings: CoordinatorSettings, store: Store, coordinator: Coordinator) -> AsyncIterator[None]:
    """Deletes old sessions meanwhile, where the settings ask for it."""
    if not settings.retention_days:
        yield
        return
    kept = timedelta(days=settings.retention_days)
    retention = Retention(store, coordinator.sessions, coordinator.audit, kept, _utc_now)
    sweeping = asyncio.create_task(retention.keep_sweeping())
    try:
        yield
    finally:
        sweeping.cancel()
        await asyncio.gather(sweeping, return_exceptions=True)


@asynccontextmanager
async def _keeper(settings: CoordinatorSettings, store: Store) -> AsyncIterator[VectorStoreKeeper | None]:
    """The keeper of vector stores, where the settings ask for one."""
    if settings.vector_store is None:
        yield None
        return
    stores = OpenAIVectorStores(settings.vector_store.key, settings.vector_store.base_url)
    keeper = VectorStoreKeeper(store, stores, _utc_now, settings.vector_store.patience)
    try:
        yield keeper
    finally:
        await keeper.close()


def _assemble(
    settings: CoordinatorSettings,
    policy: RunPolicy,
    store: Store,
    reader: ReaderPool,
    specialists: Specialists,
    keeper: VectorStoreKeeper | None,
) -> Coordinator:
    limits = Limits(
        ContextLimits(max_characters=settings.max_context_characters),
        policy.max_cost_usd,
        vector_store_by_hand=settings.identities is None,
    )
    sessions = Sessions(store, limits, Estimates(store, specialists), _utc_now, keeper)
    changed = keeper.changed if keeper else lambda _: None
    documents = Documents(store, reader, settings.data / UPLOADS, settings.max_upload_bytes, _utc_now, changed)

    async def packed(session: str, as_of: date) -> Packed:
        if keeper is not None:
            await keeper.prepare(session)
        return await sessions.packed(session, as_of)

    runs = Runs(store, specialists, policy, SessionInputs(preflight=sessions.validate, packed=packed))
    audit = AuditLog(store, _utc_now)
    rates = CallRates(
        Rates(settings.calls_per_second, settings.call_burst),
        Rates(settings.costly_calls_per_second, settings.costly_call_burst),
    )
    streams = OpenStreams(settings.streams_per_caller)
    uploads = OpenStreams(settings.uploads_per_caller, "uploads")
    door = CoordinatorDoor(settings.identities, rates, streams, uploads, Ownership(store), audit)
    pictures = Pictures(store, reader)
    return Coordinator(sessions, documents, pictures, runs, Revisions(store, _utc_now), audit, door)


def _utc_now() -> datetime:
    return datetime.now(UTC)
