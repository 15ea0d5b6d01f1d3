"""What differs between two revisions, line by line."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from google.protobuf.message import Message

from buildplan.v1.plan_pb2 import Plan
from buildplan.v1.plan_service_pb2 import PlanChange
from services.contract.statements import Line, lines, paths

_STATEMENT = "statement"
_IDENTIFIER = "id"


@dataclass(frozen=True)
class Comparison:
    """The lines that differ, in the order of the plan, and how many do not."""

    changes: Sequence[PlanChange]
    unchanged: int


def compare(base: Plan, later: Plan) -> Comparison:
    """Lines are the same line by their identifier within their list; an edited line keeps its own.

    What was removed stands before the line that it stood before, or at the end of its list.
    """
    before, after = _by_path(base), _by_path(later)
    changes = [
        change for path in paths(Plan.DESCRIPTOR) for change in _list(path, before.get(path, {}), after.get(path, {}))
    ]
    added = sum(change.kind == PlanChange.KIND_ADDED for change in changes)
    changed = sum(change.kind == PlanChange.KIND_CHANGED for change in changes)
    return Comparison(changes, sum(map(len, after.values())) - added - changed)


def _by_path(plan: Plan) -> dict[str, dict[str, Line]]:
    found: dict[str, dict[str, Line]] = {}
    for line in lines(plan):
        found.setdefault(line.path, {})[line.statement.id] = line
    return found


def _list(path: str, before: Mapping[str, Line], after: Mapping[str, Line]) -> Iterator[PlanChange]:
    waiting = iter(before.items())
    passed: set[str] = set()
    for identifier, line in after.items():
        earlier = before.get(identifier)
        if earlier is None:
            yield PlanChange(kind=PlanChange.KIND_ADDED, path=path, after=line.statement)
            continue
        while identifier not in passed:
            name, old = next(waiting)
            passed.add(name)
            if name not in after:
                yield _removed(path, old)
        fields = _differing(earlier.item, line.item)
        if fields:
            yield PlanChange(
                kind=PlanChange.KIND_CHANGED,
                path=path,
                before=earlier.statement,
                after=line.statement,
                fields=fields,
            )
    yield from (_removed(path, old) for name, old in waiting if name not in after)


def _removed(path: str, line: Line) -> PlanChange:
    return PlanChange(kind=PlanChange.KIND_REMOVED, path=path, before=line.statement)


def _differing(before: Message, after: Message) -> list[str]:
    """Names of the fields that differ, those of the statement in its place."""
    found: list[str] = []
    for field in after.DESCRIPTOR.fields:
        old, new = getattr(before, field.name), getattr(after, field.name)
        if field.name == _STATEMENT:
            found += _differing(old, new)
        elif field.name != _IDENTIFIER and old != new:
            found.append(field.name)
    return found
