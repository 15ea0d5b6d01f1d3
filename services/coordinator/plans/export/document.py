"""The whole plan as blocks, in the order in which people read it: nothing that the plan says is left out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from google.protobuf.message import Message

from buildplan.v1.agent_pb2 import AgentStatus
from buildplan.v1.plan_pb2 import Plan, SectionStatus
from buildplan.v1.statement_pb2 import Statement
from services.coordinator.plans.export.blocks import Block, Heading, Item, Paragraph, Span, Style, plain, strong
from services.coordinator.plans.export.facing import contradictions, gate, header, sources, unread
from services.coordinator.plans.export.lines import LineWriter, title

_LEGEND = [
    Span("Lines are what the papers state, with the page in brackets."),
    Span("(inferred)", Style.EMPHASIS),
    Span("marks what was concluded from them or from good practice."),
    Span("(unverified)", Style.STRONG),
    Span("marks a quote that was not found on its page."),
]


def document(plan: Plan) -> Iterator[Block]:
    """Title block, legend, and then part after part."""
    writer = LineWriter(plan)
    yield from header(plan)
    yield Paragraph(_LEGEND)
    for heading, body in _parts(plan, writer):
        yield Heading(heading, 2)
        yield from body


def _parts(plan: Plan, writer: LineWriter) -> Iterator[tuple[str, Iterable[Block]]]:
    yield "What could not be read", unread(plan)
    yield "Keys to the project", _or_none(_items(writer, plan.keys_to_project), "None found.")
    yield "Quality gate", gate(plan)
    yield "Open questions", _questions(writer, plan)
    yield "Contradictions between the papers", contradictions(plan, writer)
    yield "Contradictions between the sections", _or_none(_conflicts(writer, plan), "None found.")
    for status in plan.section_statuses:
        yield title(status.section), _section(writer, plan, status)
    yield "Tasks", _items(writer, plan.tasks)
    yield "Sources", sources(plan)


def _section(writer: LineWriter, plan: Plan, status: SectionStatus) -> Iterator[Block]:
    failed = status.agent.state == AgentStatus.STATE_ERROR
    if failed:
        failure = status.agent.failure
        again = " It can be retried." if failure.retryable else ""
        yield Paragraph(strong("Not written:", f"{failure.message} ({failure.reason}).{again}"))
    section: Message = getattr(plan.sections, status.section)
    fields = section.ListFields()
    if not fields and not failed:
        yield plain("Nothing was found for this section.")
    for field, items in fields:
        yield Heading(title(field.name), 3)
        yield from _items(writer, items)


def _questions(writer: LineWriter, plan: Plan) -> Iterator[Block]:
    if not plan.open_questions:
        yield plain("None.")
    for heading, blocking in (("Blocking", True), ("Not blocking", False)):
        questions = [question for question in plan.open_questions if question.blocking == blocking]
        if questions:
            yield Heading(heading, 3)
            yield from _items(writer, questions)


def _conflicts(writer: LineWriter, plan: Plan) -> Iterator[Block]:
    for conflict in plan.cross_agent_conflicts:
        agents = ", ".join(agent.upper() for agent in conflict.agents)
        line = writer.line(conflict.statement, conflict.statement)
        yield Item(line.spans, [[Span(f"Between: {agents}")]])


def _items(writer: LineWriter, items: Iterable[Message]) -> Iterator[Block]:
    for item in items:
        statement = item if isinstance(item, Statement) else item.statement  # type: ignore[attr-defined]
        yield writer.line(item, statement)


def _or_none(blocks: Iterable[Block], otherwise: str) -> Iterator[Block]:
    found = list(blocks)
    yield from found or [plain(otherwise)]
