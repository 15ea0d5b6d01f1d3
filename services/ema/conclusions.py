"""What engineering concludes: the routing, the register of standards, fixtures, programs and what is missing."""

from __future__ import annotations

import re

from buildplan.v1.plan_pb2 import OpenQuestion, Patch, ReferencedStandard, Task
from buildplan.v1.statement_pb2 import Citation
from services.ema.belonging import jobs
from services.ema.missing import not_supplied, without_revision
from services.ema.routing import routing
from services.specialist.offline.reading import Finding, Reading, inferred
from services.specialist.offline.standards import designations

_WELD = re.compile(r"\bweld", re.IGNORECASE)
_CMM = re.compile(r"\bcmm\b|\bcoordinate measuring", re.IGNORECASE)
_PRECISE = re.compile(
    r"±\s?0[.,][0-5]|\bflat|\bcoplanar|\bposition|\bperpendicular|\bH[6-8]\b|\bcylindricity", re.IGNORECASE
)
_CITED = 3


def derive(reading: Reading, patch: Patch) -> None:
    """Completes the engineering instructions from all findings of the papers."""
    _standards(reading, patch)
    _fixtures_and_programs(reading, patch)
    _missing(reading, patch)
    _ask_which_job(reading, patch)
    _blanks(reading, patch)
    instructions = patch.sections.engineering_instructions
    steps = routing(reading, list(instructions.quality_routing))
    del instructions.quality_routing[:]
    instructions.quality_routing.extend(steps)


def _standards(reading: Reading, patch: Patch) -> None:
    """A register of designations; those that have a line of their own already are left out."""
    register = patch.sections.engineering_instructions.referenced_standards
    listed = {spelling for item in register for spelling, _ in designations(item.statement.text)}
    places: dict[str, list[Citation]] = {}
    for finding in reading.findings:
        for cited in finding.citations:
            for spelling, written in designations(cited.quote):
                if spelling not in listed:
                    citation = Citation()
                    citation.CopyFrom(cited)
                    citation.quote = written
                    places.setdefault(spelling, []).append(citation)
    for spelling, citations in places.items():
        text = f"{spelling} is called up in {len(citations)} {'place' if len(citations) == 1 else 'places'}."
        register.append(ReferencedStandard(statement=inferred(text, citations[:_CITED], 0.9), designation=spelling))


def _fixtures_and_programs(reading: Reading, patch: Patch) -> None:
    instructions = patch.sections.engineering_instructions
    welds = [
        finding for finding in reading.of("engineering_instructions.exceptional_steps") if _WELD.search(finding.text)
    ]
    precise = [finding for finding in reading.of("quality_plan.ctqs") if _PRECISE.search(finding.text)]
    if welds and precise:
        cited = _first([welds[0], *precise[: _CITED - 1]])
        instructions.fixtures.append(
            inferred("Plan a weld fixture that holds the toleranced features while welding.", cited)
        )
        instructions.dfm_actions.append(
            inferred("Decide which toleranced features are machined after welding and leave stock on them.", cited)
        )
    measured = [finding for finding in reading.findings if _CMM.search(finding.text)]
    if measured:
        text = "Write a CMM program for the features that the papers have measured on a CMM."
        instructions.programs.append(inferred(text, _first(measured[:_CITED])))


def _first(findings: list[Finding]) -> list[Citation]:
    return [finding.citations[0] for finding in findings]


def _missing(reading: Reading, patch: Patch) -> None:
    for missing in not_supplied(reading.context):
        _raise(
            patch, f"{missing.name} is cited and was not supplied.", f"Please supply {missing.name}.", missing.citation
        )
    for document, citation in without_revision(reading.context):
        text = f"No revision letter was found on {document.file_name}."
        _raise(patch, text, f"Which revision of {document.file_name} is valid?", citation)


def _ask_which_job(reading: Reading, patch: Patch) -> None:
    """Papers of several jobs make no plan: whoever uploaded them must say which job is meant."""
    found = jobs(reading.context)
    if len(found) < 2:
        return
    named = "; ".join(", ".join(f"{source.number} ({source.file_name})" for source in job) for job in found)
    question = f"Which papers belong to this job? Nothing connects these with each other: {named}."
    patch.open_questions.append(
        OpenQuestion(statement=inferred(question, (), 0.8), ask="project manager", blocking=True)
    )


def _raise(patch: Patch, text: str, question: str, citation: Citation) -> None:
    patch.sections.engineering_instructions.open_items.append(inferred(text, [citation], 0.85))
    patch.open_questions.append(
        OpenQuestion(
            statement=inferred(f"{text} {question}", [citation], 0.85),
            ask="customer",
            working_assumption="Work goes on with what was supplied.",
        )
    )
    patch.tasks.append(Task(statement=inferred(f"Ask the customer: {question}", [citation]), owner_hint="engineering"))


def _blanks(reading: Reading, patch: Patch) -> None:
    """A question for each blank or TBD; blank dates are scheduling's."""
    dated = {finding.text for finding in reading.of("release_plan.milestones")}
    for finding in reading.of("engineering_instructions.open_items"):
        if finding.text not in dated:
            patch.open_questions.append(
                OpenQuestion(
                    statement=inferred(f"To be settled: {finding.text}", finding.citations, 0.85), ask="customer"
                )
            )
