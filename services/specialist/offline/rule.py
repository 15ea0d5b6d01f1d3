"""How an agent writes the findings of one of its sections."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from google.protobuf.message import Message

from buildplan.v1.plan_pb2 import Patch
from buildplan.v1.statement_pb2 import Statement
from services.specialist.offline.reading import Finding, Reading

Fields = Callable[[Finding, Reading], Mapping[str, object]]


@dataclass(frozen=True)
class Rule:
    """`target` is the section's path in Sections; `fields` fills what its items hold beside the statement."""

    target: str
    fields: Fields | None = None

    def write(self, finding: Finding, reading: Reading, patch: Patch) -> None:
        """Adds the finding to its section of the patch."""
        section, _, name = self.target.partition(".")
        item: Message = getattr(getattr(patch.sections, section), name).add()
        statement = finding.statement()
        if isinstance(item, Statement):
            item.CopyFrom(statement)
            return
        item.statement.CopyFrom(statement)  # type: ignore[attr-defined]
        for field, value in (self.fields(finding, reading) if self.fields else {}).items():
            setattr(item, field, value)
