"""Structured logs on stderr; session, run and agent ids come from structlog's context variables.

Every logger comes from here: structlog imports rich where it is installed, a tenth of a server's start, for tracebacks
that are never printed. It is kept from that, and rich is left to the command.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from services.runtime import tracing
from services.runtime.metrics import Counter


@contextmanager
def _without(module: str) -> Iterator[None]:
    """Inside, what has not been imported yet cannot be."""
    hidden = sys.modules.setdefault(module, None) is None  # type: ignore[arg-type]
    try:
        yield
    finally:
        if hidden:
            del sys.modules[module]


with _without("rich"):
    import structlog
    from structlog.contextvars import bind_contextvars as bind
    from structlog.contextvars import unbind_contextvars as unbind
    from structlog.typing import EventDict

__all__ = ["bind", "configure_logs", "get_logger", "unbind"]

get_logger = structlog.get_logger
_DEFECTS = Counter("buildplan_defects_total", "Errors that nobody foresaw: those whose traceback is in the log.")
_LEVELS = logging.getLevelNamesMapping()


def configure_logs(service: str, level: str, form: str) -> None:
    """One line for each event, as JSON or as text; `service` is on every line, also on those of libraries."""
    renderer: structlog.typing.Processor = structlog.processors.JSONRenderer()
    if form == "text":
        # Never the pretty tracebacks: they print local variables, and those may hold papers or keys.
        renderer = structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback)
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            _add_trace,
            _Service(service),
            _count_defect,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            *([structlog.processors.format_exc_info] if form == "json" else []),
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(_LEVELS[level.upper()]),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
    logging.basicConfig(level=logging.WARNING, handlers=[_Libraries()], force=True)


class _Service:
    """Not a context variable: threads of libraries have none of ours."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __call__(self, _: object, __: str, event: EventDict) -> EventDict:
        event["service"] = self._name
        return event


class _Libraries(logging.Handler):
    def emit(self, record: logging.LogRecord) -> None:
        tell = get_logger().error if record.levelno >= logging.ERROR else get_logger().warning
        tell(record.getMessage(), library=record.name, exc_info=record.exc_info)


def _add_trace(_: object, __: str, event: EventDict) -> EventDict:
    event.update(tracing.identifiers())
    return event


def _count_defect(_: object, __: str, event: EventDict) -> EventDict:
    if event.get("exc_info"):
        _DEFECTS.add(1)
    return event
