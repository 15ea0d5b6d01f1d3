"""Structured logs on stderr; session, run and agent ids come from structlog's context variables."""

from __future__ import annotations

import logging
import sys

import structlog
from structlog.typing import EventDict

from services.runtime import tracing

_LEVELS = logging.getLevelNamesMapping()


def configure_logs(service: str, level: str, form: str) -> None:
    """One line for each event, as JSON or as text; `service` is on every line."""
    renderer: structlog.typing.Processor = structlog.processors.JSONRenderer()
    if form == "text":
        # Never the pretty tracebacks: they print local variables, and those may hold papers or keys.
        renderer = structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback)
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            _add_trace,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            *([structlog.processors.format_exc_info] if form == "json" else []),
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(_LEVELS[level.upper()]),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
    structlog.contextvars.bind_contextvars(service=service)


def _add_trace(_: object, __: str, event: EventDict) -> EventDict:
    event.update(tracing.identifiers())
    return event
