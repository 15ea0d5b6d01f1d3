"""A finished plan in a few lines: what it holds, what was checked, what is open."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

from buildplan.v1.agent_pb2 import AgentStatus
from buildplan.v1.conflict_pb2 import DocumentConflict
from buildplan.v1.plan_pb2 import Plan
from cli.output import to_json
from cli.progress.wording import BADGES
from services.contract.ownership import owners
from services.contract.statements import lines
from services.contract.usage import money, tokens

_BLOCKERS_SHOWN = 5


def section_lines(plan: Plan) -> dict[str, int]:
    """Lines in each section, in the order of the proto."""
    counts = Counter(line.path.partition(".")[0] for line in lines(plan.sections))
    return {section: counts[section] for section in owners()}


def summary_record(plan: Plan) -> dict[str, Any]:
    """The summary for programs."""
    return {
        "plan": plan.name,
        "revision": plan.revision,
        "section_lines": section_lines(plan),
        "failed_sections": [status.section for status in _failed(plan)],
        "citations_checked": plan.citations_checked,
        "citations_unverified": plan.citations_unverified,
        "document_conflicts": len(plan.document_conflicts),
        "document_conflict_ties": _ties(plan),
        "cross_agent_conflicts": len(plan.cross_agent_conflicts),
        "open_questions": len(plan.open_questions),
        "blocking_questions": _blocking(plan),
        "tasks": len(plan.tasks),
        "unread": [to_json(source) for source in plan.unread],
        "quality_gate": to_json(plan.quality_gate),
        "usage": to_json(plan.usage),
    }


def summary_lines(plan: Plan) -> Iterator[str]:
    """The summary for people."""
    yield f"Plan revision {plan.revision}: {plan.metadata.project_name} for {plan.metadata.customer}"
    failures = {status.section: status.agent for status in _failed(plan)}
    for section, count in section_lines(plan).items():
        badge = BADGES[AgentStatus.STATE_ERROR if section in failures else AgentStatus.STATE_COMPLETE]
        yield f"  {badge} {_title(section):<26}{count:>4} line{'s' * (count != 1)}"
    unverified = (
        f", {plan.citations_unverified} not found on their page" if plan.citations_unverified else ", all found"
    )
    yield f"  Citations      {plan.citations_checked} checked{unverified}"
    ties = f", {_ties(plan)} without a winner" if _ties(plan) else ""
    between_agents = f"{len(plan.cross_agent_conflicts)} between agents"
    yield f"  Conflicts      {len(plan.document_conflicts)} between documents{ties}; {between_agents}"
    yield f"  Open questions {len(plan.open_questions)}, {_blocking(plan)} of them blocking"
    yield f"  Tasks          {len(plan.tasks)}"
    yield from _usage(plan)
    for source in plan.unread:
        yield f"  Not read       {source.file_name}: {source.reason}"
    yield from _gate(plan)
    yield from _keys(plan)
    for section, status in failures.items():
        yield f"  {_title(section)} is missing: {status.failure.message}"


def _usage(plan: Plan) -> Iterator[str]:
    used = tokens(plan.usage)
    if used:
        cached = f", {plan.usage.cached_input_tokens:,} of them cached" if plan.usage.cached_input_tokens else ""
        cost = money(plan.usage)
        yield f"  Model use      {used:,} tokens{cached}{': ' * bool(cost)}{cost}"


def _gate(plan: Plan) -> Iterator[str]:
    gate = plan.quality_gate
    verdict = "blocked" if gate.blocked else "passed"
    yield f"  Quality gate   {gate.score:.0f} of 100, {verdict} (needs {gate.threshold} and no blocker)"
    for blocker in gate.blockers[:_BLOCKERS_SHOWN]:
        yield f"    - {blocker.message}"
    if len(gate.blockers) > _BLOCKERS_SHOWN:
        yield f"    - and {len(gate.blockers) - _BLOCKERS_SHOWN} more in the plan"
    if gate.blocked and not gate.blockers:
        wanting = sorted((found for found in gate.categories if found.fixes), key=lambda found: found.score)
        for category in wanting[:_BLOCKERS_SHOWN]:
            yield f"    - {category.title} {category.score} of 4: {' '.join(category.fixes)}"


def _keys(plan: Plan) -> Iterator[str]:
    if plan.keys_to_project:
        yield "  Keys to the project"
    for key in plan.keys_to_project:
        yield f"    - {key.text}"


def _failed(plan: Plan) -> list[Any]:
    return [status for status in plan.section_statuses if status.agent.state != AgentStatus.STATE_COMPLETE]


def _ties(plan: Plan) -> int:
    return sum(conflict.state == DocumentConflict.STATE_TIE for conflict in plan.document_conflicts)


def _blocking(plan: Plan) -> int:
    return sum(question.blocking for question in plan.open_questions)


def _title(section: str) -> str:
    return section.replace("_", " ").capitalize()
