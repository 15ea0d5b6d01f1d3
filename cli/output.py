"""Where words and records go: people read text, programs read JSON lines, and neither sees the other's."""

from __future__ import annotations

import io
import json
import shutil
import sys
import textwrap
from collections.abc import Mapping, Sequence
from typing import Any

from google.protobuf.json_format import MessageToDict
from google.protobuf.message import Message

from cli.errors import CommandError


def buffer_stdout() -> None:
    """Gives stdout a buffer where PYTHONUNBUFFERED took it away: without one, what a signal cuts off a write is lost.

    Somebody stops `buildplan export -o - | less` with Ctrl-Z, goes on, and reads a part of the plan as if it were all.
    """
    stdout = sys.stdout.buffer
    if isinstance(stdout, io.RawIOBase):
        sys.stdout = io.TextIOWrapper(
            io.BufferedWriter(stdout), sys.stdout.encoding, sys.stdout.errors, line_buffering=True
        )


def to_json(message: Message) -> dict[str, Any]:
    """A message as the protos map to JSON, fields named as in the protos."""
    return MessageToDict(message, preserving_proto_field_name=True)


class Output:
    """Text on stdout, or with `as_json` one JSON object a line there and nothing else; notes go to stderr."""

    def __init__(self, as_json: bool = False) -> None:
        self.as_json = as_json

    @property
    def live(self) -> bool:
        """True when a person watches a terminal that can be redrawn."""
        return not self.as_json and sys.stdout.isatty()

    def say(self, text: str = "") -> None:
        """A line for people."""
        if self.live:
            text = _wrap(text)
        if not self.as_json:
            print(text, flush=True)

    def note(self, text: str) -> None:
        """An aside for people, such as what was chosen for them."""
        print(text, file=sys.stderr, flush=True)

    def record(self, value: Message | Mapping[str, Any]) -> None:
        """A line for programs."""
        if self.as_json:
            fields = to_json(value) if isinstance(value, Message) else value
            print(json.dumps(fields, ensure_ascii=False), flush=True)

    def table(self, titles: Sequence[str], rows: Sequence[Sequence[str]], empty: str) -> None:
        """Aligned columns for people, without cutting anything off; `empty` when there are no rows."""
        if self.as_json:
            return
        if not rows:
            self.say(empty)
            return
        grid = [[title.upper() for title in titles], *([*map(_one_line, row)] for row in rows)]
        widths = [max(map(len, column)) for column in zip(*grid, strict=True)]
        for row in grid:
            self.say("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())

    def error(self, error: CommandError) -> None:
        """What went wrong: for people on stderr, and for programs as a record too."""
        self.note(f"error: {error}")
        fields = {"reason": error.reason, "message": error.message, "details": list(error.details)}
        self.record({"event": "error", "error": fields, "exit_code": error.exit_code})


def _wrap(text: str) -> str:
    """Breaks between words at the terminal's width, with what is broken off set in below its beginning."""
    width = shutil.get_terminal_size().columns - 1
    indent = " " * (len(text) - len(text.lstrip()) + 4)
    return textwrap.fill(text, width, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False)


def _one_line(cell: str) -> str:
    return " ".join(cell.split())
