"""What scheduling concludes: order-by dates, what to do early, risks with mitigations, tasks and questions."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date

from buildplan.v1.plan_pb2 import Milestone, OpenQuestion, Patch, Risk, Task
from buildplan.v1.statement_pb2 import Citation
from services.sca import milestones, schedule
from services.sca.calendar import Calendar
from services.specialist.offline.reading import FAR_AHEAD, Reading, inferred

EARLY_SLACK = 10
_ORDERED = 4
"""Precedence up to which papers are about this job; generic specifications come after it."""
_APPROVAL = re.compile(
    r"\bapproval\b[^.]{0,60}\b(?:before|prior to)\b|\bsubmit(?:ted)?\b[^.]{0,40}\bfor approval\b"
    r""
    r"|\bbe approved before\b",
    re.IGNORECASE,
)
_MITIGATION = (
    "Expedite with the maker (split or air delivery), ask for approval of an alternate, or use stock; else agree a "
    "later date with the customer."
)


def derive(reading: Reading, patch: Patch) -> None:
    """Completes the release plan from the pack's facts and findings."""
    release = patch.sections.release_plan
    _replace(patch, milestones.stated(reading, list(release.milestones)))
    compute(reading, patch)
    _submit_early(reading, patch)
    _ask_blanks(patch)


def compute(reading: Reading, patch: Patch) -> None:
    """Arithmetic on milestones, whoever stated them: order-by dates, slack and what is impossible, from `as_of`.

    An order-by date that is in the patch for a lead time that is computed here gives way.
    """
    if not reading.context.as_of:
        return
    calendar = Calendar(reading.context.metadata.calendar)
    as_of = date.fromisoformat(reading.context.as_of)
    computed = order_dates(reading, calendar, as_of)
    lines = [*milestones.without_repeats(patch.sections.release_plan.milestones, computed), *computed]
    _doubt(lines, patch, as_of)
    for line in lines:
        milestones.judge(line, calendar, as_of)
        _warn(line, patch, as_of)
    _replace(patch, lines)
    _do_at_once(patch)


def _replace(patch: Patch, lines: list[Milestone]) -> None:
    del patch.sections.release_plan.milestones[:]
    patch.sections.release_plan.milestones.extend(milestones.in_order(lines))


def order_dates(reading: Reading, calendar: Calendar, as_of: date) -> list[Milestone]:
    """Order-by dates for the first delivery to come; where that one cannot be met, for the last one too."""
    goals = [goal for goal in schedule.deliveries(reading) if goal.due >= as_of]
    if not goals:
        return []
    taken = schedule.process(reading)
    found = []
    for supply in schedule.supplies(reading):
        found.append(schedule.computed(supply, goals[0], taken, calendar, as_of))
        if found[-1].impossible and len(goals) > 1:
            found.append(schedule.computed(supply, goals[-1], taken, calendar, as_of))
    return found


def _doubt(lines: list[Milestone], patch: Patch, as_of: date) -> None:
    """A date that lies too far ahead is asked about, and none of the arithmetic uses it."""
    for line in lines:
        due = milestones.date_of(line.due)
        if due is not None and due > as_of + FAR_AHEAD:
            question = f"Is {line.due} right for {line.name or line.statement.text}? It lies more than ten years ahead."
            line.due = ""
            patch.open_questions.append(_without_date(question, line.statement.citations))


def _without_date(question: str, cited: Iterable[Citation]) -> OpenQuestion:
    return OpenQuestion(
        statement=inferred(question, cited, 0.9),
        ask="customer",
        working_assumption="The schedule is computed without this date.",
    )


def _warn(line: Milestone, patch: Patch, as_of: date) -> None:
    if not line.impossible:
        return
    if line.computed:
        text, mitigation, owner = line.statement.text, _MITIGATION, "purchasing"
        task = f"Resolve the impossible date: {line.statement.text}"
    else:
        text = f"impossible: {line.name or 'a date'} {line.due} lies in the past on {as_of.isoformat()}"
        mitigation, owner = "Agree a new date with the customer.", "scheduling"
        task = f"Agree a new date for {line.name or 'the milestone'}: {line.due} lies in the past."
    cited = list(line.statement.citations)
    patch.sections.release_plan.risks.append(
        Risk(statement=inferred(text, cited, 0.9), mitigation=mitigation, owner=owner)
    )
    patch.tasks.append(Task(statement=inferred(task, cited, 0.9), owner_hint=owner, due=as_of.isoformat()))


def _do_at_once(patch: Patch) -> None:
    release = patch.sections.release_plan
    for line in release.milestones:
        if line.computed and line.slack_days < EARLY_SLACK:
            text = f"Do at once: {line.name}" + ("" if line.impossible else f", latest {line.due}") + "."
            if all(text != early.text for early in release.do_early):
                release.do_early.append(inferred(text, line.statement.citations))


def _submit_early(reading: Reading, patch: Patch) -> None:
    for finding in reading.findings:
        if finding.document.precedence <= _ORDERED and _APPROVAL.search(finding.text):
            text = f"Submit early what needs approval: {finding.text}"
            patch.sections.release_plan.do_early.append(inferred(text, finding.citations, 0.6))


def _ask_blanks(patch: Patch) -> None:
    blanks: dict[str, list[Citation]] = {}
    for line in patch.sections.release_plan.milestones:
        if not line.due and "__" in line.statement.text:
            blanks.setdefault(line.name or line.statement.text, []).extend(line.statement.citations)
    for name, cited in blanks.items():
        patch.open_questions.append(_without_date(f"Which date belongs in the blank: {name}", cited))
