"""PlanService: reading, editing and exporting revisions."""

from __future__ import annotations

import asyncio
import io
import zipfile
from collections.abc import Sequence
from pathlib import Path

import grpc
import pytest
from google.protobuf import json_format

from buildplan.v1.agent_pb2 import AgentStatus
from buildplan.v1.plan_pb2 import Plan, StatementEdit
from buildplan.v1.plan_service_pb2 import (
    ComparePlansRequest,
    EditPlanRequest,
    ExportFormat,
    ExportPlanRequest,
    ExportPlanResponse,
    GetPlanRequest,
    ListPlanRevisionsRequest,
    PlanChange,
    PlanRevision,
)
from buildplan.v1.run_pb2 import Run
from buildplan.v1.run_service_pb2 import ResumeRunRequest, RetryAgentRequest, StartRunRequest
from buildplan.v1.statement_pb2 import Statement
from cli.client import connect
from cli.exporting import SUFFIXES, write_files
from services.contract.statements import lines
from tests.fakes.patches import patch_of
from tests.fakes.specialist import Behaviour, FakeSpecialist
from tests.integration.coordinator.house import House, refused

pytestmark = pytest.mark.asyncio(loop_scope="package")


async def edit(house: House, plan: Plan, *edits: StatementEdit, etag: str | None = None) -> Plan:
    name = plan.name.rpartition("/")[0] + "/latest"
    request = EditPlanRequest(name=name, etag=plan.etag if etag is None else etag, edits=edits)
    return (await house.plans.EditPlan(request)).plan


async def revisions(house: House, session: str) -> list[PlanRevision]:
    return list((await house.plans.ListPlanRevisions(ListPlanRevisionsRequest(parent=session))).revisions)


def cited_line(plan: Plan) -> Statement:
    """A verified line of a section."""
    return next(line.statement for line in lines(plan.sections) if line.statement.verified)


def text_of(plan: Plan, identifier: str) -> str | None:
    return next((line.statement.text for line in lines(plan) if line.statement.id == identifier), None)


async def test_the_latest_revision_and_any_by_its_number(house: House) -> None:
    session = await house.session_with_papers()
    with refused(grpc.StatusCode.NOT_FOUND, "NOT_FOUND"):
        await house.plan(session)
    assert await revisions(house, session) == []
    run = await house.run(session)
    plan = await house.plan(session)
    assert (plan.revision, plan.name, plan.run, plan.reason) == (1, f"{session}/plans/1", run.name, "run")
    assert await house.plan(session, "1") == plan
    again = await house.run(session)
    assert (again.revision, (await house.plan(session)).revision) == (2, 2)
    assert await house.plan(session, "1") == plan
    listed = await revisions(house, session)
    assert [found.revision for found in listed] == [2, 1]
    assert (listed[1].name, listed[1].run, listed[1].reason) == (plan.name, run.name, "run")
    assert (listed[1].score, listed[1].blocked) == (plan.quality_gate.score, plan.quality_gate.blocked)
    assert listed[1].create_time == plan.create_time


async def test_unknown_revisions_are_not_found_and_malformed_names_refused(house: House) -> None:
    session = await house.session_with_papers()
    await house.run(session)
    for revision in ("2", "0", "9" * 30, "first", "1-1"):
        with refused(grpc.StatusCode.NOT_FOUND, "NOT_FOUND"):
            await house.plan(session, revision)
        with refused(grpc.StatusCode.NOT_FOUND):
            await export(house, f"{session}/plans/{revision}", ExportFormat.EXPORT_FORMAT_JSON)
        with refused(grpc.StatusCode.NOT_FOUND):
            edits = [StatementEdit(statement_id="x", text="y")]
            await house.plans.EditPlan(EditPlanRequest(name=f"{session}/plans/{revision}", etag="e", edits=edits))
    for name in ("", session, f"{session}/plans/", f"{session}/plans/-1", f"{session}/plans/²"):
        with refused(grpc.StatusCode.INVALID_ARGUMENT, "INVALID_ARGUMENT"):
            await house.plans.GetPlan(GetPlanRequest(name=name))
    with refused(grpc.StatusCode.NOT_FOUND):
        await revisions(house, "sessions/gone")
    with refused(grpc.StatusCode.INVALID_ARGUMENT):
        await revisions(house, "gone")


async def test_an_edit_makes_a_new_revision_that_is_checked_and_judged_anew(house: House) -> None:
    session = await house.session_with_papers()
    await house.run(session)
    plan = await house.plan(session)
    line = cited_line(plan)
    edited = await edit(house, plan, StatementEdit(statement_id=line.id, text="In our own words"))
    assert (edited.revision, edited.reason, edited.run) == (2, "edit", "")
    assert edited.etag != plan.etag
    assert edited.create_time.ToNanoseconds() > plan.create_time.ToNanoseconds()
    statement = next(found.statement for found in lines(edited) if found.statement.id == line.id)
    assert (statement.text, statement.basis, statement.verified) == (
        "In our own words",
        Statement.BASIS_INFERRED,
        True,
    )
    assert edited.quality_gate.categories
    assert await house.plan(session) == edited
    assert await house.plan(session, "1") == plan
    assert (await revisions(house, session))[0].reason == "edit"


async def test_what_an_edit_takes_out_counts_for_the_gate(house: House) -> None:
    session = await house.session_with_papers()
    await house.run(session)
    plan = await house.plan(session)
    doomed = [StatementEdit(statement_id=line.statement.id, remove=True) for line in lines(plan.sections.quality_plan)]
    edited = await edit(house, plan, *doomed)
    assert not lines(edited.sections.quality_plan)
    before, after = ({each.code for each in gate.quality_gate.blockers} for gate in (plan, edited))
    assert after - before == {"NO_PASSIVATION_DECISION"}
    assert edited.citations_checked < plan.citations_checked


async def test_a_stale_etag_aborts(house: House) -> None:
    session = await house.session_with_papers()
    await house.run(session)
    plan = await house.plan(session)
    change = StatementEdit(statement_id=cited_line(plan).id, text="x")
    await edit(house, plan, change)
    for etag in (plan.etag, "", "nonsense"):
        with refused(grpc.StatusCode.ABORTED, "STALE_ETAG"):
            await edit(house, plan, change, etag=etag)
    assert len(await revisions(house, session)) == 2


async def test_of_edits_at_the_same_time_one_wins(house: House) -> None:
    session = await house.session_with_papers()
    await house.run(session)
    plan = await house.plan(session)
    line = cited_line(plan)
    edits = (edit(house, plan, StatementEdit(statement_id=line.id, text=f"words {n}")) for n in range(5))
    outcomes = await asyncio.gather(*edits, return_exceptions=True)
    assert sum(isinstance(outcome, Plan) for outcome in outcomes) == 1
    codes = {outcome.code() for outcome in outcomes if isinstance(outcome, grpc.aio.AioRpcError)}
    assert codes == {grpc.StatusCode.ABORTED}
    assert len(await revisions(house, session)) == 2


async def test_all_edits_or_none(house: House) -> None:
    session = await house.session_with_papers()
    await house.run(session)
    plan = await house.plan(session)
    good = StatementEdit(statement_id=cited_line(plan).id, text="x")
    cases: dict[str, Sequence[StatementEdit]] = {
        "edits": [],
        "edits[1].statement_id": [good, StatementEdit(statement_id="nobody", text="y")],
        "edits[0].text": [StatementEdit(statement_id=good.statement_id, text=" ")],
        "edits[0]": [StatementEdit(statement_id=good.statement_id)],
    }
    for field, edits in cases.items():
        with refused(grpc.StatusCode.INVALID_ARGUMENT, "INVALID_ARGUMENT", field):
            await edit(house, plan, *edits)
    assert await house.plan(session) == plan


async def export(house: House, name: str, form: ExportFormat.ValueType) -> ExportPlanResponse:
    return await house.plans.ExportPlan(ExportPlanRequest(name=name, format=form))


async def test_exports_hold_the_plan(house: House) -> None:
    session = await house.session_with_papers()
    await house.run(session)
    plan = await house.plan(session)
    for name in (f"{session}/plans/latest", plan.name):
        markdown = await export(house, name, ExportFormat.EXPORT_FORMAT_MARKDOWN)
        assert (markdown.file_name, markdown.media_type) == ("plan-1.md", "text/markdown; charset=utf-8")
        assert "Frame" in markdown.content.decode()
        assert "AWS D1.6" in markdown.content.decode()
        rendered = await export(house, name, ExportFormat.EXPORT_FORMAT_JSON)
        assert (rendered.file_name, rendered.media_type) == ("plan-1.json", "application/json")
        assert json_format.Parse(rendered.content, Plan()) == plan
        for kind, suffix in ((ExportFormat.EXPORT_FORMAT_DOCX, "docx"), (ExportFormat.EXPORT_FORMAT_XLSX, "xlsx")):
            office = await export(house, name, kind)
            assert office.file_name == f"plan-1.{suffix}"
            assert office.media_type.startswith("application/vnd.openxmlformats-officedocument.")
            assert zipfile.is_zipfile(io.BytesIO(office.content))
    for form in (ExportFormat.EXPORT_FORMAT_UNSPECIFIED, 99):
        with refused(grpc.StatusCode.INVALID_ARGUMENT, field="format"):
            await export(house, plan.name, form)  # type: ignore[arg-type]


async def test_the_command_writes_every_form(house: House, tmp_path: Path) -> None:
    session = await house.session_with_papers()
    await house.run(session)
    async with connect(house.address) as client:
        files = await write_files(client, f"{session}/plans/latest", tmp_path, list(SUFFIXES))
    assert [file.name for file in files] == ["plan.md", "plan.json", "plan.docx", "plan.xlsx"]
    assert [zipfile.is_zipfile(file) for file in files] == [False, False, True, True]


async def test_edits_live_on_in_retries_resumes_and_new_runs(house: House) -> None:
    session = await house.session_with_papers()
    run = await house.run(session)
    plan = await house.plan(session)
    line = cited_line(plan)
    removed = next(found.statement.id for found in lines(plan.sections) if found.statement.id != line.id)
    changes = (StatementEdit(statement_id=line.id, text="Our words"), StatementEdit(statement_id=removed, remove=True))
    edited = await edit(house, plan, *changes)
    await house.runs.RetryAgent(RetryAgentRequest(name=run.name, agent="qma"))
    assert (await house.finish(run.name)).state == Run.STATE_SUCCEEDED
    retried = await house.plan(session)
    await house.run(session)
    renewed = await house.plan(session)
    for later, reason in ((retried, "retry qma"), (renewed, "run")):
        assert later.reason == reason
        assert text_of(later, line.id) == "Our words"
        assert text_of(later, removed) is None
        assert list(later.edits) == list(edited.edits)
        assert later.quality_gate == edited.quality_gate


async def test_an_edit_whose_line_has_gone_becomes_a_task_until_the_line_is_back(
    fake_house: House, fakes: dict[str, FakeSpecialist]
) -> None:
    session = await fake_house.session_with_papers()
    run = await fake_house.run(session)
    plan = await fake_house.plan(session)
    line = plan.sections.quality_plan.required_tests[0]
    await edit(fake_house, plan, StatementEdit(statement_id=line.id, text="Our words"))
    for patch, expected in (("other words", ["other words"]), ("", ["Our words"])):
        fakes["qma"].behaviour = Behaviour(patches=(patch_of("qma", patch),))
        await fake_house.runs.RetryAgent(RetryAgentRequest(name=run.name, agent="qma"))
        await fake_house.finish(run.name)
        later = await fake_house.plan(session)
        assert [found.text for found in later.sections.quality_plan.required_tests] == expected
        told = [task.statement.text for task in later.tasks if "no longer exists was dropped" in task.statement.text]
        assert len(told) == (1 if patch else 0)
        assert all('"Our words"' in text and f'"{line.text}"' in text for text in told)


async def test_an_edit_made_while_a_run_is_in_flight_is_not_lost(
    fake_house: House, fakes: dict[str, FakeSpecialist]
) -> None:
    session = await fake_house.session_with_papers()
    await fake_house.run(session)
    plan = await fake_house.plan(session)
    fakes["qma"].seen.called_event.clear()
    fakes["qma"].behaviour = Behaviour(delay=0.3)
    request = StartRunRequest(parent=session, ignore_checkpoints=True)
    started = (await fake_house.runs.StartRun(request)).run
    await asyncio.wait_for(fakes["qma"].seen.called_event.wait(), 5)
    line = plan.sections.purchasing.materials[0]
    await edit(fake_house, plan, StatementEdit(statement_id=line.id, text="Our words"))
    run = await fake_house.finish(started.name)
    later = await fake_house.plan(session, str(run.revision))
    assert later.revision == 3
    assert text_of(later, line.id) == "Our words"


async def test_edits_of_a_finished_section_survive_the_resume_of_another(
    fake_house: House, fakes: dict[str, FakeSpecialist]
) -> None:
    fakes["qma"].behaviour = Behaviour(code=grpc.StatusCode.INVALID_ARGUMENT)
    session = await fake_house.session_with_papers()
    run = await fake_house.run(session)
    assert run.state == Run.STATE_PARTIAL
    plan = await fake_house.plan(session)
    line = plan.sections.purchasing.materials[0]
    await edit(fake_house, plan, StatementEdit(statement_id=line.id, text="Our words"))
    fakes["qma"].behaviour = Behaviour()
    await fake_house.runs.ResumeRun(ResumeRunRequest(name=run.name))
    resumed = await fake_house.finish(run.name)
    assert {status.state for status in resumed.agents} == {AgentStatus.STATE_COMPLETE}
    later = await fake_house.plan(session)
    assert (later.reason, text_of(later, line.id)) == ("resume", "Our words")
    assert later.sections.quality_plan.required_tests


async def test_revisions_are_compared_line_by_line(house: House) -> None:
    session = await house.session_with_papers()
    await house.run(session)
    plan = await house.plan(session)
    first, second = [line.statement.id for line in lines(plan.sections)][:2]
    await edit(
        house, plan, StatementEdit(statement_id=first, text="Ship"), StatementEdit(statement_id=second, remove=True)
    )
    request = ComparePlansRequest(name=f"{session}/plans/latest", base=f"{session}/plans/1")
    found = await house.plans.ComparePlans(request)
    changed = {change.after.id or change.before.id: change for change in found.changes}
    assert (found.base_revision, found.revision) == (1, 2)
    assert (changed[first].kind, changed[first].after.text) == (PlanChange.KIND_CHANGED, "Ship")
    assert "text" in changed[first].fields
    assert changed[second].kind == PlanChange.KIND_REMOVED
    same = await house.plans.ComparePlans(ComparePlansRequest(name=plan.name, base=plan.name))
    assert (len(same.changes), same.unchanged) == (0, len(lines(plan)))


async def test_only_plans_of_one_session_are_compared(house: House) -> None:
    session = await house.session_with_papers()
    await house.run(session)
    other = await house.session()
    with refused(grpc.StatusCode.INVALID_ARGUMENT, field="base"):
        await house.plans.ComparePlans(ComparePlansRequest(name=f"{session}/plans/1", base=f"{other}/plans/1"))
    with refused(grpc.StatusCode.NOT_FOUND):
        await house.plans.ComparePlans(ComparePlansRequest(name=f"{session}/plans/1", base=f"{session}/plans/9"))
