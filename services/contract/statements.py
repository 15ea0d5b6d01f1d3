"""One walk over all Statements of a plan, by descriptor: sections that are added later are found too."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto
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


def lines(message: Message, path: str = "") -> list[Line]:
    """All lines below `message` in the order of its fields."""
    found: list[Line] = []
    _collect(message, path, found)
    return found


@cache
def paths(kind: Descriptor, path: str = "") -> tuple[str, ...]:
    """The paths that lines of a message of this kind may have, in the order of its fields."""
    if path and (kind is Statement.DESCRIPTOR or _has_statement(kind)):
        return (path,)
    found = ((field.message_type, f"{path}.{field.name}" if path else field.name) for field in kind.fields)
    return tuple(below for inner, here in found if inner and _holds_statements(inner) for below in paths(inner, here))


class _Shape(Enum):
    STATEMENT = auto()
    WITH_STATEMENT = auto()
    ABOVE = auto()


@dataclass(frozen=True)
class _Field:
    """A field with lines in it or below it."""

    name: str
    repeated: bool
    shape: _Shape


def _collect(message: Message, path: str, found: list[Line]) -> None:
    fields = _fields(message.DESCRIPTOR)
    for described, value in message.ListFields():
        field = fields.get(described.number)
        if field is None:
            continue
        here = f"{path}.{field.name}" if path else field.name
        items = value if field.repeated else (value,)
        if field.shape is _Shape.STATEMENT:
            found += [Line(here, item, item) for item in items]
        elif field.shape is _Shape.WITH_STATEMENT:
            found += [Line(here, item, item.statement) for item in items]
        else:
            for item in items:
                _collect(item, here, found)


@cache
def _fields(kind: Descriptor) -> dict[int, _Field]:
    """By their numbers; a walk that asks descriptors each time takes twice as long."""
    return {
        field.number: _Field(field.name, field.is_repeated, _shape(field.message_type))
        for field in kind.fields
        if field.message_type is not None and _holds_statements(field.message_type)
    }


def _shape(kind: Descriptor) -> _Shape:
    if kind is Statement.DESCRIPTOR:
        return _Shape.STATEMENT
    return _Shape.WITH_STATEMENT if _has_statement(kind) else _Shape.ABOVE


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
