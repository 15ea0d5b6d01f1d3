"""What blocks a plan whatever its score."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

from buildplan.v1.agent_pb2 import AgentStatus
from buildplan.v1.plan_pb2 import Plan
from buildplan.v1.quality_gate_pb2 import GateBlocker
from buildplan.v1.statement_pb2 import Statement
from services.contract.statements import lines
from services.coordinator.plans.gate.vocabulary import asks_precision, is_stainless

_SHOWN = 3


def blockers(plan: Plan) -> list[GateBlocker]:
    """All blockers of the plan, at most one for each rule."""
    return [blocker for rule in _RULES for blocker in rule(plan)]


def _missing_sections(plan: Plan) -> Iterator[GateBlocker]:
    failed = [status for status in plan.section_statuses if status.agent.state == AgentStatus.STATE_ERROR]
    absent = [each for each in failed if not plan.sections.HasField(each.section)]  # type: ignore[arg-type]
    if absent:
        named = ", ".join(each.section.replace("_", " ") for each in absent)
        agents = ", ".join(dict.fromkeys(each.agent.agent for each in absent))
        yield _blocker("SECTION_MISSING", f"Not written: {named}.", f"Retry {agents}.", "planner", [])


def _uncited_ctqs(plan: Plan) -> Iterator[GateBlocker]:
    bare = _uncited(each.statement for each in plan.sections.quality_plan.ctqs)
    if bare:
        message = f"{_count(bare, 'characteristic')} critical to quality without a citation: {_named(bare)}."
        yield _blocker("CTQ_WITHOUT_CITATION", message, "Cite the page that gives it.", "quality manager", bare)


def _uncited_hold_points(plan: Plan) -> Iterator[GateBlocker]:
    bare = _uncited(each.statement for each in plan.sections.quality_plan.hold_points)
    if bare:
        message = f"{_count(bare, 'hold or witness point')} without a citation: {_named(bare)}."
        yield _blocker(
            "HOLD_POINT_WITHOUT_CITATION", message, "Cite the page that asks for it.", "quality manager", bare
        )


def _unmitigated(plan: Plan) -> Iterator[GateBlocker]:
    items = [each.statement for each in plan.sections.purchasing.long_lead_items if not each.mitigation.strip()]
    if items:
        message = f"{_count(items, 'long-lead item')} without a mitigation: {_named(items)}."
        fix = "Order early, name an alternate or hold stock."
        yield _blocker("LONG_LEAD_WITHOUT_MITIGATION", message, fix, "purchasing manager", items)


def _undecided_passivation(plan: Plan) -> Iterator[GateBlocker]:
    if not plan.sections.quality_plan.passivation and is_stainless(plan):
        message = "The job is of stainless steel and nobody has decided on passivation."
        fix = "State process and standard, or that no passivation is needed and why."
        yield _blocker("NO_PASSIVATION_DECISION", message, fix, "quality manager", [])


def _no_fixture(plan: Plan) -> Iterator[GateBlocker]:
    if plan.sections.engineering_instructions.fixtures:
        return
    ctqs = plan.sections.quality_plan.ctqs
    precise = [each.statement for each in ctqs if asks_precision((each.tolerance, each.statement.text))]
    if precise:
        message = f"{_count(precise, 'characteristic')} ask for precision and no fixture is planned: {_named(precise)}."
        fix = "Plan the fixtures that hold these features."
        yield _blocker("NO_FIXTURE_PLAN", message, fix, "engineering manager", precise)


def _unanswered(plan: Plan) -> Iterator[GateBlocker]:
    open_ = [each.statement for each in plan.open_questions if each.blocking and not each.working_assumption.strip()]
    if open_:
        message = f"{_count(open_, 'blocking question')} without an answer or a working assumption: {_named(open_)}."
        fix = "Get the answers and add the papers that give them, or agree on working assumptions."
        yield _blocker("BLOCKING_QUESTION_OPEN", message, fix, "project manager", open_)


def _unverified(plan: Plan) -> Iterator[GateBlocker]:
    doubtful = [line.statement for line in lines(plan) if not all(each.verified for each in line.statement.citations)]
    if doubtful:
        message = f"{_count(doubtful, 'line')} with a quote that was not found on its page: {_named(doubtful)}."
        fix = "Look at the page; correct the line or remove it."
        yield _blocker("UNVERIFIED_CITATION", message, fix, "planner", doubtful)


_RULES: tuple[Callable[[Plan], Iterator[GateBlocker]], ...] = (
    _missing_sections,
    _uncited_ctqs,
    _uncited_hold_points,
    _unmitigated,
    _undecided_passivation,
    _no_fixture,
    _unanswered,
    _unverified,
)


def _uncited(statements: Iterable[Statement]) -> list[Statement]:
    return [statement for statement in statements if not statement.citations]


def _blocker(code: str, message: str, fix: str, owner: str, statements: Sequence[Statement]) -> GateBlocker:
    ids = [statement.id for statement in statements]
    return GateBlocker(code=code, message=message, fix=fix, suggested_owner=owner, statement_ids=ids)


def _count(statements: Sequence[Statement], noun: str) -> str:
    return f"{len(statements)} {noun}{'' if len(statements) == 1 else 's'}"


def _named(statements: Sequence[Statement]) -> str:
    quoted = [f'"{_short(statement.text)}"' for statement in statements[:_SHOWN]]
    more = [f"and {len(statements) - _SHOWN} more"] if len(statements) > _SHOWN else []
    return ", ".join([*quoted, *more])


def _short(text: str) -> str:
    return text if len(text) <= 80 else text[:79] + "…"
