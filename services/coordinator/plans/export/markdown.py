"""A plan as one Markdown document, complete: nothing that the plan says is left out."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from google.protobuf.message import Message

from buildplan.v1.agent_pb2 import AgentStatus
from buildplan.v1.plan_pb2 import Plan, SectionStatus
from buildplan.v1.statement_pb2 import Statement
from services.coordinator.plans.export.escape import escape
from services.coordinator.plans.export.facing import contradictions, gate, header, sources, unread
from services.coordinator.plans.export.lines import LineWriter, title

_LEGEND = (
    "Lines are what the papers state, with the page in brackets. *(inferred)* marks what was concluded from them or "
    "from good practice. **(unverified)** marks a quote that was not found on its page."
)
_GAPS = re.compile(r"\n{3,}")


def to_markdown(plan: Plan) -> str:
    """The document. Text from uploaded papers is escaped: it is data."""
    writer = LineWriter(plan)
    parts: tuple[tuple[str, Iterable[str]], ...] = (
        ("", header(plan)),
        ("What could not be read", unread(plan)),
        ("Keys to the project", _plain(writer, plan.keys_to_project)),
        ("Quality gate", gate(plan)),
        ("Open questions", _questions(writer, plan)),
        ("Contradictions between the papers", contradictions(plan, writer)),
        ("Contradictions between the sections", _conflicts(writer, plan)),
        *((title(status.section), _section(writer, plan, status)) for status in plan.section_statuses),
        ("Tasks", _items(writer, plan.tasks)),
        ("Sources", sources(plan)),
    )
    text = "\n".join(text for heading, body in parts for text in _part(heading, body))
    return _GAPS.sub("\n\n", text)


def _part(heading: str, body: Iterable[str]) -> Iterator[str]:
    if heading:
        yield f"## {heading}\n"
    yield from body
    yield "" if heading else f"\n{_LEGEND}\n"


def _section(writer: LineWriter, plan: Plan, status: SectionStatus) -> Iterator[str]:
    if status.agent.state == AgentStatus.STATE_ERROR:
        failure = status.agent.failure
        again = " It can be retried." if failure.retryable else ""
        yield f"**Not written:** {escape(failure.message)} ({escape(failure.reason)}).{again}\n"
    section: Message = getattr(plan.sections, status.section)
    fields = section.ListFields()
    if not fields and status.agent.state != AgentStatus.STATE_ERROR:
        yield "Nothing was found for this section.\n"
    for field, items in fields:
        yield f"### {title(field.name)}\n"
        yield from _items(writer, items)
        yield ""


def _questions(writer: LineWriter, plan: Plan) -> Iterator[str]:
    blocking = [question for question in plan.open_questions if question.blocking]
    others = [question for question in plan.open_questions if not question.blocking]
    if not plan.open_questions:
        yield "None."
    for heading, questions in (("Blocking", blocking), ("Not blocking", others)):
        if questions:
            yield f"### {heading}\n"
            yield from _items(writer, questions)
            yield ""


def _conflicts(writer: LineWriter, plan: Plan) -> Iterator[str]:
    for conflict in plan.cross_agent_conflicts:
        agents = ", ".join(agent.upper() for agent in conflict.agents)
        yield f"{writer.line(conflict.statement, conflict.statement)}\n  - Between: {escape(agents)}"
    if not plan.cross_agent_conflicts:
        yield "None found."


def _items(writer: LineWriter, items: Iterable[Message]) -> Iterator[str]:
    for item in items:
        statement = item if isinstance(item, Statement) else item.statement  # type: ignore[attr-defined]
        yield writer.line(item, statement)


def _plain(writer: LineWriter, statements: Iterable[Statement]) -> Iterator[str]:
    found = [writer.line(statement, statement) for statement in statements]
    yield from found or ["None found."]
