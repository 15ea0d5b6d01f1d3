"""A plan from what the agents returned: merge, citation check, synthesis, conflicts, quality gate."""

from __future__ import annotations

from buildplan.v1.agent_pb2 import Usage
from buildplan.v1.plan_pb2 import Plan
from services.contract.statements import Line, lines
from services.contract.times import set_time
from services.coordinator.plans.citation_check import CitationCheck, claims, count_citations
from services.coordinator.plans.cross_agent.find import cross_agent_conflicts
from services.coordinator.plans.duplicates import duplicate_ids
from services.coordinator.plans.gate.judge import judge
from services.coordinator.plans.identifiers import assign_ids
from services.coordinator.plans.inputs import PlanInputs
from services.coordinator.plans.kept_edits import repeat
from services.coordinator.plans.merge import merge, section_statuses, unread_sources
from services.coordinator.plans.pruning import remove_lines
from services.coordinator.plans.synthesis.keys import keys_to_project
from services.coordinator.plans.synthesis.questions import open_questions
from services.coordinator.plans.synthesis.tasks import tasks


def build_plan(inputs: PlanInputs) -> Plan:
    """The plan without name, revision and etag, which the store gives.

    Raises OwnershipViolation or MalformedPatch for a patch that may not be merged. The same inputs always give
    the same plan.
    """
    plan = _described(inputs)
    check = CitationCheck(inputs.pages, inputs.sources)
    taken: set[str] = set()
    for fact in claims(plan.document_conflicts):
        check.check_claim(fact)
    merge(plan, inputs.patches)
    _settle_sections(plan, check, taken)
    _synthesise(plan, inputs, check)
    assign_ids(_outside_sections(plan), taken)
    repeat(plan, inputs.edits)
    count_citations(plan)
    plan.quality_gate.CopyFrom(judge(plan))
    return plan


def build_draft(inputs: PlanInputs) -> Plan:
    """The sections alone, merged, checked and named as `build_plan` does it; raises the same."""
    plan = _described(inputs)
    merge(plan, inputs.patches)
    _settle_sections(plan, CitationCheck(inputs.pages, inputs.sources), set())
    return plan


def _described(inputs: PlanInputs) -> Plan:
    plan = Plan(run=inputs.run, reason=inputs.reason, engine=inputs.engine, metadata=inputs.metadata)
    set_time(plan.create_time, inputs.now)
    if inputs.usage != Usage():
        plan.usage.CopyFrom(inputs.usage)
    plan.sources.extend(inputs.sources)
    plan.unread.extend(unread_sources(inputs.sources))
    plan.document_conflicts.extend(inputs.conflicts)
    plan.section_statuses.extend(section_statuses(inputs.statuses, inputs.patches))
    return plan


def _settle_sections(plan: Plan, check: CitationCheck, taken: set[str]) -> None:
    """Checks and names the agents' lines, then lists each requirement once."""
    written = lines(plan.sections)
    for line in written:
        check.check(line.statement)
    assign_ids(written, taken)
    remove_lines(plan.sections, duplicate_ids(written))
    for asked in plan.open_questions:
        check.check(asked.statement)
    for task in plan.tasks:
        check.check(task.statement)


def _synthesise(plan: Plan, inputs: PlanInputs, check: CitationCheck) -> None:
    questions = open_questions(list(plan.open_questions), plan.document_conflicts)
    to_do = tasks(list(plan.tasks), questions)
    plan.ClearField("open_questions")
    plan.ClearField("tasks")
    plan.open_questions.extend(questions)
    plan.tasks.extend(to_do)
    plan.keys_to_project.extend(keys_to_project(plan.sections, plan.document_conflicts, inputs.facts, check))
    delivered = inputs.patches.keys()
    plan.cross_agent_conflicts.extend(cross_agent_conflicts(plan.sections, delivered, inputs.as_of))


def _outside_sections(plan: Plan) -> list[Line]:
    return [line for line in lines(plan) if not line.path.startswith("sections.")]
