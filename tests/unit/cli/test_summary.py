"""What a finished plan says in a few lines."""

from __future__ import annotations

from buildplan.v1.agent_pb2 import AgentStatus, Failure, Usage
from buildplan.v1.conflict_pb2 import DocumentConflict
from buildplan.v1.plan_pb2 import OpenQuestion, Plan, SectionStatus
from buildplan.v1.quality_gate_pb2 import GateBlocker, GateCategory
from buildplan.v1.statement_pb2 import Statement
from cli.summary import section_lines, summary_lines, summary_record


def plan() -> Plan:
    made = Plan(revision=2, citations_checked=9, citations_unverified=1)
    made.metadata.project_name, made.metadata.customer = "Skid", "Acme"
    made.sections.purchasing.materials.add(text="316L")
    made.sections.purchasing.long_lead_items.add(item="gear").statement.text = "gear in 26 weeks"
    done = AgentStatus(agent="pma", state=AgentStatus.STATE_COMPLETE)
    down = AgentStatus(agent="qma", state=AgentStatus.STATE_ERROR, failure=Failure(message="qma does not answer"))
    made.section_statuses.extend(
        [SectionStatus(section="quality_plan", agent=down), SectionStatus(section="purchasing", agent=done)]
    )
    made.open_questions.extend([OpenQuestion(blocking=True), OpenQuestion()])
    made.document_conflicts.extend(
        [
            DocumentConflict(state=DocumentConflict.STATE_TIE),
            DocumentConflict(state=DocumentConflict.STATE_RESOLVED_BY_USER),
        ]
    )
    made.keys_to_project.append(Statement(text="Deliver by April"))
    made.unread.add(file_name="scan.pdf", reason="pages 3-5 are scans")
    made.quality_gate.score, made.quality_gate.blocked, made.quality_gate.threshold = 61.4, True, 85
    return made


def test_lines_are_counted_for_every_section_in_the_protos_order() -> None:
    counts = section_lines(plan())
    assert list(counts)[:2] == ["quality_plan", "purchasing"]
    assert (counts["quality_plan"], counts["purchasing"]) == (0, 2)


def test_people_read_what_was_checked_and_what_is_open() -> None:
    text = "\n".join(summary_lines(plan()))
    for part in (
        "Plan revision 2: Skid for Acme",
        "❌ Quality plan                 0 lines",
        "✅ Purchasing                   2 lines",
        "9 checked, 1 not found on their page",
        "2 between documents, 1 without a winner; 0 between agents",
        "Open questions 2, 1 of them blocking",
        "scan.pdf: pages 3-5 are scans",
        "61 of 100, blocked (needs 85 and no blocker)",
        "- Deliver by April",
        "Quality plan is missing: qma does not answer",
    ):
        assert part in text


def test_the_gate_says_why_it_blocks() -> None:
    blocked = plan()
    blocked.quality_gate.categories.extend(
        [
            GateCategory(title="Strategy", score=3, fixes=["Add notes."]),
            GateCategory(title="Quality plan", score=0, fixes=["Retry qma."]),
            GateCategory(title="Release", score=4),
        ]
    )
    assert [line.strip() for line in summary_lines(blocked) if "of 4" in line] == [
        "- Quality plan 0 of 4: Retry qma.",
        "- Strategy 3 of 4: Add notes.",
    ]
    blocked.quality_gate.blockers.extend(GateBlocker(message=f"blocker {number}") for number in range(7))
    text = "\n".join(summary_lines(blocked))
    assert "of 4" not in text
    assert "- blocker 4\n    - and 2 more in the plan" in text


def test_programs_get_the_same_figures() -> None:
    record = summary_record(plan())
    assert (record["citations_checked"], record["citations_unverified"], record["blocking_questions"]) == (9, 1, 1)
    assert record["failed_sections"] == ["quality_plan"]
    assert record["quality_gate"]["blocked"] is True


def test_what_the_model_used_is_said_only_where_there_was_one() -> None:
    assert "Model use" not in "\n".join(summary_lines(plan()))
    paid = plan()
    paid.usage.CopyFrom(Usage(input_tokens=40_000, cached_input_tokens=30_000, output_tokens=2_000, cost_usd=0.21))
    assert "  Model use      42,000 tokens, 30,000 of them cached: $0.21" in list(summary_lines(paid))
    assert summary_record(paid)["usage"]["cost_usd"] == 0.21
