"""Messages and times as the tables hold them."""

from __future__ import annotations

from typing import TypeVar

from google.protobuf.json_format import MessageToJson, Parse
from google.protobuf.message import Message
from google.protobuf.timestamp_pb2 import Timestamp

M = TypeVar("M", bound=Message)


def to_json(message: Message) -> str:
    """The proto's JSON in one line, with the proto's own field names."""
    return MessageToJson(message, preserving_proto_field_name=True, indent=None)


def from_json(text: str, message: M) -> M:
    """Fills `message`; raises google.protobuf.json_format.ParseError. Fields of a later contract are ignored."""
    return Parse(text, message, ignore_unknown_fields=True)


def or_none(stamp: Timestamp) -> int | None:
    """Microseconds since 1970 UTC; None for a time that is not set."""
    return stamp.ToMicroseconds() or None
