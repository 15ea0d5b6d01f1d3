"""Two coordinators at one session at one moment: nothing is lost, and nothing comes to a deleted one."""

from __future__ import annotations

import asyncio
import threading
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import psycopg
import pytest
from google.protobuf.field_mask_pb2 import FieldMask
from sqlalchemy import Connection

from buildplan.v1.document_pb2 import Document
from buildplan.v1.plan_pb2 import Plan, StatementEdit
from buildplan.v1.session_pb2 import Session, SessionMetadata
from services.contract.statements import lines
from services.coordinator.documents.documents import Documents, Upload
from services.coordinator.estimates import Estimates
from services.coordinator.plans import apply_edits
from services.coordinator.preflight import ContextLimits
from services.coordinator.revisions import Revisions
from services.coordinator.sessions import Limits, Sessions
from services.coordinator.store import Store, documents, plans, runs, sessions
from services.reader.pool import ReaderPool
from services.runtime.errors import Aborted, FailedPrecondition, NotFound
from tests.fakes.sessions import add_session
from tests.fakes.specialist import Behaviour, FakeSpecialist
from tests.integration.coordinator.papers import DRAWING, ORDER, OTHER
from tests.integration.postgres import Postgres
from tests.integration.runs.conftest import POLICY, House, open_house
from tests.integration.store.examples import lease_of, run

SESSION = "sessions/s1"
Work = Callable[[Connection], object]


@dataclass
class Shared:
    """One coordinator's services, a session with a plan and two papers at odds, and the other one's store."""

    house: House
    other: Store
    url: str
    sessions: Sessions
    documents: Documents
    revisions: Revisions

    async def meanwhile(self, work: Work, call: Awaitable[object]) -> object:
        """What becomes of a call that comes while the other one, in the middle of its transaction, does `work`."""
        reached, go = threading.Event(), threading.Event()

        def unit(tx: Connection) -> None:
            sessions.lock(tx, "s1")
            reached.set()
            assert go.wait(10)
            work(tx)

        holding = asyncio.ensure_future(self.other.write(unit))
        await asyncio.to_thread(reached.wait, 10)
        calling = asyncio.ensure_future(call)
        try:
            await asyncio.to_thread(wait_for_a_lock, self.url)
        finally:
            go.set()
            await holding
        return (await asyncio.gather(calling, return_exceptions=True))[0]


def wait_for_a_lock(url: str) -> None:
    """Until somebody waits for what somebody else holds."""
    waiting = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
    with psycopg.connect(url, autocommit=True) as connection:
        for _ in range(1000):
            [count] = connection.execute(waiting).fetchone() or (0,)
            if count:
                return
            connection.execute("SELECT pg_sleep(0.01)")
    raise AssertionError("nobody waits: the call did not look whether others are at the session")


@pytest.fixture
async def shared(postgres: Postgres, fakes: dict[str, FakeSpecialist], tmp_path: Path) -> AsyncIterator[Shared]:
    url = postgres.create_database(uuid.uuid4().hex)
    async with AsyncExitStack() as stack:
        house = await stack.enter_async_context(open_house(url, fakes, POLICY))
        reader = await stack.enter_async_context(ReaderPool())
        other = await Store.open(url)
        stack.push_async_callback(other.close)
        await add_session(house.store)
        made = Shared(
            house,
            other,
            url,
            Sessions(house.store, Limits(ContextLimits()), Estimates(house.store, house.specialists), house.now),
            Documents(house.store, reader, tmp_path, 10_000, house.now),
            Revisions(house.store, house.now),
        )
        await house.finished()
        for name, content in (("drawing.md", DRAWING), ("order.md", ORDER)):
            await made.documents.upload(Upload(SESSION, name), chunks(content))
        assert await made.sessions.conflicts(SESSION)  # stored: whoever reads them next need not
        yield made


async def chunks(content: bytes) -> AsyncIterator[bytes]:
    yield content


async def update_session(shared: Shared) -> object:
    wanted = Session(name=SESSION, metadata=SessionMetadata(notes="of the second"))
    return await shared.sessions.update(wanted, FieldMask(paths=["metadata.notes"]))


async def edit_plan(shared: Shared) -> object:
    plan = await shared.revisions.get(f"{SESSION}/plans/latest")
    return await shared.revisions.edit(plan.name, plan.etag, [edit_of(plan, 0, "of the second")])


def edit_of(plan: Plan, place: int, text: str) -> StatementEdit:
    return StatementEdit(statement_id=lines(plan.sections)[place].statement.id, text=text)


async def correct_document(shared: Shared) -> object:
    [drawing] = [found for found in await shared.documents.list_(SESSION) if found.file_name == "drawing.md"]
    wanted = Document(name=drawing.name, revision="of the second")
    return await shared.documents.update(wanted, ["revision"])


async def upload_document(shared: Shared) -> object:
    return await shared.documents.upload(Upload(SESSION, "notes.md"), chunks(OTHER))


async def resolve_conflict(shared: Shared) -> object:
    conflict = (await shared.sessions.conflicts(SESSION))[0]
    return await shared.sessions.resolve(conflict.name, conflict.sides[0].fact.value, "")


async def validate(shared: Shared) -> object:
    return await shared.sessions.validate(SESSION)


async def start_run(shared: Shared) -> object:
    return await shared.house.start()


async def retry_agent(shared: Shared) -> object:
    [ended] = await shared.house.runs.records.list_(SESSION)
    return await shared.house.runs.retry_agent(ended.name, "qma")


async def delete(shared: Shared) -> None:
    await shared.sessions.delete(SESSION)


async def delete_by_retention(shared: Shared) -> None:
    await shared.sessions.delete(SESSION, timedelta(0))


CHANGES = [
    update_session,
    edit_plan,
    correct_document,
    upload_document,
    resolve_conflict,
    validate,
    start_run,
    retry_agent,
    delete,
]


@pytest.mark.parametrize("change", CHANGES)
async def test_what_comes_while_the_session_is_deleted_finds_none(
    shared: Shared, change: Callable[[Shared], Awaitable[object]]
) -> None:
    outcome = await shared.meanwhile(lambda tx: sessions.delete(tx, "s1"), change(shared))
    assert isinstance(outcome, NotFound)


async def test_two_who_change_different_fields_of_a_session_both_do(shared: Shared) -> None:
    def other(tx: Connection) -> None:
        found = sessions.get(tx, "s1")
        found.metadata.family = "of the first"
        sessions.update(tx, found, shared.house.now())

    await shared.meanwhile(other, update_session(shared))
    metadata = (await shared.sessions.get(SESSION)).metadata
    assert (metadata.family, metadata.notes) == ("of the first", "of the second")


async def test_two_who_correct_different_fields_of_a_document_both_do(shared: Shared) -> None:
    def other(tx: Connection) -> None:
        [drawing] = [found for found in documents.list_(tx, "s1") if found.file_name == "drawing.md"]
        drawing.number = "of the first"
        documents.update(tx, drawing)

    await shared.meanwhile(other, correct_document(shared))
    [drawing] = [found for found in await shared.documents.list_(SESSION) if found.file_name == "drawing.md"]
    assert (drawing.number, drawing.revision) == ("of the first", "of the second")


async def test_of_two_edits_of_one_revision_the_second_is_refused(shared: Shared) -> None:
    plan = await shared.revisions.get(f"{SESSION}/plans/latest")
    edited = apply_edits(plan, [edit_of(plan, 1, "of the first")], {})
    outcome = await shared.meanwhile(lambda tx: plans.insert(tx, "s1", edited), edit_plan(shared))
    assert isinstance(outcome, Aborted)
    assert len(await shared.revisions.list_(SESSION)) == 2


async def test_an_edit_that_comes_while_a_run_ends_is_in_the_runs_plan(shared: Shared) -> None:
    plan = await shared.revisions.get(f"{SESSION}/plans/latest")
    edited = apply_edits(plan, [edit_of(plan, 1, "of the first")], {})
    shared.house.fakes["qma"].behaviour = Behaviour(delay=0.5)
    started = await shared.house.start(ignore_checkpoints=True)
    await shared.meanwhile(lambda tx: plans.insert(tx, "s1", edited), shared.house.events(started.name))
    newest = await shared.revisions.get(f"{SESSION}/plans/latest")
    assert (newest.revision, newest.reason) == (3, "run")
    assert "of the first" in {line.statement.text for line in lines(newest.sections)}


@pytest.mark.parametrize("way", [delete, delete_by_retention])
async def test_a_session_in_which_a_run_begins_is_not_deleted(
    shared: Shared, way: Callable[[Shared], Awaitable[object]]
) -> None:
    outcome = await shared.meanwhile(
        lambda tx: runs.insert(tx, run("begins"), "parameters", lease_of("me")), way(shared)
    )
    assert isinstance(outcome, FailedPrecondition)
    assert outcome.reason == "RUN_IN_FLIGHT"


async def test_a_session_that_is_touched_meanwhile_is_not_too_old_any_more(shared: Shared) -> None:
    def touch(tx: Connection) -> None:
        sessions.touch(tx, "s1", shared.house.now() + timedelta(hours=1))

    outcome = await shared.meanwhile(touch, delete_by_retention(shared))
    assert isinstance(outcome, FailedPrecondition)
    assert outcome.reason == "IN_USE"
