"""`buildplan plan` on the samples, as a newcomer runs it."""

from __future__ import annotations

import re
import signal
import time
from pathlib import Path

import pytest

from buildplan.v1.agent_pb2 import AgentStatus
from buildplan.v1.conflict_pb2 import DocumentConflict
from buildplan.v1.fact_pb2 import Topic
from services.contract.ownership import owners
from services.contract.statements import lines
from tests.acceptance.command import JOB, SAMPLES, Started, buildplan, json_lines, left_behind
from tests.acceptance.conftest import Outcome
from tests.fakes.process import specialist_processes

TIE = DocumentConflict.STATE_TIE
RESOLVED = DocumentConflict.STATE_RESOLVED_BY_PRECEDENCE
EXPECTED_CONFLICTS = [
    (Topic.TOPIC_PASSIVATION, TIE, ""),
    (Topic.TOPIC_REVISION, TIE, ""),
    (Topic.TOPIC_TEST_EXTENT, RESOLVED, "100 %"),
    (Topic.TOPIC_DUE_DATE, RESOLVED, "2027-04-30"),
    (Topic.TOPIC_NOTICE_PERIOD, RESOLVED, "5 working days"),
    (Topic.TOPIC_MATERIAL_GRADE, RESOLVED, "316L"),
]
AGENTS = {
    "qma": "QMA (Quality)     - ",
    "pma": "PMA (Purchasing)  - ",
    "sca": "SCA (Schedule)    - ",
    "ema": "EMA (Engineering) - ",
}


@pytest.mark.xdist_group("plan")
class TestSamples:
    def test_ends_well_and_leaves_nothing_running(self, outcome: Outcome) -> None:
        assert outcome.process.returncode == 0, outcome.process.stderr
        assert outcome.left == []
        assert outcome.process.stderr == ""

    def test_every_section_holds_lines_and_every_agent_finished(self, outcome: Outcome) -> None:
        plan = outcome.plan
        filled = {line.path.partition(".")[0] for line in lines(plan.sections)}
        assert filled == set(owners())
        assert [status.agent.state for status in plan.section_statuses] == [AgentStatus.STATE_COMPLETE] * len(owners())

    def test_every_citation_was_checked_and_found(self, outcome: Outcome) -> None:
        plan = outcome.plan
        citations = [citation for line in lines(plan) for citation in line.statement.citations]
        assert plan.citations_checked >= len(lines(plan.sections)) > 100
        assert plan.citations_unverified == 0
        assert [citation.quote for citation in citations if not citation.verified] == []

    @pytest.mark.parametrize(("topic", "state", "winner"), EXPECTED_CONFLICTS)
    def test_the_deliberate_conflicts_are_found(
        self, outcome: Outcome, topic: Topic.ValueType, state: DocumentConflict.State.ValueType, winner: str
    ) -> None:
        found = [(one.topic, one.state, one.winning_value) for one in outcome.plan.document_conflicts]
        assert (topic, state, winner) in found

    def test_nothing_else_is_a_conflict(self, outcome: Outcome) -> None:
        assert len(outcome.plan.document_conflicts) == 7

    def test_ties_block_with_a_question(self, outcome: Outcome) -> None:
        ties = [conflict for conflict in outcome.plan.document_conflicts if conflict.state == TIE]
        assert all(tie.question and tie.working_assumption for tie in ties)
        assert sum(question.blocking for question in outcome.plan.open_questions) >= len(ties)

    def test_the_plan_to_read_says_the_same(self, outcome: Outcome) -> None:
        text = (outcome.folder / "plan.md").read_text()
        words = " ".join(text.replace("\\", "").split())
        texts = [" ".join(line.statement.text.split()) for line in lines(outcome.plan.sections)]
        assert text.startswith("# Strategic Build Plan: BR-2041 Bioreactor Skid Frame")
        assert [missing for missing in texts if missing not in words] == []

    def test_a_pipe_gets_a_plain_line_for_each_change(self, outcome: Outcome) -> None:
        shown = outcome.process.stdout
        assert "\x1b" not in shown
        for label in AGENTS.values():
            assert shown.count(f"⚪ {label}Idle") == 1
            assert shown.count(f"⏳ {label}Running... ") == 1
            assert len(re.findall(rf"✅ {re.escape(label)}Complete in [\d.]+s", shown)) == 1

    def test_the_summary_says_what_the_files_hold(self, outcome: Outcome) -> None:
        plan, shown = outcome.plan, outcome.process.stdout
        assert f"{plan.citations_checked} checked, all found" in shown
        assert "7 between documents, 2 without a winner" in shown
        assert f"Open questions {len(plan.open_questions)}, " in shown
        assert f"Quality gate   {plan.quality_gate.score:.0f} of 100" in shown
        assert f"Wrote {outcome.folder / 'plan.md'}" in shown
        assert f"Wrote {outcome.folder / 'plan.json'}" in shown


def test_json_mode_prints_records_only(tmp_path: Path) -> None:
    process = buildplan("plan", SAMPLES, *JOB, "--out", tmp_path / "out", "--json")
    records = json_lines(process.stdout)
    events = [record["event"] for record in records]
    assert process.returncode == 0
    assert events[0] == "starting"
    assert events[-3:] == ["ended", "summary", "written"]
    assert events.count("uploaded") == 11
    states = {
        record["agent_status"]["agent"]: record["agent_status"]["state"]
        for record in records
        if record["event"] == "agent_status"
    }
    assert states == dict.fromkeys(AGENTS, "STATE_COMPLETE")
    assert [Path(file).exists() for file in records[-1]["files"]] == [True, True]


def test_the_first_status_line_comes_at_once(tmp_path: Path) -> None:
    begun = time.monotonic()
    started = Started("plan", SAMPLES, *JOB, "--out", tmp_path)
    try:
        started.until("Starting 5 services")
        first = time.monotonic() - begun
    finally:
        started.end(signal.SIGINT)
    assert first < 2.5


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 143)])
def test_an_interrupted_run_is_cancelled_and_everything_stopped(
    tmp_path: Path, number: signal.Signals, code: int
) -> None:
    with specialist_processes(["sca"], delay=30) as addresses:
        started = Started("plan", SAMPLES, *JOB, "--out", tmp_path, "--specialist", f"sca={addresses['sca']}")
        started.until("SCA (Schedule)    - Running")
        assert started.end(number) == code
        assert "cancelling the run" in started.errors
        assert left_behind(started.mark) == []


def test_services_end_with_a_command_that_is_killed(tmp_path: Path) -> None:
    with specialist_processes(["sca"], delay=30) as addresses:
        started = Started("plan", SAMPLES, *JOB, "--out", tmp_path, "--specialist", f"sca={addresses['sca']}")
        started.until("SCA (Schedule)    - Running")
        assert len(left_behind(started.mark)) > 4
        assert started.end(signal.SIGKILL) == -signal.SIGKILL
        deadline = time.monotonic() + 10
        while left_behind(started.mark) and time.monotonic() < deadline:
            time.sleep(0.1)
        assert left_behind(started.mark) == []


def test_a_specialist_that_is_down_makes_the_plan_partial(tmp_path: Path) -> None:
    nobody = ("--specialist", "sca=127.0.0.1:9")
    process = buildplan("plan", SAMPLES, *JOB, "--out", tmp_path, *nobody, BUILDPLAN_AGENT_PATIENCE_SECONDS="1")
    assert process.returncode == 3
    assert "❌ SCA (Schedule)    - Error" in process.stdout
    assert "❌ Release plan" in process.stdout
    assert (tmp_path / "plan.md").exists()


def test_a_file_that_cannot_be_read_is_reported_and_the_rest_goes_on(tmp_path: Path) -> None:
    papers = tmp_path / "papers"
    papers.mkdir()
    (papers / "po.txt").write_text("PURCHASE ORDER 4711\n\nMaterial shall be AISI 316L.\n\nDelivery: 2027-03-31.\n")
    (papers / "drawing.pdf").write_bytes(b"%PDF-1.7 this is no PDF")
    process = buildplan("plan", papers, *JOB, "--out", tmp_path / "out")
    assert process.returncode == 0, process.stderr
    assert "❌ drawing.pdf: " in process.stdout
    assert "drawing.pdf" in (tmp_path / "out" / "plan.md").read_text()
