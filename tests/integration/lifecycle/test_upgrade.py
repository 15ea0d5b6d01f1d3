"""A database that the first release made is opened, read, gone on with and exported by the code of today."""

from __future__ import annotations

import gzip
import hashlib
import uuid
from pathlib import Path

import pytest

from buildplan.v1.conflict_pb2 import DocumentConflict
from buildplan.v1.document_service_pb2 import DownloadDocumentRequest, GetPageRequest, ListDocumentsRequest
from buildplan.v1.plan_service_pb2 import ExportFormat, ExportPlanRequest
from buildplan.v1.run_pb2 import Run
from buildplan.v1.run_service_pb2 import (
    ListCheckpointsRequest,
    ListRunsRequest,
    ResumeRunRequest,
    StartRunRequest,
    WatchRunRequest,
)
from buildplan.v1.session_pb2 import Session
from buildplan.v1.session_service_pb2 import (
    CreateSessionRequest,
    DeleteSessionRequest,
    ListConflictsRequest,
    ListSessionsRequest,
)
from services.contract.statements import lines
from tests.integration.coordinator.house import House, offline_specialists, open_house
from tests.integration.lifecycle.conftest import postgres_tool
from tests.integration.postgres import Postgres

FIRST = Path(__file__).parent / "first_release"
EDIT = "Edited by the planner"


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of a database that the first release made."""
    if request.param == "sqlite":
        (tmp_path / "store.db").write_bytes(gzip.decompress((FIRST / "store.db.gz").read_bytes()))
        return f"sqlite:///{tmp_path / 'store.db'}"
    server: Postgres = request.getfixturevalue("postgres")
    url = server.create_database(uuid.uuid4().hex)
    postgres_tool("psql", "--quiet", url, stdin=gzip.decompress((FIRST / "store.sql.gz").read_bytes()))
    return url


async def test_work_of_the_first_release_goes_on(database: str, tmp_path: Path) -> None:
    async with (
        offline_specialists() as specialists,
        open_house(tmp_path, specialists, database=database) as house,
    ):
        empty, session = await both_sessions(house)
        await papers_are_there(house, session.name)
        run = await run_is_there(house, session.name)
        assert any(line.statement.text == EDIT for line in lines(await house.plan(session.name)))
        assert not any(line.statement.text == EDIT for line in lines(await house.plan(session.name, "1")))

        await house.runs.ResumeRun(ResumeRunRequest(name=run.name))
        assert (await house.finish(run.name)).state == Run.STATE_SUCCEEDED
        plan = await house.plan(session.name)
        assert plan.revision == 3
        assert plan.sections.HasField("release_plan")
        assert any(line.statement.text == EDIT for line in lines(plan))
        await exports_hold(house, session.name, EDIT)
        for name in (session.name, empty.name):
            await house.sessions.DeleteSession(DeleteSessionRequest(name=name))


async def both_sessions(house: House) -> tuple[Session, Session]:
    listed = (await house.sessions.ListSessions(ListSessionsRequest())).sessions
    empty, full = sorted(listed, key=lambda found: found.document_count)
    again = await house.sessions.CreateSession(CreateSessionRequest(request_id="order-1"))
    assert again.session.name == empty.name
    assert (full.document_count, full.latest_revision) == (2, 2)
    found = await house.sessions.ListSessions(ListSessionsRequest(query="frame"))
    assert [session.name for session in found.sessions] == [full.name]
    return empty, full


async def papers_are_there(house: House, session: str) -> None:
    for document in (await house.documents.ListDocuments(ListDocumentsRequest(parent=session))).documents:
        page = await house.documents.GetPage(GetPageRequest(document=document.name, number=1))
        assert page.page.passages
        stream = house.documents.DownloadDocument(DownloadDocumentRequest(name=document.name))
        content = b"".join([answer.chunk async for answer in stream])
        assert hashlib.sha256(content).hexdigest() == document.sha256
    conflicts = (await house.sessions.ListConflicts(ListConflictsRequest(parent=session))).conflicts
    chosen = [found for found in conflicts if found.state == DocumentConflict.STATE_RESOLVED_BY_USER]
    assert [found.resolution_note for found in chosen] == ["chosen"]


async def run_is_there(house: House, session: str) -> Run:
    [run] = (await house.runs.ListRuns(ListRunsRequest(parent=session))).runs
    assert (run.state, run.request_id) == (Run.STATE_PARTIAL, "kick-off")
    started = await house.runs.StartRun(StartRunRequest(parent=session, request_id="kick-off"))
    assert started.run.name == run.name
    stream = house.runs.WatchRun(WatchRunRequest(name=run.name), timeout=10)
    assert [answer.event.sequence async for answer in stream] == [*range(1, run.last_sequence + 1)]
    kept = (await house.runs.ListCheckpoints(ListCheckpointsRequest(parent=run.name))).checkpoints
    assert {checkpoint.agent for checkpoint in kept} == {"qma", "pma", "ema"}
    return run


async def exports_hold(house: House, session: str, text: str) -> None:
    for form in (ExportFormat.EXPORT_FORMAT_MARKDOWN, ExportFormat.EXPORT_FORMAT_JSON):
        request = ExportPlanRequest(name=f"{session}/plans/latest", format=form)
        assert text in (await house.plans.ExportPlan(request)).content.decode()
