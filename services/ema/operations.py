"""Operations of a fabricator in the order in which they are done, and the words that ask for each."""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True)
class Operation:
    """One operation: `asked` matches a finding that needs it, in one of `sections` (any, when empty)."""

    title: str
    work_center: str
    asked: re.Pattern[str]
    sections: tuple[str, ...] = ()


def _operation(title: str, work_center: str, asked: str, *sections: str) -> Operation:
    return Operation(title, work_center, re.compile(asked, re.IGNORECASE), sections)


_TESTS = "quality_plan.required_tests"
_STEPS = "engineering_instructions.exceptional_steps"

OPERATIONS: tuple[Operation, ...] = (
    _operation(
        "Receive material and check certificates and heat numbers",
        "receiving",
        r"\breceiving inspection|\bincoming inspection|\bmill cert|\bmtr\b|\b10204\b|\bpmi\b|\bheat number",
    ),
    _operation(
        "Cut parts",
        "laser",
        r"\bcut\b|\blaser (?:program|cut)|\bnesting\b|\bplate\b.*\b(?:thick|astm|316|304)|\bsheet\b.*\b(?:thick"
        r"|gauge|metal)",
        "purchasing.materials",
        "engineering_instructions.programs",
        "engineering_instructions.quality_routing",
        "execution_strategy.notes",
    ),
    _operation(
        "Form and bend",
        "bending",
        r"\bbend radi|\b(?:cold|hot|press|roll|brake)[- ]?form|\bform(?:ed|ing)\b|\bform,|\bbend(?:ing)?\b(?! test)",
        _STEPS,
        "engineering_instructions.ctqs_for_routing",
        "engineering_instructions.quality_routing",
        "engineering_instructions.programs",
        "purchasing.materials",
    ),
    _operation("Fit up and tack", "weld", r"\bfit-?up\b|\btack"),
    _operation(
        "Weld",
        "weld",
        r"\bweld",
        _STEPS,
        "engineering_instructions.ctqs_for_routing",
        "engineering_instructions.quality_routing",
    ),
    _operation("Inspect welds visually", "inspection", r"\bvisual[^.]*\bweld|\bweld[^.]*\bvisual|\baws\b", _TESTS),
    _operation(
        "Non-destructive testing of welds",
        "NDT",
        r"\bpenetrant|\bradiograph|\bultrason|\bmagnetic particle|\beddy",
        _TESTS,
        "quality_plan.hold_points",
    ),
    _operation("Heat treat", "heat treatment", r"\bheat[- ]treat|\banneal|\bstress[- ]reli", _STEPS),
    _operation(
        "Machine",
        "machining",
        r"\bmachin(?:e|ed|ing)\b|\bdrill|\bream|\bbore\b|\bH7\b|\bcnc\b",
        "engineering_instructions.quality_routing",
        "quality_plan.ctqs",
        _STEPS,
        "engineering_instructions.programs",
    ),
    _operation(
        "Deburr and finish surfaces",
        "finishing",
        r"\bdeburr|\bedges?\b|\bgrind|\bpolish|\broughness|\bRa\b",
        "engineering_instructions.ctqs_for_routing",
    ),
    _operation(
        "Measure dimensions",
        "CMM",
        r"\bcmm\b|\bdimension|±|\bfirst article\b|\bflat|\bposition\b",
        "quality_plan.metrology",
        "quality_plan.ctqs",
        "quality_plan.inspection_levels",
        "quality_plan.hold_points",
    ),
    _operation("Passivate", "passivation", r"\bpassivat|\bpickl", "quality_plan.passivation"),
    _operation("Coat or plate", "coating", r"\bcoat|\bpaint|\bplat(?:ed|ing)\b|\banodi|\bgalvani", _STEPS),
    _operation("Clean", "cleaning", r"\bclean|\bfree of\b|\bcontaminat", "quality_plan.cleanliness"),
    _operation(
        "Load, leak and other acceptance tests",
        "test",
        r"\bload test|\bleak|\bpressure|\bproof|\bfunctional|\bhydrostatic",
        _TESTS,
        "quality_plan.hold_points",
    ),
    _operation(
        "Final inspection and review of documents",
        "inspection",
        r"\bfinal inspection|\bcertificate of conform|\bdata book|\breport",
        "quality_plan.inspection_levels",
        "quality_plan.documentation",
        "quality_plan.hold_points",
    ),
    _operation(
        "Mark, pack and ship", "shipping", r"\bpack|\bcrate|\bship|\bmark|\bwrap", "purchasing.packaging_and_shipping"
    ),
)


def work_center(text: str) -> str:
    """Work centre of the first operation that the text asks for; empty when it asks for none."""
    return next((operation.work_center for operation in OPERATIONS if operation.asked.search(text)), "")
