"""SessionService: sessions themselves."""

from __future__ import annotations

import asyncio

import grpc
import pytest
from google.protobuf.field_mask_pb2 import FieldMask

from buildplan.v1.plan_pb2 import StatementEdit
from buildplan.v1.plan_service_pb2 import EditPlanRequest
from buildplan.v1.run_pb2 import Run
from buildplan.v1.run_service_pb2 import CancelRunRequest, GetRunRequest, StartRunRequest
from buildplan.v1.session_pb2 import Session, SessionMetadata, WorkCalendar
from buildplan.v1.session_service_pb2 import (
    CreateSessionRequest,
    DeleteSessionRequest,
    GetSessionRequest,
    ListSessionsRequest,
    UpdateSessionRequest,
    ValidateSessionRequest,
)
from tests.fakes.specialist import Behaviour, FakeSpecialist
from tests.integration.coordinator.house import House, refused
from tests.integration.coordinator.papers import OTHER

pytestmark = pytest.mark.asyncio(loop_scope="package")
GONE = "sessions/gone"


def create(request_id: str = "", **metadata: str) -> CreateSessionRequest:
    return CreateSessionRequest(metadata=SessionMetadata(**metadata), request_id=request_id)  # type: ignore[arg-type]


def update(name: str, *paths: str, **metadata: object) -> UpdateSessionRequest:
    session = Session(name=name, metadata=SessionMetadata(**metadata))  # type: ignore[arg-type]
    return UpdateSessionRequest(session=session, update_mask=FieldMask(paths=paths))


async def test_a_new_session_says_what_it_was_given_and_when(house: House) -> None:
    made = (await house.sessions.CreateSession(create(project_name="Skid"))).session
    assert made.metadata.project_name == "Skid"
    assert made.create_time == made.update_time
    assert (made.document_count, made.latest_run, made.latest_revision) == (0, "", 0)
    assert (await house.sessions.GetSession(GetSessionRequest(name=made.name))).session == made


async def test_the_same_request_makes_one_session_even_at_once(house: House) -> None:
    answers = await asyncio.gather(*(house.sessions.CreateSession(create("once", notes=str(n))) for n in range(8)))
    assert len({answer.session.name for answer in answers}) == 1
    assert len({answer.session.metadata.notes for answer in answers}) == 1
    one, other = [(await house.sessions.CreateSession(create())).session.name for _ in range(2)]
    assert one != other


@pytest.mark.parametrize(
    ("metadata", "field"),
    [
        (SessionMetadata(project_name="x" * 201), "metadata.project_name"),
        (SessionMetadata(calendar=WorkCalendar(working_weekdays=[8])), "metadata.calendar.working_weekdays"),
        (SessionMetadata(calendar=WorkCalendar(holidays=["tomorrow"])), "metadata.calendar.holidays"),
        (SessionMetadata(calendar=WorkCalendar(country="XX")), "metadata.calendar.country"),
    ],
)
async def test_bad_metadata_is_refused_by_create_and_update(
    house: House, metadata: SessionMetadata, field: str
) -> None:
    with refused(grpc.StatusCode.INVALID_ARGUMENT, "INVALID_ARGUMENT", field):
        await house.sessions.CreateSession(CreateSessionRequest(metadata=metadata))
    name = await house.session()
    with refused(grpc.StatusCode.INVALID_ARGUMENT, field=field):
        await house.sessions.UpdateSession(UpdateSessionRequest(session=Session(name=name, metadata=metadata)))
    with refused(grpc.StatusCode.INVALID_ARGUMENT, field="request_id"):
        await house.sessions.CreateSession(create("x" * 1000))


async def test_a_mask_changes_what_it_names_and_nothing_else(house: House) -> None:
    name = await house.session(family="Frames")
    changed = (await house.sessions.UpdateSession(update(name, "metadata.customer", customer="Beta"))).session
    assert (changed.metadata.customer, changed.metadata.project_name, changed.metadata.family) == (
        "Beta",
        "Frame",
        "Frames",
    )
    assert changed.update_time.ToNanoseconds() > changed.create_time.ToNanoseconds()
    cleared = (await house.sessions.UpdateSession(update(name, "metadata.family"))).session
    assert cleared.metadata.family == ""
    days = WorkCalendar(working_weekdays=[1, 2], holidays=["2026-12-24"])
    await house.sessions.UpdateSession(update(name, "metadata.calendar", calendar=days))
    days = WorkCalendar(working_weekdays=[3])
    again = await house.sessions.UpdateSession(update(name, "metadata.calendar.working_weekdays", calendar=days))
    assert list(again.session.metadata.calendar.working_weekdays) == [3]
    assert list(again.session.metadata.calendar.holidays) == ["2026-12-24"]


async def test_an_empty_mask_takes_the_whole_metadata(house: House) -> None:
    name = await house.session(family="Frames")
    changed = (await house.sessions.UpdateSession(update(name, project_name="New"))).session
    assert changed.metadata == SessionMetadata(project_name="New")


async def test_a_vector_store_can_be_named_and_leaves_the_metadata_alone(house: House) -> None:
    name = await house.session()
    wanted = Session(name=name, vector_store_id="vs_1")
    request = UpdateSessionRequest(session=wanted, update_mask=FieldMask(paths=["vector_store_id"]))
    changed = (await house.sessions.UpdateSession(request)).session
    assert (changed.vector_store_id, changed.metadata.customer) == ("vs_1", "Acme")


@pytest.mark.parametrize("path", ["name", "latest_run", "metadata.nothing", "", "metadata.customer.x", "create_time"])
async def test_other_paths_are_refused(house: House, path: str) -> None:
    name = await house.session()
    with refused(grpc.StatusCode.INVALID_ARGUMENT, field="update_mask"):
        await house.sessions.UpdateSession(update(name, path))


async def test_pages_hold_every_session_once_the_newest_first(house: House) -> None:
    made = [await house.session() for _ in range(5)]
    names, token = list[str](), ""
    while True:
        answer = await house.sessions.ListSessions(ListSessionsRequest(page_size=2, page_token=token))
        assert len(answer.sessions) <= 2
        names += [session.name for session in answer.sessions]
        token = answer.next_page_token
        if not token:
            break
    assert names[:5] == made[::-1]
    assert len(set(names)) == len(names)
    assert [found.name for found in (await house.sessions.ListSessions(ListSessionsRequest())).sessions][:5] == made[
        ::-1
    ]


async def test_sessions_are_searched_page_by_page(house: House) -> None:
    made = [await house.session(project_name=f"Searched {number}", customer="O'Neil & Co") for number in range(3)]
    await house.session(project_name="Searched", customer="Other")
    names, token = list[str](), ""
    while len(names) < 3:
        request = ListSessionsRequest(page_size=1, page_token=token, query=" o'neil  SEARCHED ")
        answer = await house.sessions.ListSessions(request)
        names += [session.name for session in answer.sessions]
        token = answer.next_page_token
    assert (names, token) == (made[::-1], "")
    with refused(grpc.StatusCode.INVALID_ARGUMENT, field="query"):
        await house.sessions.ListSessions(ListSessionsRequest(query="x" * 201))


@pytest.mark.parametrize("size", [-1, 1001])
async def test_a_page_size_out_of_bounds_is_refused(house: House, size: int) -> None:
    with refused(grpc.StatusCode.INVALID_ARGUMENT, field="page_size"):
        await house.sessions.ListSessions(ListSessionsRequest(page_size=size))


@pytest.mark.parametrize("token", ["x", "1-", "²-a", "9" * 40 + "-a", "-1-a", "1"])
async def test_a_token_that_nobody_gave_is_refused(house: House, token: str) -> None:
    with refused(grpc.StatusCode.INVALID_ARGUMENT, field="page_token"):
        await house.sessions.ListSessions(ListSessionsRequest(page_token=token))


async def test_unknown_sessions_are_not_found_and_malformed_names_refused(house: House) -> None:
    session = await house.session()
    calls = (
        lambda name: house.sessions.GetSession(GetSessionRequest(name=name)),
        lambda name: house.sessions.UpdateSession(update(name)),
        lambda name: house.sessions.DeleteSession(DeleteSessionRequest(name=name)),
        lambda name: house.sessions.ValidateSession(ValidateSessionRequest(name=name)),
    )
    for call in calls:
        with refused(grpc.StatusCode.NOT_FOUND, "NOT_FOUND") as seen:
            await call(GONE)
        assert seen.value.resource == GONE
        for bad in ("", "sessions/", "sessions/../etc", "x/y", "sessions/A", f"{session}/runs/r", "sessions/a\n"):
            with refused(grpc.StatusCode.INVALID_ARGUMENT, "INVALID_ARGUMENT") as seen:
                await call(bad)
            assert seen.value.fields


async def test_a_deleted_session_takes_everything_with_it(house: House) -> None:
    session = await house.session_with_papers()
    await house.sessions.ValidateSession(ValidateSessionRequest(name=session))
    await house.run(session)
    plan = await house.plan(session)
    edit = StatementEdit(statement_id=plan.keys_to_project[0].id, text="Ship")
    await house.plans.EditPlan(EditPlanRequest(name=f"{session}/plans/latest", etag=plan.etag, edits=[edit]))
    before = house.rows(session)
    assert [table for table, count in before.items() if not count] == ["attempts"]  # nobody asked a model
    await house.sessions.DeleteSession(DeleteSessionRequest(name=session))
    assert not any(house.rows(session).values())
    with refused(grpc.StatusCode.NOT_FOUND):
        await house.sessions.DeleteSession(DeleteSessionRequest(name=session))


async def test_a_session_with_a_run_in_flight_stays(fake_house: House, fakes: dict[str, FakeSpecialist]) -> None:
    fakes["qma"].behaviour = Behaviour(hang=True)
    session = await fake_house.session_with_papers()
    run = (await fake_house.runs.StartRun(StartRunRequest(parent=session))).run
    with refused(grpc.StatusCode.FAILED_PRECONDITION, "RUN_IN_FLIGHT"):
        await fake_house.sessions.DeleteSession(DeleteSessionRequest(name=session))
    await fake_house.runs.CancelRun(CancelRunRequest(name=run.name))
    await fake_house.sessions.DeleteSession(DeleteSessionRequest(name=session))
    with refused(grpc.StatusCode.NOT_FOUND):
        await fake_house.runs.GetRun(GetRunRequest(name=run.name))


async def test_a_run_keeps_what_it_was_given(fake_house: House, fakes: dict[str, FakeSpecialist]) -> None:
    fakes["qma"].seen.called_event.clear()
    fakes["qma"].behaviour = Behaviour(delay=0.2)
    session = await fake_house.session_with_papers()
    run = (await fake_house.runs.StartRun(StartRunRequest(parent=session))).run
    await asyncio.wait_for(fakes["qma"].seen.called_event.wait(), 5)
    await fake_house.sessions.UpdateSession(update(session, "metadata.customer", customer="Beta"))
    await fake_house.upload(session, "notes.md", OTHER)
    assert (await fake_house.finish(run.name)).state == Run.STATE_SUCCEEDED
    plan = await fake_house.plan(session)
    assert plan.metadata.customer == "Acme"
    assert len(plan.sources) == 2
