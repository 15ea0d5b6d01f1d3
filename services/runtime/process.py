"""The frame of a server process: settings are read, logs configured, errors of settings said in one line."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Coroutine, Sequence
from typing import Any

from services.runtime import collector, event_loop, expiry, tracing
from services.runtime.errors import DomainError
from services.runtime.logs import configure_logs, get_logger
from services.runtime.settings import Environment, ServerSettings, SettingError

_log = get_logger()


def run_process(
    name: str, default_port: int, main: Callable[[Environment, ServerSettings], Coroutine[Any, Any, None]]
) -> None:
    """Runs `main` with the settings of this process's environment; `main` ends the start with `collector.settle()`.

    Exits 2 on a bad setting and 1 when what it needs cannot be had, with one line that says why.
    """
    collector.rest()
    os.umask(0o077)  # papers and plans are read by this process's user alone
    try:
        _run(name, default_port, main)
    except (SettingError, DomainError) as error:
        _say(name, " ".join(str(error).split()))
        collector.settle()  # what a half-done start leaves, freed as late as the interpreter's end, prints an error
        sys.exit(2 if isinstance(error, SettingError) else 1)


def _run(
    name: str, default_port: int, main: Callable[[Environment, ServerSettings], Coroutine[Any, Any, None]]
) -> None:
    try:
        _check_arguments(sys.argv[1:])
        environment = Environment(os.environ)
        settings = ServerSettings.read(environment, default_port)
        configure_logs(name, settings.log_level, settings.log_format)
        if settings.metrics_port:
            from services.runtime.metrics_server import serve

            serve(settings.host, settings.metrics_port)
        if settings.tls is not None:
            expiry.watch(settings.tls)
        tracing.configure(name, environment)
        event_loop.run(main(environment, settings))
    finally:
        if not tracing.close():
            _log.warning("the last traces were not taken by OTEL_EXPORTER_OTLP_ENDPOINT")


def _say(name: str, why: str) -> None:
    """As the logs are written, also where a bad setting came before they were configured."""
    if Environment(os.environ).text("BUILDPLAN_LOG_FORMAT", "").lower() == "text":
        print(f"{name}: {why}", file=sys.stderr)
        return
    configure_logs(name, "error", "json")
    _log.error("cannot go on", cause=why)


def _check_arguments(given: Sequence[str]) -> None:
    if given:
        raise SettingError(f'takes no "{given[0]}": environment variables set it, such as BUILDPLAN_PORT')
