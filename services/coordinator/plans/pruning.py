"""Takes lines out of a plan by their identifiers."""

from __future__ import annotations

from collections.abc import Set as AbstractSet

from google.protobuf.message import Message

from buildplan.v1.statement_pb2 import Statement


def remove_lines(message: Message, doomed: AbstractSet[str]) -> None:
    """Removes every line below `message` whose statement's identifier is in `doomed`."""
    if not doomed:
        return
    for field, value in message.ListFields():
        if field.message_type is None:
            continue
        if not field.is_repeated:
            remove_lines(value, doomed)
            continue
        kept = [item for item in value if _identifier(item) not in doomed]
        if len(kept) < len(value):
            copies = [type(item).FromString(item.SerializeToString()) for item in kept]
            del value[:]
            value.extend(copies)


def _identifier(item: Message) -> str | None:
    statement = item if isinstance(item, Statement) else getattr(item, "statement", None)
    return statement.id if isinstance(statement, Statement) else None
