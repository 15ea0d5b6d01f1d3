"""Structured logs on stderr: a line for each event, with its fields and with what is bound to its context.

Not structlog: it imports rich wherever that is installed, which took a tenth of a second of every server's start.
"""

from __future__ import annotations

import json
import sys
import traceback
from collections.abc import Callable, Mapping
from contextvars import ContextVar
from datetime import UTC, datetime
from types import MappingProxyType

from services.runtime import tracing

_Fields = Mapping[str, object]
_LEVELS = {name: order for order, name in enumerate(("debug", "info", "warning", "error", "critical"))}
_bound: ContextVar[_Fields] = ContextVar("bound", default=MappingProxyType({}))


def configure_logs(service: str, level: str, form: str) -> None:
    """What goes to stderr from now on: `level` and above, as "json" or "text"; `service` is on every line."""
    _Output.service, _Output.lowest = service, _LEVELS[level]
    _Output.line = staticmethod(_as_text if form == "text" else _as_json)


def bind(**fields: object) -> None:
    """Puts `fields` on every line of this task, and of those that it starts from now on."""
    _bound.set({**_bound.get(), **fields})


class Logger:
    """Says what happened in an `event` that is the same each time, and what differs in `fields`.

    The traceback of the exception in `exc_info` follows, never with local variables: those may hold papers or keys.
    """

    def debug(self, event: str, **fields: object) -> None:
        """For whoever looks for a fault."""
        _say("debug", event, fields)

    def info(self, event: str, **fields: object) -> None:
        """What goes as it should."""
        _say("info", event, fields)

    def warning(self, event: str, exc_info: BaseException | None = None, **fields: object) -> None:
        """What somebody should look at some day."""
        _say("warning", event, fields, exc_info)

    def error(self, event: str, exc_info: BaseException | None = None, **fields: object) -> None:
        """What somebody should look at now."""
        _say("error", event, fields, exc_info)


def _say(level: str, event: str, fields: _Fields, error: BaseException | None = None) -> None:
    if _LEVELS[level] < _Output.lowest:
        return
    moment = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    service = {"service": _Output.service} if _Output.service else {}
    everything = {**service, **tracing.identifiers(), **_bound.get(), **fields}
    if error is not None:
        everything["exception"] = "".join(traceback.format_exception(error)).rstrip()
    sys.stderr.write(_Output.line(moment, level, event, everything) + "\n")
    sys.stderr.flush()


def _as_json(moment: str, level: str, event: str, fields: _Fields) -> str:
    return json.dumps({"timestamp": moment, "level": level, "event": event, **fields}, default=str)


def _as_text(moment: str, level: str, event: str, fields: _Fields) -> str:
    """Values that hold more than a word are quoted, so that none looks like another line or field."""
    words = [f"{name}={_word(value)}" for name, value in fields.items() if name != "exception"]
    trace = [str(fields["exception"])] if "exception" in fields else []
    return "\n".join([" ".join([moment, f"{level:7}", event, *words]), *trace])


def _word(value: object) -> str:
    text = str(value)
    return text if text.isprintable() and " " not in text else json.dumps(text)


class _Output:
    service = ""
    lowest = _LEVELS["info"]
    line: Callable[[str, str, str, _Fields], str] = staticmethod(_as_text)
