"""A coordinator on a real socket with its own store, reader and specialists, and what tests ask of it."""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, closing, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import grpc
import pytest
from google.rpc.error_details_pb2 import BadRequest, ErrorInfo, PreconditionFailure, ResourceInfo
from grpc_status import rpc_status

from buildplan.v1 import document_service_pb2 as documents
from buildplan.v1 import plan_service_pb2 as plans
from buildplan.v1 import run_service_pb2 as runs
from buildplan.v1 import session_service_pb2 as sessions
from buildplan.v1 import specialist_service_pb2
from buildplan.v1.audit_service_pb2_grpc import AuditServiceStub
from buildplan.v1.document_pb2 import DocumentKind
from buildplan.v1.document_service_pb2_grpc import DocumentServiceStub
from buildplan.v1.plan_pb2 import Plan
from buildplan.v1.plan_service_pb2_grpc import PlanServiceStub
from buildplan.v1.run_pb2 import Run
from buildplan.v1.run_service_pb2_grpc import RunServiceStub
from buildplan.v1.session_pb2 import SessionMetadata
from buildplan.v1.session_service_pb2_grpc import SessionServiceStub
from buildplan.v1.specialist_service_pb2_grpc import add_SpecialistServiceServicer_to_server
from services.coordinator.runs.policy import RunPolicy
from services.coordinator.settings import CoordinatorSettings
from services.coordinator.wiring import open_coordinator
from services.ema.profile import PROFILE as EMA
from services.pma.profile import PROFILE as PMA
from services.qma.profile import PROFILE as QMA
from services.runtime.channels import open_channel
from services.runtime.errors import ERROR_DOMAIN
from services.runtime.server import RunningServer, Service, start_server
from services.runtime.settings import ServerSettings
from services.sca.profile import PROFILE as SCA
from services.specialist.engine import Engine
from services.specialist.offline.engine import OfflineEngine
from services.specialist.openai.engine import OpenAIEngine
from services.specialist.openai.instructions import read_instructions
from services.specialist.openai.settings import OpenAISettings
from services.specialist.profile import Profile
from services.specialist.servicer import SpecialistServicer
from tests.integration.coordinator.papers import DRAWING, ORDER
from tests.unit.openai.wire import SETTINGS

if TYPE_CHECKING:
    from buildplan.v1.audit_service_pb2_grpc import AuditServiceAsyncStub
    from buildplan.v1.document_service_pb2_grpc import DocumentServiceAsyncStub
    from buildplan.v1.plan_service_pb2_grpc import PlanServiceAsyncStub
    from buildplan.v1.run_service_pb2_grpc import RunServiceAsyncStub
    from buildplan.v1.session_service_pb2_grpc import SessionServiceAsyncStub

PROFILES = (QMA, PMA, SCA, EMA)
POLICY = RunPolicy(deadline=10.0, first_wait=0.05, longest_wait=0.1, jitter=0.01, patience=0.5)
MAX_UPLOAD_BYTES = 3 * 1024 * 1024
CHUNK = 1024 * 1024


@dataclass(frozen=True)
class Refusal:
    """A failed call as its caller sees it."""

    code: grpc.StatusCode
    message: str
    reason: str
    fields: tuple[str, ...]
    violations: tuple[str, ...]
    resource: str


class Refused:
    """Filled when the block that should fail has failed."""

    value: Refusal


@contextmanager
def refused(code: grpc.StatusCode, reason: str = "", field: str = "") -> Iterator[Refused]:
    """The block must fail with this status, its ErrorInfo and, where it is a bad field, that field."""
    seen = Refused()
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        yield seen
    seen.value = _refusal(caught.value)
    assert seen.value.code is code, seen.value
    assert "Traceback" not in seen.value.message
    if reason:
        assert seen.value.reason == reason
    if field:
        assert seen.value.fields == (field,)


def _refusal(error: grpc.aio.AioRpcError) -> Refusal:
    info, bad, unmet, resource = ErrorInfo(), BadRequest(), PreconditionFailure(), ResourceInfo()
    status = rpc_status.from_call(error)  # type: ignore[arg-type]
    assert status is not None, f"{error.code()} without details: {error.details()}"
    for detail in status.details:
        for message in (info, bad, unmet, resource):
            detail.Unpack(message)
    assert info.domain == ERROR_DOMAIN
    fields = tuple(found.field for found in bad.field_violations)
    violations = tuple(found.type for found in unmet.violations)
    return Refusal(error.code(), error.details() or "", info.reason, fields, violations, resource.resource_name)


class House:
    """The services by their stubs, and short cuts to what most tests begin with."""

    def __init__(self, address: str, channel: grpc.aio.Channel, folder: Path) -> None:
        self.address = address
        self.channel = channel
        self.folder = folder
        self.sessions: SessionServiceAsyncStub = SessionServiceStub(channel)
        self.documents: DocumentServiceAsyncStub = DocumentServiceStub(channel)
        self.runs: RunServiceAsyncStub = RunServiceStub(channel)
        self.plans: PlanServiceAsyncStub = PlanServiceStub(channel)
        self.audit: AuditServiceAsyncStub = AuditServiceStub(channel)

    async def session(self, **metadata: str) -> str:
        """The name of a new session."""
        given = SessionMetadata(**{"project_name": "Frame", "customer": "Acme", **metadata})  # type: ignore[arg-type]
        answer = await self.sessions.CreateSession(sessions.CreateSessionRequest(metadata=given))
        return answer.session.name

    async def upload(
        self, session: str, file_name: str, content: bytes, **header: object
    ) -> documents.UploadDocumentResponse:
        """Sends a file in chunks of the largest size."""
        first = documents.UploadHeader(parent=session, file_name=file_name, **header)  # type: ignore[arg-type]
        return await self.documents.UploadDocument(requests(first, content), timeout=20)

    async def session_with_papers(self) -> str:
        """A session with a drawing and an order that disagree on passivation."""
        session = await self.session()
        await self.upload(session, "drawing.md", DRAWING, kind=DocumentKind.DOCUMENT_KIND_DRAWING)
        await self.upload(session, "po.md", ORDER, kind=DocumentKind.DOCUMENT_KIND_PURCHASE_ORDER)
        return session

    async def finish(self, name: str) -> Run:
        """The run after its last event."""
        async for _ in self.runs.WatchRun(runs.WatchRunRequest(name=name), timeout=20):
            pass
        return (await self.runs.GetRun(runs.GetRunRequest(name=name))).run

    async def run(self, session: str, **fields: object) -> Run:
        """A run from its start to its end."""
        request = runs.StartRunRequest(parent=session, **fields)  # type: ignore[arg-type]
        return await self.finish((await self.runs.StartRun(request)).run.name)

    async def plan(self, session: str, revision: str = "latest") -> Plan:
        """A revision of the session's plan."""
        return (await self.plans.GetPlan(plans.GetPlanRequest(name=f"{session}/plans/{revision}"))).plan

    @asynccontextmanager
    async def called_with(self, token: str) -> AsyncIterator[House]:
        """The same house, as whoever has the token."""
        async with open_channel(self.address, bearer=token) as channel:
            yield House(self.address, channel, self.folder)

    def rows(self, session: str) -> dict[str, int]:
        """How many rows each table of the database holds of a session."""
        identifier = session.removeprefix("sessions/")
        with closing(sqlite3.connect(self.folder / "store.db")) as database:
            names = [name for (name,) in database.execute("select name from sqlite_master where type = 'table'")]
            found = {}
            for name in names:
                columns = {column[1] for column in database.execute(f"pragma table_info({name})")}
                key = "session_id" if "session_id" in columns else "id" if name == "sessions" else ""
                if key:
                    counted = database.execute(f"select count(*) from {name} where {key} = ?", (identifier,))  # noqa: S608 - names out of the schema
                    found[name] = counted.fetchone()[0]
        return found

    def temporary_files(self) -> list[Path]:
        """What uploads have left on the disk."""
        uploads = self.folder / "uploads"
        return list(uploads.iterdir()) if uploads.exists() else []


async def requests(header: documents.UploadHeader, content: bytes) -> AsyncIterator[documents.UploadDocumentRequest]:
    """The messages of a whole upload."""
    yield documents.UploadDocumentRequest(header=header)
    for start in range(0, len(content), CHUNK):
        yield documents.UploadDocumentRequest(chunk=content[start : start + CHUNK])


@asynccontextmanager
async def open_house(
    folder: Path,
    specialists: Mapping[str, str],
    policy: RunPolicy = POLICY,
    server_settings: ServerSettings = ServerSettings(),  # noqa: B008 - a frozen value
    **changed: Any,
) -> AsyncIterator[House]:
    """A coordinator in this process, on a free port; `changed` are settings of its own."""
    settings = CoordinatorSettings(
        database=f"sqlite:///{folder / 'store.db'}",
        data=folder,
        specialists=dict(specialists),
        max_upload_bytes=MAX_UPLOAD_BYTES,
        reader_children=1,
    )
    settings = replace(settings, **changed)
    async with open_coordinator(settings, policy) as coordinator:
        server = await start_server(coordinator.services(), server_settings, coordinator.door)
        async with open_channel(server.address) as channel:
            yield House(server.address, channel, folder)
        await server.drain(0, coordinator.runs.drain)


@asynccontextmanager
async def offline_specialists() -> AsyncIterator[dict[str, str]]:
    """Agent to address of the four specialists with the offline engine, in this process."""
    async with _served({profile: OfflineEngine(profile) for profile in PROFILES}) as addresses:
        yield addresses


@asynccontextmanager
async def model_specialists(base_url: str, **settings: object) -> AsyncIterator[dict[str, str]]:
    """The same with the OpenAI engine, whose model is at `base_url`."""
    chosen = replace(SETTINGS, base_url=base_url, **settings)  # type: ignore[arg-type]
    engines = {profile: _model_engine(profile, chosen) for profile in PROFILES}
    async with _served(engines) as addresses:
        yield addresses
    for engine in engines.values():
        await engine.close()


def _model_engine(profile: Profile, settings: OpenAISettings) -> OpenAIEngine:
    assert profile.prompt is not None
    return OpenAIEngine(read_instructions(profile.agent, profile.prompt), settings, profile.compute)


@asynccontextmanager
async def _served(engines: Mapping[Profile, Engine]) -> AsyncIterator[dict[str, str]]:
    servers = {profile.agent: await _serve(profile, engine) for profile, engine in engines.items()}
    yield {agent: server.address for agent, server in servers.items()}
    for server in servers.values():
        await server.drain(0)


async def _serve(profile: Profile, engine: Engine) -> RunningServer:
    servicer = SpecialistServicer(profile, engine)
    name = specialist_service_pb2.DESCRIPTOR.services_by_name["SpecialistService"].full_name
    service = Service(name, lambda server: add_SpecialistServiceServicer_to_server(servicer, server))
    return await start_server([service], ServerSettings())
