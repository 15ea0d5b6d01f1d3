"""One walk over all Statements of a plan, by descriptor: sections that are added later are found too."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from google.protobuf.descriptor import Descriptor
from google.protobuf.message import Message

from buildplan.v1.statement_pb2 import Statement


@dataclass(frozen=True)
class Line:
    """One line of a plan.

    `path` is "quality_plan.ctqs"; `item` is the message that the line is (a CriticalToQuality, a Risk, or the
    Statement itself); `statement` is its leaf, live: a change to it changes the plan.
    """

    path: str
    item: Message
    statement: Statement


def lines(message: Message, path: str = "") -> Iterator[Line]:
    """All lines below `message` in the order of its fields."""
    for field, value in message.ListFields():
        kind = field.message_type
        if kind is None or not _holds_statements(kind):
            continue
        here = f"{path}.{field.name}" if path else field.name
        for item in value if field.is_repeated else (value,):
            yield from _below(kind, item, here)


@cache
def paths(kind: Descriptor, path: str = "") -> tuple[str, ...]:
    """The paths that lines of a message of this kind may have, in the order of its fields."""
    if path and (kind is Statement.DESCRIPTOR or _has_statement(kind)):
        return (path,)
    found = ((field.message_type, f"{path}.{field.name}" if path else field.name) for field in kind.fields)
    return tuple(below for inner, here in found if inner and _holds_statements(inner) for below in paths(inner, here))


def _below(kind: Descriptor, item: Message, path: str) -> Iterator[Line]:
    if isinstance(item, Statement):
        yield Line(path, item, item)
    elif _has_statement(kind):
        yield Line(path, item, item.statement)  # type: ignore[attr-defined]
    else:
        yield from lines(item, path)


@cache
def _has_statement(kind: Descriptor) -> bool:
    leaf = kind.fields_by_name.get("statement")
    return leaf is not None and leaf.message_type is Statement.DESCRIPTOR


@cache
def _holds_statements(kind: Descriptor) -> bool:
    """True when a Statement can stand in a message of this kind; contract messages do not contain themselves."""
    if kind is Statement.DESCRIPTOR:
        return True
    return any(field.message_type is not None and _holds_statements(field.message_type) for field in kind.fields)
