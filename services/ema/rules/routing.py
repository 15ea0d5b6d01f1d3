"""Sequences that the papers state; their work centre from the words."""

from __future__ import annotations

from services.ema.operations import work_center
from services.specialist.offline.reading import Finding, Reading
from services.specialist.offline.rule import Rule


def _fields(finding: Finding, reading: Reading) -> dict[str, object]:  # noqa: ARG001 - the interface of Rule.fields
    return {"work_center": work_center(finding.text)}


ROUTING = Rule("engineering_instructions.quality_routing", _fields)
