"""The agents' patches become one plan's sections, questions and tasks; each is looked at first."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence

from buildplan.v1.agent_pb2 import AgentStatus, Failure
from buildplan.v1.document_pb2 import Document
from buildplan.v1.plan_pb2 import OpenQuestion, Patch, Plan, SectionStatus, Task, UnreadSource
from buildplan.v1.statement_pb2 import Statement
from services.contract.ownership import foreign_sections, owners
from services.contract.statements import Line, lines

_SHOWN = 5
_READ_ALL_THE_SAME = frozenset(["OCR_USED", "WRONG_EXTENSION"])


class OwnershipViolation(Exception):
    """A patch sets sections of another agent. Refuse it whole and report FOREIGN_SECTION; never merge a part."""

    def __init__(self, agent: str, sections: tuple[str, ...]) -> None:
        super().__init__(f'"{agent}" wrote to {", ".join(sections)}, which it does not own')
        self.agent = agent
        self.sections = sections


class MalformedPatch(Exception):
    """Lines of a patch break the contract. Refuse it whole; `problems` says what is wrong and where."""

    def __init__(self, agent: str, problems: tuple[str, ...]) -> None:
        more = f"; and {len(problems) - _SHOWN} more" if len(problems) > _SHOWN else ""
        super().__init__(f'the patch of "{agent}" is malformed: {"; ".join(problems[:_SHOWN])}{more}')
        self.agent = agent
        self.problems = problems


def check_patch(agent: str, patch: Patch) -> int:
    """How many lines `patch` has; OwnershipViolation or MalformedPatch unless it may be merged as `agent`'s work."""
    if foreign := foreign_sections(agent, patch.sections):
        raise OwnershipViolation(agent, foreign)
    found = lines(patch)
    if problems := tuple(_problems(found)):
        raise MalformedPatch(agent, problems)
    return len(found)


def merge(plan: Plan, patches: Mapping[str, Patch]) -> None:
    """Copies each patch into `plan` in the order of Sections; raises OwnershipViolation or MalformedPatch."""
    for agent in in_order(patches):
        patch = patches[agent]
        check_patch(agent, patch)
        plan.sections.MergeFrom(patch.sections)
        plan.open_questions.extend(_asked(agent, question) for question in patch.open_questions)
        plan.tasks.extend(_sourced(agent, task) for task in patch.tasks)


def in_order(patches: Mapping[str, Patch]) -> list[str]:
    """The agents of `patches` in the order of Sections; unknown ones last."""
    order = list(dict.fromkeys(owners().values()))
    return sorted(patches, key=lambda agent: (order.index(agent) if agent in order else len(order), agent))


def section_statuses(statuses: Sequence[AgentStatus], patches: Mapping[str, Patch]) -> list[SectionStatus]:
    """One status for each section, in the order of Sections; an agent that is silent without a word has failed."""
    known = {status.agent: status for status in statuses}
    return [
        SectionStatus(section=section, agent=known.get(agent) or _silent(agent, agent in patches))
        for section, agent in owners().items()
    ]


def unread_sources(sources: Sequence[Document]) -> list[UnreadSource]:
    """What could not be read of each document, as the reader's findings say it."""
    return [
        UnreadSource(document=source.name, file_name=source.file_name, reason=finding.message)
        for source in sources
        for finding in source.findings
        if finding.fatal or finding.code not in _READ_ALL_THE_SAME
    ]


def _silent(agent: str, delivered: bool) -> AgentStatus:
    if delivered:
        return AgentStatus(agent=agent, state=AgentStatus.STATE_COMPLETE, percent=100)
    failure = Failure(reason="NO_PATCH", message=f'"{agent}" returned nothing; retry it', retryable=True)
    return AgentStatus(agent=agent, state=AgentStatus.STATE_ERROR, failure=failure)


def _asked(agent: str, question: OpenQuestion) -> OpenQuestion:
    asked = OpenQuestion()
    asked.CopyFrom(question)
    asked.asked_by = agent
    return asked


def _sourced(agent: str, task: Task) -> Task:
    sourced = Task()
    sourced.CopyFrom(task)
    sourced.source = agent
    return sourced


def _problems(found: Sequence[Line]) -> Iterator[str]:
    counts: dict[str, int] = {}
    for line in found:
        place = line.path.removeprefix("sections.")
        index = counts[place] = counts.get(place, -1) + 1
        if problem := _problem(line.statement):
            yield f"{place}[{index}] {problem}"


def _problem(statement: Statement) -> str:
    if not statement.text.strip():
        return "has no text"
    if statement.basis not in (Statement.BASIS_STATED, Statement.BASIS_INFERRED):
        return "says neither STATED nor INFERRED"
    if statement.basis == Statement.BASIS_STATED and not statement.citations:
        return "is STATED without a citation"
    if not (math.isfinite(statement.confidence) and 0 <= statement.confidence <= 1):
        return f"has a confidence of {statement.confidence:g}, outside 0 to 1"
    return ""
