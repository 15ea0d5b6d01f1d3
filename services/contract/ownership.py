"""Who may write which section: read from the `owner` option on the fields of Sections."""

from __future__ import annotations

from functools import cache

from buildplan.v1 import plan_pb2

_FIELDS = plan_pb2.Sections.DESCRIPTOR.fields


@cache
def owners() -> dict[str, str]:
    """Section field name to the agent that owns it, in the order of the proto."""
    return {field.name: field.GetOptions().Extensions[plan_pb2.owner] for field in _FIELDS}


def sections_of(agent: str) -> tuple[str, ...]:
    """Field names of the sections that `agent` owns; empty for an agent that owns none."""
    return tuple(section for section, owner in owners().items() if owner == agent)


def foreign_sections(agent: str, sections: plan_pb2.Sections) -> tuple[str, ...]:
    """Field names of the sections that are set in `sections` and belong to somebody else."""
    return tuple(field.name for field, _ in sections.ListFields() if owners()[field.name] != agent)
