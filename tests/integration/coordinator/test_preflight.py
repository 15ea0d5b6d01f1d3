"""SessionService: preflight and the conflicts between papers."""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import AsyncExitStack, closing
from pathlib import Path

import grpc
import pytest

from buildplan.v1.conflict_pb2 import DocumentConflict
from buildplan.v1.document_service_pb2 import DeleteDocumentRequest, ListDocumentsRequest
from buildplan.v1.session_pb2 import Finding, ValidationResult
from buildplan.v1.session_service_pb2 import ListConflictsRequest, ResolveConflictRequest, ValidateSessionRequest
from tests.fakes.process import AGENTS
from tests.fakes.specialist import FakeSpecialist
from tests.integration.coordinator.house import House, open_house, refused
from tests.integration.coordinator.papers import OTHER

pytestmark = pytest.mark.asyncio(loop_scope="package")


async def preflight(house: House, session: str) -> ValidationResult:
    return (await house.sessions.ValidateSession(ValidateSessionRequest(name=session))).result


async def conflicts(house: House, session: str) -> list[DocumentConflict]:
    return list((await house.sessions.ListConflicts(ListConflictsRequest(parent=session))).conflicts)


async def resolve(house: House, name: str, value: str, note: str = "as agreed") -> DocumentConflict:
    request = ResolveConflictRequest(name=name, value=value, note=note)
    return (await house.sessions.ResolveConflict(request)).conflict


def stored_digests(house: House, session: str) -> list[str]:
    with closing(sqlite3.connect(house.folder / "store.db")) as database:
        query = "select input_digest from validation_results where session_id = ? order by create_us"
        return [digest for (digest,) in database.execute(query, (session.removeprefix("sessions/"),))]


async def test_preflight_of_an_empty_session_says_what_is_missing(house: House) -> None:
    session = await house.session(project_name="", customer="")
    result = await preflight(house, session)
    errors = [found.code for found in result.findings if found.severity == Finding.SEVERITY_ERROR]
    assert errors == ["PROJECT_NAME_MISSING", "CUSTOMER_MISSING", "NO_FILES"]
    assert [found.severity for found in result.findings] == sorted(
        (found.severity for found in result.findings), reverse=True
    )
    assert not result.ready
    assert not any(item.done for item in result.checklist if item.required)
    assert result.completeness == sum(part.points for part in result.parts)
    assert all(part.suggestion for part in result.parts if part.points < part.maximum)


async def test_every_result_is_stored_with_the_digest_of_its_input(house: House) -> None:
    session = await house.session_with_papers()
    first, second = await preflight(house, session), await preflight(house, session)
    assert first.input_digest == second.input_digest
    assert first.name != second.name
    assert first.ready
    await house.upload(session, "notes.md", OTHER)
    third = await preflight(house, session)
    assert third.input_digest != first.input_digest
    assert third.completeness >= first.completeness
    assert stored_digests(house, session) == [found.input_digest for found in (first, second, third)]


async def test_preflight_asks_free_specialists_once_who_they_are_and_nothing_else(tmp_path: Path) -> None:
    async with AsyncExitStack() as stack:
        fakes = [await stack.enter_async_context(FakeSpecialist(agent)) for agent in AGENTS]
        house = await stack.enter_async_context(open_house(tmp_path, {fake.agent: fake.address for fake in fakes}))
        session = await house.session_with_papers()
        for result in await asyncio.gather(*(preflight(house, session) for _ in range(20))):
            assert not result.estimates
        assert not (await preflight(house, session)).estimates
    seen = [(fake.seen.describes, fake.seen.estimates, fake.seen.proposes) for fake in fakes]
    assert seen == [(1, 0, 0)] * len(fakes)


async def test_a_tie_is_a_question_until_a_user_chooses(house: House) -> None:
    session = await house.session_with_papers()
    (tie,) = await conflicts(house, session)
    assert (tie.state, tie.winning_value) == (DocumentConflict.STATE_TIE, "")
    assert tie.question
    assert tie.working_assumption
    await house.run(session)
    assert tie.question in [question.statement.text for question in (await house.plan(session)).open_questions]
    value = tie.sides[1].fact.value
    chosen = await resolve(house, tie.name, value)
    assert (chosen.name, chosen.state) == (tie.name, DocumentConflict.STATE_RESOLVED_BY_USER)
    assert (chosen.winning_value, chosen.resolution_note, chosen.question) == (value, "as agreed", "")
    assert await conflicts(house, session) == [chosen]
    run = await house.run(session)
    plan = await house.plan(session, str(run.revision))
    assert tie.question not in [question.statement.text for question in plan.open_questions]
    assert plan.document_conflicts[0].winning_value == value


async def test_a_choice_survives_other_uploads_and_can_be_replaced(house: House) -> None:
    session = await house.session_with_papers()
    (tie,) = await conflicts(house, session)
    first, second = (side.fact.value for side in tie.sides)
    chosen = await resolve(house, tie.name, first)
    digest = (await preflight(house, session)).input_digest
    await house.upload(session, "notes.md", OTHER)
    assert await conflicts(house, session) == [chosen]
    listed = (await house.documents.ListDocuments(ListDocumentsRequest(parent=session))).documents
    await house.documents.DeleteDocument(DeleteDocumentRequest(name=listed[-1].name))
    assert await conflicts(house, session) == [chosen]
    assert (await preflight(house, session)).input_digest == digest
    assert (await resolve(house, tie.name, first)) == chosen
    assert (await resolve(house, tie.name, second, "the buyer wrote")).winning_value == second
    assert (await preflight(house, session)).input_digest != digest


async def test_a_choice_is_not_lost_to_readings_at_the_same_time(house: House) -> None:
    session = await house.session_with_papers()
    (tie,) = await conflicts(house, session)
    await house.upload(session, "notes.md", OTHER)
    value = tie.sides[0].fact.value
    readings = [preflight(house, session) for _ in range(6)]
    await asyncio.gather(*readings[:3], resolve(house, tie.name, value), *readings[3:])
    (found,) = await conflicts(house, session)
    assert (found.state, found.winning_value) == (DocumentConflict.STATE_RESOLVED_BY_USER, value)


async def test_a_value_that_no_side_has_is_refused(house: House) -> None:
    session = await house.session_with_papers()
    (tie,) = await conflicts(house, session)
    for value in ("", "mirror polish"):
        with refused(grpc.StatusCode.INVALID_ARGUMENT, field="value"):
            await resolve(house, tie.name, value)
    assert await conflicts(house, session) == [tie]


async def test_ties_come_first(house: House) -> None:
    session = await house.session_with_papers()
    await house.upload(session, "spec.md", b"# Customer specification NB-118\n\nBase plate thickness 8 mm.\n", kind=6)
    states = [conflict.state for conflict in await conflicts(house, session)]
    assert states == [DocumentConflict.STATE_TIE, DocumentConflict.STATE_RESOLVED_BY_PRECEDENCE]


async def test_unknown_conflicts_are_not_found_and_malformed_names_refused(house: House) -> None:
    session = await house.session_with_papers()
    for name in (f"{session}/conflicts/none", "sessions/gone/conflicts/c"):
        with refused(grpc.StatusCode.NOT_FOUND, "NOT_FOUND"):
            await resolve(house, name, "x")
    for name in ("", session, f"{session}/documents/d"):
        with refused(grpc.StatusCode.INVALID_ARGUMENT, "INVALID_ARGUMENT"):
            await resolve(house, name, "x")
    with refused(grpc.StatusCode.NOT_FOUND):
        await conflicts(house, "sessions/gone")
    with refused(grpc.StatusCode.INVALID_ARGUMENT):
        await conflicts(house, "gone")
