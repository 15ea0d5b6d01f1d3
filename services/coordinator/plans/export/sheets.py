"""What the workbook's sheets hold: rows of texts and numbers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from buildplan.v1.plan_pb2 import Plan
from buildplan.v1.statement_pb2 import Statement
from services.contract.ownership import owners
from services.contract.statements import lines
from services.coordinator.plans.export.control_plan import COLUMNS, control_rows
from services.coordinator.plans.export.facing import SOURCE_HEADER, source_row, standing
from services.coordinator.plans.export.lines import LineWriter, details, title
from services.coordinator.plans.synthesis.ties import about

Cell = str | float
Column = tuple[str, int]
_LINE = (("ID", 15), ("Section", 24), ("List", 24), ("Owner", 8), ("Requirement", 70), ("Details", 34))
_PLACE = (("Document", 34), ("Page", 7), ("Locator", 22), ("Quote", 60), ("Other citations", 40))
_CITED = (("Basis", 10), ("Verified", 9), *_PLACE, ("Confidence", 11))
_QUESTION = (("Question", 60), ("Ask", 14), ("Blocking", 9), ("Working assumption", 40), ("Asked by", 12))
_TASK = (("Task", 60), ("Owner", 16), ("Due", 12), ("Source", 12))
_SIDE = (("Claim", 24), ("Quote", 50), ("Citation", 40), ("Precedence", 11))
_CONFLICT = (("Between", 12), ("Subject", 34), ("Standing", 60), *_SIDE)
_SOURCE_WIDTHS = (40, 24, 14, 11, 18, 10, 12, 8)


@dataclass(frozen=True)
class Sheet:
    """A sheet; `columns` are headings with widths in characters."""

    name: str
    columns: Sequence[Column]
    rows: Sequence[Sequence[Cell]]


def sheets(plan: Plan) -> Iterator[Sheet]:
    """All sheets in their order."""
    writer = LineWriter(plan)
    yield Sheet("Requirements", [*_LINE, *_CITED], list(_requirements(plan, writer)))
    yield Sheet("Control plan", COLUMNS, list(control_rows(plan, writer)))
    yield Sheet("Open questions", [*_QUESTION, *_CITED], list(_questions(plan, writer)))
    yield Sheet("Tasks", [*_TASK, *_CITED], list(_tasks(plan, writer)))
    yield Sheet("Conflicts", _CONFLICT, [*_between_papers(plan, writer), *_between_sections(plan, writer)])
    columns = [*zip(SOURCE_HEADER, _SOURCE_WIDTHS, strict=True), ("Not read", 60)]
    yield Sheet("Sources", columns, list(_sources(plan)))


def _requirements(plan: Plan, writer: LineWriter) -> Iterator[Sequence[Cell]]:
    for line in lines(plan.sections):
        section, _, name = line.path.partition(".")
        own = () if line.item is line.statement else details(line.item)
        said = "; ".join(f"{label}: {value}" for label, value in own)
        place = (line.statement.id, title(section), title(name), owners()[section].upper())
        yield *place, line.statement.text, said, *_cited(line.statement, writer)


def _questions(plan: Plan, writer: LineWriter) -> Iterator[Sequence[Cell]]:
    for each in plan.open_questions:
        said = (each.statement.text, each.ask, _spelled(each.blocking), each.working_assumption, each.asked_by)
        yield *said, *_cited(each.statement, writer)


def _tasks(plan: Plan, writer: LineWriter) -> Iterator[Sequence[Cell]]:
    for each in plan.tasks:
        yield each.statement.text, each.owner_hint, each.due, each.source, *_cited(each.statement, writer)


def _between_papers(plan: Plan, writer: LineWriter) -> Iterator[Sequence[Cell]]:
    for conflict in plan.document_conflicts:
        for side in conflict.sides:
            for fact in (side.fact, *side.also):
                claim = (side.fact.value, fact.citation.quote, writer.place(fact.citation), side.precedence)
                yield "papers", about(conflict), standing(conflict), *claim


def _between_sections(plan: Plan, writer: LineWriter) -> Iterator[Sequence[Cell]]:
    for conflict in plan.cross_agent_conflicts:
        agents = ", ".join(agent.upper() for agent in conflict.agents)
        said = conflict.statement
        yield "sections", agents, said.text, "", "", writer.places(said.citations), ""


def _sources(plan: Plan) -> Iterator[Sequence[Cell]]:
    unread: dict[str, list[str]] = {}
    for each in plan.unread:
        unread.setdefault(each.document, []).append(each.reason)
    for source in plan.sources:
        yield *source_row(source), "; ".join(unread.get(source.name, ()))


def _cited(statement: Statement, writer: LineWriter) -> tuple[Cell, ...]:
    basis = Statement.Basis.Name(statement.basis).removeprefix("BASIS_").lower()
    place: tuple[Cell, ...] = ("", "", "", "")
    for first in statement.citations[:1]:
        place = (first.file_name, first.page, first.locator, first.quote)
    others = writer.places(statement.citations[1:])
    return (basis, _spelled(statement.verified), *place, others, round(statement.confidence, 2))


def _spelled(flag: bool) -> str:
    return "yes" if flag else "no"
