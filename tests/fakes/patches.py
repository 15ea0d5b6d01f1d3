"""Patches of a few lines, one of each agent's own section."""

from __future__ import annotations

from buildplan.v1.plan_pb2 import Patch
from buildplan.v1.statement_pb2 import Statement


def patch_of(agent: str, text: str = "") -> Patch:
    """One inferred line in a section that `agent` owns."""
    statement = Statement(text=text or f"a line of {agent}", basis=Statement.BASIS_INFERRED, confidence=0.5)
    patch = Patch()
    sections = patch.sections
    places = {
        "qma": sections.quality_plan.required_tests,
        "pma": sections.purchasing.materials,
        "sca": sections.release_plan.do_early,
        "ema": sections.engineering_instructions.fixtures,
    }
    places[agent].append(statement)
    mine = Patch()
    for field, value in patch.sections.ListFields():
        if value.ByteSize():
            getattr(mine.sections, field.name).CopyFrom(value)
    return mine
