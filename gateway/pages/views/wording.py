"""How values of the protos read on a page."""

from __future__ import annotations

import re
from datetime import UTC
from functools import cache
from typing import Any

from google.protobuf.message import Message
from google.protobuf.timestamp_pb2 import Timestamp

_AGENTS = {"qma": "Quality", "pma": "Purchasing", "sca": "Schedule", "ema": "Engineering"}
_SPELLED = {"ctqs": "CTQs", "rfqs": "RFQs", "dfm": "DFM", "op": "Op.", "no": "no."}
_CAPITALS = re.compile(r"(?<!\A)(?=[A-Z])")


def words(message: Message, field: str) -> str:
    """The value of an enum field in words: "purchase order"; empty where it is not set."""
    number = getattr(message, field)
    return value_words(message.DESCRIPTOR.fields_by_name[field].enum_type, number) if number else ""


def value_words(enum: Any, number: int) -> str:
    """A value of an enum in words, without the prefix that the protos give it."""
    found = enum.values_by_number.get(number)
    name = found.name if found else "UNSPECIFIED"
    return name.removeprefix(_prefix(enum.name)).replace("_", " ").lower()


def choices(enum: Any) -> list[tuple[str, str]]:
    """The values that a user may choose: the protos' name, and words."""
    return [(value.name, value_words(enum, value.number)) for value in enum.values if value.number]


def agent_title(agent: str) -> str:
    """As "Quality" for "qma"; empty for an agent that is not known here."""
    return _AGENTS.get(agent, "")


def heading(field_name: str) -> str:
    """As "Hold points" for hold_points, "CTQs" for ctqs."""
    text = " ".join(_SPELLED.get(word, word) for word in field_name.split("_"))
    return text[:1].upper() + text[1:]


def seconds(value: float) -> str:
    """As "0.4 s", "18 s", "3 min 05 s"; as `static/time.js` goes on counting."""
    if value < 10:
        return f"{value:.1f} s"
    return f"{value:.0f} s" if value < 120 else f"{int(value) // 60} min {int(value) % 60:02d} s"


def count(number: int, noun: str) -> str:
    """As "1 page", "3 pages"."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def size(octets: int) -> str:
    """As "10 KB", "3.2 MB"."""
    kilobytes = octets / 1000
    return f"{kilobytes / 1000:.1f} MB" if kilobytes >= 1000 else f"{max(kilobytes, 1):.0f} KB"


def iso(moment: Timestamp) -> str:
    """ISO 8601 in UTC."""
    return moment.ToDatetime(UTC).isoformat(timespec="milliseconds")


def when(moment: Timestamp) -> str:
    """As "25 Nov 2026, 22:49 UTC"; a browser shows it in its own zone."""
    return moment.ToDatetime(UTC).strftime("%-d %b %Y, %H:%M UTC")


def sentence(text: str) -> str:
    """With a capital and a full stop; empty for nothing."""
    return f"{text[:1].upper()}{text[1:]}{'' if text.endswith(('.', '?', '!')) else '.'}" if text else ""


def cells(text: str) -> list[str]:
    """The cells of a line that was a row of a table."""
    return text.split(" | ")


@cache
def _prefix(name: str) -> str:
    return f"{_CAPITALS.sub('_', name).upper()}_"
