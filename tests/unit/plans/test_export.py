from __future__ import annotations

import json
import re

import pytest
from google.protobuf.json_format import Parse
from hypothesis import given, settings
from hypothesis import strategies as st

from buildplan.v1.agent_pb2 import Usage
from buildplan.v1.conflict_pb2 import DocumentConflict
from buildplan.v1.document_pb2 import Document, ReadingFinding
from buildplan.v1.plan_pb2 import OpenQuestion, Plan
from services.contract.statements import lines
from services.coordinator.plans import build_plan, to_json, to_markdown
from services.coordinator.plans.export.escape import escape
from tests.unit.plans.job import SOURCES, cite, done, failed, full_patches, inferred, inputs, tie


@pytest.fixture
def plan() -> Plan:
    patches = full_patches()
    del patches["sca"]
    patches["qma"].sections.quality_plan.metrology.append(inferred("CMM", cite("nowhere to be found")))
    question = OpenQuestion(statement=inferred("Which PPAP level?"), ask="customer")
    patches["qma"].open_questions.append(question)
    patches["ema"].sections.engineering_instructions.quality_routing.pop(3)
    scan = Document(name="sessions/s1/documents/scan", file_name="scan.pdf")
    scan.findings.append(ReadingFinding(code="SCANNED_PAGES", message="pages 3-5 are scans", pages=[3, 4, 5]))
    statuses = [*done("qma", "pma", "ema"), failed("sca")]
    built = build_plan(inputs(patches, conflicts=[tie()], statuses=statuses, sources=[*SOURCES, scan]))
    built.revision = 3
    return built


def part(text: str, heading: str) -> str:
    return text.split(f"\n## {heading}\n")[1].split("\n## ", maxsplit=1)[0]


def test_the_header_says_what_plan_this_is_and_what_wrote_it(plan: Plan) -> None:
    head = to_markdown(plan).split("\n## ")[0]
    for wanted in (
        "# Strategic Build Plan: Frame",
        "Acme",
        "3 (run)",
        "2026-12-01",
        "offline 1: fixed rules",
        "BLOCKED",
    ):
        assert wanted in head


def test_the_header_says_what_the_models_used_where_there_were_any(plan: Plan) -> None:
    assert "Model use" not in to_markdown(plan)
    plan.usage.CopyFrom(Usage(input_tokens=40_000, cached_input_tokens=30_000, output_tokens=2_000, cost_usd=0.21))
    head = to_markdown(plan).split("\n## ")[0].replace("\\", "")
    assert "- **Model use:** 40,000 tokens sent (30,000 of them cached) and 2,000 received, $0.21" in head


def test_no_line_of_the_plan_is_left_out(plan: Plan) -> None:
    text = to_markdown(plan)
    for line in lines(plan):
        assert escape(line.statement.text) in text
    for category in plan.quality_gate.categories:
        assert all(escape(each) in text for each in (*category.reasons, *category.fixes))
    for blocker in plan.quality_gate.blockers:
        assert escape(blocker.message) in text
    for source in plan.sources:
        assert f"| {escape(source.file_name)} |" in part(text, "Sources")


def test_lines_cite_their_pages_and_inferred_ones_are_told_apart(plan: Plan) -> None:
    quality = part(to_markdown(plan), "Quality plan")
    assert "- Passivate per ASTM A967 after welding [drawing.pdf p. 1]" in quality
    assert "- Deliver the penetrant test report *(inferred)*" in quality
    assert "- Mill certificates EN 10204 3.1 for all material [order.xlsx, sheet PO]" in to_markdown(plan)


def test_what_a_line_says_besides_is_listed_below_it(plan: Plan) -> None:
    text = to_markdown(plan)
    assert "  - Tolerance: 12.000 +0.018/0 mm" in text
    assert "  - Kind: hold" in text
    assert "  - Lead time days: 42" in text


def test_unverified_quotes_are_marked_and_shown(plan: Plan) -> None:
    assert '[drawing.pdf p. 1] **(unverified: "nowhere to be found")**' in to_markdown(plan)


def test_a_failed_section_says_why(plan: Plan) -> None:
    assert "**Not written:** sca does not answer" in part(to_markdown(plan), "Release plan")
    assert "can be retried" in part(to_markdown(plan), "Execution strategy")


def test_what_could_not_be_read_is_said(plan: Plan) -> None:
    assert "- scan.pdf: pages 3-5 are scans" in part(to_markdown(plan), "What could not be read")


def test_a_tie_shows_both_sides_question_and_assumption(plan: Plan) -> None:
    found = part(to_markdown(plan), "Contradictions between the papers")
    for wanted in ("Thickness of plate", "6 mm", "8 mm", "Is the plate 6 mm or 8 mm thick?", "6 mm as drawn"):
        assert wanted in found
    conflict = tie()
    conflict.state, conflict.winning_value = DocumentConflict.STATE_RESOLVED_BY_USER, "8 mm"
    conflict.resolution_note = "customer's mail"
    chosen = to_markdown(build_plan(inputs(conflicts=[conflict])))
    assert "8 mm, chosen by a user. customer's mail" in chosen


def test_blocking_questions_come_first(plan: Plan) -> None:
    questions = part(to_markdown(plan), "Open questions")
    assert questions.index("### Blocking") < questions.index("6 mm or 8 mm") < questions.index("### Not blocking")
    assert questions.index("### Not blocking") < questions.index("PPAP")


def test_contradictions_between_sections_name_the_agents(plan: Plan) -> None:
    assert "Between: QMA, EMA" in part(to_markdown(plan), "Contradictions between the sections")


def test_an_empty_plan_can_be_shown() -> None:
    text = to_markdown(build_plan(inputs({}, statuses=[], sources=[])))
    assert "Not written" in text
    assert "None found." in text
    assert "Nothing was found for this section" in to_markdown(build_plan(inputs({}, statuses=done())))


HOSTILE = [
    "<script>alert(1)</script>",
    "[click](https://evil.example/x)",
    "![x](http://evil.example)",
    "# Approved",
    "- item",
    "1. item",
    "``` code",
    "a | b",
    "**bold** _it_ ~~no~~",
    "www.evil.example and me@evil.example",
    "line\n\n## Approved by quality\n",
    "\u202egnp.exe",
    "&lt;b&gt;",
    "[x]: http://evil.example",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_text_of_papers_is_data(text: str) -> None:
    patches = full_patches()
    patches["qma"].sections.quality_plan.cleanliness.append(inferred(text, cite(text)))
    patches["pma"].sections.purchasing.long_lead_items[0].item = text
    sources = [Document(name=SOURCES[0].name, file_name=text), *SOURCES[1:]]
    shown = to_markdown(build_plan(inputs(patches, sources=sources)))
    for live in ("<script", "\n## Approved", "http://", "https://", "www.e", "me@", "\u202e", "&lt;b", "``` "):
        assert live not in shown
    assert not re.search(r"(?<!\\)\]\(", shown)
    for line in shown.splitlines():
        assert not line.startswith(("# Approved", "- # ", "- - ", "- 1. ", "[x]:"))


@settings(deadline=None)
@given(st.text())
def test_escaped_text_is_one_line_without_anything_live(text: str) -> None:
    shown = escape(text)
    assert len(shown.splitlines()) <= 1
    assert "<" not in shown
    assert ">" not in shown
    bare = shown.replace("\\\\", "")
    for mark in "`*[]|~$@":
        assert bare.count(mark) == bare.count("\\" + mark)


@settings(deadline=None)
@given(st.from_regex(r"[A-Za-z0-9 ,;:()%±°Ø/\"'é]*", fullmatch=True))
def test_plain_text_stays_readable(text: str) -> None:
    plain = " ".join(text.split())
    if "://" not in plain:
        assert escape(text).replace("\\", "") == plain


def test_json_keeps_the_protos_names_and_comes_back(plan: Plan) -> None:
    text = to_json(plan)
    assert Parse(text, Plan()) == plan
    assert "section_statuses" in json.loads(text)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("12.000 +0.018/0 mm", "12.000 +0.018/0 mm"),
        ("-40 °C", "-40 °C"),
        ("+2 mm", "+2 mm"),
        ("#4 screw", "#4 screw"),
        ("# 4", "\\# 4"),
        ("## x", "\\## x"),
        ("1. x", "1\\. x"),
        ("2)", "2\\)"),
        ("- x", "\\- x"),
        ("---", "\\---"),
        ("===", "\\==="),
        ("rev_B*c _x_", "rev_B\\*c \\_x\\_"),
        ("x < 3 & y", "x &lt; 3 &amp; y"),
    ],
)
def test_only_what_markdown_acts_on_is_escaped(text: str, shown: str) -> None:
    assert escape(text) == shown
