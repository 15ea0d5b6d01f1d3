"""Users' edits are kept in the plan, and made again in every revision that a run builds."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from buildplan.v1.plan_pb2 import Plan, PlanEdit, StatementEdit, Task
from buildplan.v1.statement_pb2 import Statement
from services.contract.citations import normalise
from services.contract.statements import Line, lines
from services.coordinator.plans.citation_check import COORDINATOR, count_citations
from services.coordinator.plans.gate.judge import judge
from services.coordinator.plans.identifiers import assign_ids
from services.coordinator.plans.pruning import remove_lines
from services.coordinator.plans.synthesis.composing import sentence
from services.coordinator.plans.wording import fingerprint

_OWNER = "project manager"


def make(plan: Plan, edits: Iterable[StatementEdit]) -> None:
    """Carries out edits of lines that `plan` holds and whose citations have been checked."""
    statements = {line.statement.id: line.statement for line in lines(plan)}
    given = list(edits)
    for edit in given:
        if not edit.remove:
            _replace(statements[edit.statement_id], edit.text)
    remove_lines(plan, {edit.statement_id for edit in given if edit.remove})


def remember(plan: Plan, edits: Iterable[StatementEdit], editable: Mapping[str, Line]) -> None:
    """Keeps edits in the plan before they are made; `editable` holds the lines by their identifiers."""
    kept = {each.edit.statement_id: each for each in plan.edits}
    for edit in edits:
        line, earlier = editable[edit.statement_id], kept.pop(edit.statement_id, None)
        original = earlier.original_text if earlier else line.statement.text
        kept[edit.statement_id] = PlanEdit(edit=edit, original_text=original, path=line.path)
    _set(plan, kept.values())


def repeat(plan: Plan, edits: Sequence[PlanEdit]) -> None:
    """Makes kept edits in a newly built plan; a task tells of each whose line is not there."""
    if not edits:
        return
    _tell(plan, _missing(plan, edits))
    _set(plan, edits)
    absent = {each.edit.statement_id for each in _missing(plan, edits)}
    make(plan, (each.edit for each in edits if each.edit.statement_id not in absent))


def catch_up(plan: Plan, edits: Sequence[PlanEdit]) -> None:
    """Makes the edits that users made while `plan` was being built from the ones before; the gate judges anew."""
    if list(plan.edits) == list(edits):
        return
    known = list(plan.edits)
    repeat(plan, [each for each in edits if each not in known])
    _set(plan, edits)
    count_citations(plan)
    plan.quality_gate.CopyFrom(judge(plan))


def _missing(plan: Plan, edits: Sequence[PlanEdit]) -> list[PlanEdit]:
    present = {line.statement.id for line in lines(plan)}
    return [each for each in edits if each.edit.statement_id not in present]


def _tell(plan: Plan, missing: Iterable[PlanEdit]) -> None:
    """A line outside the sections follows from others: that it has gone is what its removal asked for."""
    taken, listed = {line.statement.id for line in lines(plan)}, {task.fingerprint for task in plan.tasks}
    for kept in missing:
        mark = fingerprint(f"edit {kept.edit.statement_id}")
        if mark in listed or (kept.edit.remove and not kept.path.startswith("sections.")):
            continue
        statement = Statement(text=_words(kept), basis=Statement.BASIS_INFERRED, confidence=1.0)
        assign_ids([Line("tasks", statement, statement)], taken)
        plan.tasks.append(Task(statement=statement, owner_hint=_OWNER, fingerprint=mark, source=COORDINATOR))


def _words(kept: PlanEdit) -> str:
    asked = "remove it" if kept.edit.remove else f'make it "{kept.edit.text.strip()}"'
    was = sentence(kept.original_text)
    return f'An edit to a line that no longer exists was dropped: {asked}. The line was "{was}" in {kept.path}'


def _replace(statement: Statement, text: str) -> None:
    statement.text = text.strip()
    words = normalise(statement.text)
    if not any(each.verified and normalise(each.quote) == words for each in statement.citations):
        statement.basis = Statement.BASIS_INFERRED


def _set(plan: Plan, edits: Iterable[PlanEdit]) -> None:
    kept = [PlanEdit.FromString(each.SerializeToString()) for each in edits]
    del plan.edits[:]
    plan.edits.extend(kept)
