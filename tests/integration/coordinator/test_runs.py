"""RunService over gRPC; what runs do in depth is in tests/integration/runs."""

from __future__ import annotations

import asyncio

import grpc
import pytest

from buildplan.v1.agent_pb2 import AgentStatus
from buildplan.v1.document_pb2 import DocumentKind
from buildplan.v1.document_service_pb2 import DeleteDocumentRequest
from buildplan.v1.plan_service_pb2 import GetDraftRequest
from buildplan.v1.run_pb2 import Run, RunEvent
from buildplan.v1.run_service_pb2 import (
    CancelRunRequest,
    GetRunRequest,
    ListAttemptsRequest,
    ListCheckpointsRequest,
    ListRunsRequest,
    ResumeRunRequest,
    RetryAgentRequest,
    StartRunRequest,
    StartRunResponse,
    WatchRunRequest,
)
from buildplan.v1.session_service_pb2 import GetSessionRequest, ValidateSessionRequest
from tests.fakes.process import AGENTS
from tests.fakes.specialist import Behaviour, FakeSpecialist
from tests.integration.coordinator.house import House, refused
from tests.integration.coordinator.papers import DRAWING, OTHER

pytestmark = pytest.mark.asyncio(loop_scope="package")


async def start(house: House, session: str, **fields: object) -> StartRunResponse:
    return await house.runs.StartRun(StartRunRequest(parent=session, **fields))  # type: ignore[arg-type]


async def events(house: House, name: str, after: int = 0) -> list[RunEvent]:
    call = house.runs.WatchRun(WatchRunRequest(name=name, after_sequence=after), timeout=20)
    return [answer.event async for answer in call]


async def test_a_run_is_accepted_at_once_and_makes_a_plan(house: House) -> None:
    session = await house.session_with_papers()
    accepted = await start(house, session)
    assert accepted.run.state == Run.STATE_PENDING
    assert accepted.validation.ready
    assert accepted.run.input_digest == accepted.validation.input_digest
    assert [status.agent for status in accepted.run.agents] == list(AGENTS)
    run = await house.finish(accepted.run.name)
    assert (run.state, run.revision) == (Run.STATE_SUCCEEDED, 1)
    assert all(status.state == AgentStatus.STATE_COMPLETE for status in run.agents)
    told = (await house.sessions.GetSession(GetSessionRequest(name=session))).session
    assert (told.latest_run, told.latest_revision) == (run.name, 1)
    plan = await house.plan(session)
    assert plan.citations_checked
    assert not plan.citations_unverified


async def test_the_same_request_starts_one_run_even_at_once(house: House) -> None:
    session = await house.session_with_papers()
    answers = await asyncio.gather(*(start(house, session, request_id="r") for _ in range(5)))
    (name,) = {answer.run.name for answer in answers}
    run = await house.finish(name)
    assert (await start(house, session, request_id="r")).run == run
    for other in ({"agents": ["qma"]}, {"ignore_checkpoints": True}):
        with refused(grpc.StatusCode.ALREADY_EXISTS, "REQUEST_ID_TAKEN"):
            await start(house, session, request_id="r", **other)
    with refused(grpc.StatusCode.INVALID_ARGUMENT, field="request_id"):
        await start(house, session, request_id="x" * 1000)
    assert [found.name for found in (await house.runs.ListRuns(ListRunsRequest(parent=session))).runs] == [name]


async def test_a_session_that_is_not_ready_is_refused_with_the_findings(house: House) -> None:
    session = await house.session(customer="")
    with refused(grpc.StatusCode.FAILED_PRECONDITION, "PREFLIGHT_FAILED") as seen:
        await start(house, session)
    assert seen.value.violations == ("CUSTOMER_MISSING", "NO_FILES")
    assert "Customer required" in seen.value.message
    assert house.rows(session)["validation_results"] == 1
    assert house.rows(session)["runs"] == 0


async def test_one_run_of_a_session_at_a_time(fake_house: House, fakes: dict[str, FakeSpecialist]) -> None:
    fakes["qma"].behaviour = Behaviour(hang=True)
    session = await fake_house.session_with_papers()
    run = (await start(fake_house, session)).run
    calls = (
        lambda: start(fake_house, session),
        lambda: fake_house.runs.ResumeRun(ResumeRunRequest(name=run.name)),
        lambda: fake_house.runs.RetryAgent(RetryAgentRequest(name=run.name, agent="qma")),
    )
    for call in calls:
        with refused(grpc.StatusCode.FAILED_PRECONDITION, "RUN_IN_FLIGHT"):
            await call()
    cancelled = (await fake_house.runs.CancelRun(CancelRunRequest(name=run.name))).run
    assert cancelled.state == Run.STATE_CANCELLED
    assert (await fake_house.runs.CancelRun(CancelRunRequest(name=run.name))).run == cancelled
    fakes["qma"].behaviour = Behaviour()
    assert (await fake_house.run(session)).state == Run.STATE_SUCCEEDED
    listed = (await fake_house.runs.ListRuns(ListRunsRequest(parent=session))).runs
    assert [found.state for found in listed] == [Run.STATE_SUCCEEDED, Run.STATE_CANCELLED]


async def test_watchers_replay_and_follow_without_gaps(house: House) -> None:
    session = await house.session_with_papers()
    run = (await start(house, session)).run
    live, replay = await asyncio.gather(events(house, run.name), events(house, run.name))
    assert live == replay == await events(house, run.name)
    assert [event.sequence for event in live] == list(range(1, len(live) + 1))
    assert live[-1].run_state.state == Run.STATE_SUCCEEDED
    assert {event.agent_status.agent for event in live if event.HasField("agent_status")} == set(AGENTS)
    assert await events(house, run.name, after=3) == live[3:]
    assert await events(house, run.name, after=len(live)) == []
    assert await events(house, run.name, after=2**62) == []
    with refused(grpc.StatusCode.INVALID_ARGUMENT, field="after_sequence"):
        await events(house, run.name, after=-1)


async def test_chosen_agents_only(house: House) -> None:
    session = await house.session_with_papers()
    run = await house.run(session, agents=["sca", "qma"])
    assert [status.agent for status in run.agents] == ["qma", "sca"]
    with refused(grpc.StatusCode.INVALID_ARGUMENT, field="agents"):
        await start(house, session, agents=["cfo"])


async def test_resume_runs_what_is_missing_and_refuses_when_nothing_is(
    fake_house: House, fakes: dict[str, FakeSpecialist]
) -> None:
    fakes["sca"].behaviour = Behaviour(code=grpc.StatusCode.INVALID_ARGUMENT)
    session = await fake_house.session_with_papers()
    run = await fake_house.run(session)
    assert run.state == Run.STATE_PARTIAL
    assert run.failure.reason
    calls = {agent: fake.seen.proposes for agent, fake in fakes.items()}
    fakes["sca"].behaviour = Behaviour()
    resumed = (await fake_house.runs.ResumeRun(ResumeRunRequest(name=run.name))).run
    assert resumed.state in (Run.STATE_PENDING, Run.STATE_RUNNING)
    ended = await fake_house.finish(run.name)
    assert (ended.state, ended.revision) == (Run.STATE_SUCCEEDED, 2)
    assert {agent: fake.seen.proposes - calls[agent] for agent, fake in fakes.items()} == {
        "qma": 0,
        "pma": 0,
        "sca": 1,
        "ema": 0,
    }
    with refused(grpc.StatusCode.FAILED_PRECONDITION, "NOTHING_MISSING"):
        await fake_house.runs.ResumeRun(ResumeRunRequest(name=run.name))
    await fake_house.upload(session, "notes.md", OTHER)
    await fake_house.runs.ResumeRun(ResumeRunRequest(name=run.name))
    assert (await fake_house.finish(run.name)).revision == 3


async def test_resume_is_refused_while_preflight_finds_an_error(house: House) -> None:
    session = await house.session()
    stored = await house.upload(session, "drawing.md", DRAWING, kind=DocumentKind.DOCUMENT_KIND_DRAWING)
    run = await house.run(session)
    await house.documents.DeleteDocument(DeleteDocumentRequest(name=stored.document.name))
    with refused(grpc.StatusCode.FAILED_PRECONDITION, "PREFLIGHT_FAILED") as seen:
        await house.runs.ResumeRun(ResumeRunRequest(name=run.name))
    assert seen.value.violations == ("NO_FILES",)


async def test_one_agent_again_whether_or_not_it_has_a_result(house: House) -> None:
    session = await house.session_with_papers()
    run = await house.run(session)
    await house.runs.RetryAgent(RetryAgentRequest(name=run.name, agent="ema"))
    assert (await house.finish(run.name)).revision == 2
    assert (await house.plan(session)).reason == "retry ema"
    with refused(grpc.StatusCode.INVALID_ARGUMENT, field="agent"):
        await house.runs.RetryAgent(RetryAgentRequest(name=run.name, agent="cfo"))
    with refused(grpc.StatusCode.INVALID_ARGUMENT, field="agent"):
        await house.runs.RetryAgent(RetryAgentRequest(name=run.name))


async def test_each_finished_agent_has_a_checkpoint(house: House) -> None:
    session = await house.session_with_papers()
    run = await house.run(session)
    found = (await house.runs.ListCheckpoints(ListCheckpointsRequest(parent=run.name))).checkpoints
    assert {checkpoint.agent for checkpoint in found} == set(AGENTS)
    assert all(checkpoint.name.startswith(f"{run.name}/checkpoints/{checkpoint.agent}-") for checkpoint in found)
    assert all(checkpoint.engine.startswith("offline") and checkpoint.HasField("create_time") for checkpoint in found)
    assert sum(checkpoint.statement_count for checkpoint in found) > 0
    times = [checkpoint.create_time.ToNanoseconds() for checkpoint in found]
    assert times == sorted(times)


async def test_a_draft_is_what_the_plan_says_in_the_same_sections(house: House) -> None:
    session = await house.session_with_papers()
    run = await house.run(session)
    draft = (await house.plans.GetDraft(GetDraftRequest(run=run.name))).plan
    plan = await house.plan(session)
    assert draft.sections == plan.sections
    assert draft.section_statuses == plan.section_statuses
    assert draft.reason == "draft"
    assert not draft.name
    with refused(grpc.StatusCode.NOT_FOUND):
        await house.plans.GetDraft(GetDraftRequest(run=f"{session}/runs/r"))


async def test_unknown_runs_are_not_found_and_malformed_names_refused(house: House) -> None:
    session = await house.session_with_papers()
    calls = (
        lambda name: house.runs.GetRun(GetRunRequest(name=name)),
        lambda name: house.runs.ResumeRun(ResumeRunRequest(name=name)),
        lambda name: house.runs.RetryAgent(RetryAgentRequest(name=name, agent="qma")),
        lambda name: house.runs.CancelRun(CancelRunRequest(name=name)),
        lambda name: house.runs.ListCheckpoints(ListCheckpointsRequest(parent=name)),
        lambda name: house.runs.ListAttempts(ListAttemptsRequest(parent=name)),
        lambda name: events(house, name),
    )
    for call in calls:
        for name in (f"{session}/runs/r", "sessions/gone/runs/r"):
            with refused(grpc.StatusCode.NOT_FOUND, "NOT_FOUND"):
                await call(name)
        for bad in ("", session, f"{session}/runs/", f"{session}/plans/1"):
            with refused(grpc.StatusCode.INVALID_ARGUMENT, "INVALID_ARGUMENT"):
                await call(bad)
    for parent, code in (("sessions/gone", grpc.StatusCode.NOT_FOUND), ("gone", grpc.StatusCode.INVALID_ARGUMENT)):
        with refused(code):
            await start(house, parent)
        with refused(code):
            await house.runs.ListRuns(ListRunsRequest(parent=parent))
        with refused(code):
            await house.sessions.ValidateSession(ValidateSessionRequest(name=parent))
