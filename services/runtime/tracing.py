"""Traces: one for each run, from whoever asked for it to the model's answer.

OpenTelemetry takes half a second and 43 MB to import, so that it is imported where OTEL_EXPORTER_OTLP_ENDPOINT is set
and nowhere else; without it a span is nothing at all. Context goes on in the W3C header `traceparent`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext
from importlib.util import find_spec
from typing import Literal, Protocol

from services.runtime.settings import Environment, SettingError

TRACEPARENT = "traceparent"
STATUS = "rpc.grpc.status_code"
"""The attribute for a call's status, as gRPC numbers them."""
_ENDPOINT = "OTEL_EXPORTER_OTLP_ENDPOINT"
_PACKAGES = ("opentelemetry.sdk", "opentelemetry.exporter.otlp.proto.grpc")
_NUMBERS = ("OTEL_BSP_MAX_QUEUE_SIZE", "OTEL_BSP_MAX_EXPORT_BATCH_SIZE", "OTEL_BSP_SCHEDULE_DELAY")
_URL = re.compile(r"(https?://)?[^\s/]+(/\S*)?")
_NO_SPAN = nullcontext()
Kind = Literal["internal", "server", "client"]
"""What a span's work is: our own, an answer to a call, or a call of somebody else."""


class Tracer(Protocol):
    """Where spans go."""

    def span(self, name: str, parent: str, kind: Kind, attributes: Mapping[str, str]) -> AbstractContextManager[None]:
        """See `span`."""

    def rename(self, name: str, attributes: Mapping[str, str]) -> None:
        """See `rename`."""

    def add(self, attributes: Mapping[str, str | int]) -> None:
        """See `add`."""

    def fail(self, reason: str) -> None:
        """See `fail`."""

    def traceparent(self) -> str:
        """See `traceparent`."""

    def identifiers(self) -> Mapping[str, str]:
        """The current trace's and span's ids, for logs."""

    def close(self) -> bool:
        """See `close`."""


class _Current:
    tracer: Tracer | None = None


def configure(service: str, environment: Environment) -> None:
    """Exports traces by OTLP over gRPC where OTEL_EXPORTER_OTLP_ENDPOINT says so; the library reads its other settings.

    Raises SettingError when the packages are missing, for what is no URL, and for other values that are not taken.
    """
    endpoint = environment.text(_ENDPOINT, "")
    if not endpoint:
        return
    if not _URL.fullmatch(endpoint):
        raise SettingError(f'{_ENDPOINT} is "{endpoint}"; it takes a URL such as http://127.0.0.1:4317')
    try:
        missing = [package for package in _PACKAGES if find_spec(package) is None]
    except ModuleNotFoundError:
        missing = list(_PACKAGES)
    if missing:
        raise SettingError(f"{_ENDPOINT} needs the packages of OpenTelemetry: install build-planner[telemetry]")
    for name in _NUMBERS:
        environment.integer(name, 1, minimum=1)
    _Current.tracer = _made(service, environment)


def _made(service: str, environment: Environment) -> Tracer:
    from services.runtime.otlp import OtlpTracer

    try:
        return OtlpTracer(service)
    except Exception as error:  # the library raises what it likes, and its words do not name the setting
        names = ", ".join(sorted(name for name in environment.values if name.startswith("OTEL_")))
        raise SettingError(f"one of {names} is not taken: {error}") from error


def close() -> bool:
    """Sends what is left, within two seconds; spans are nothing from now on. False when the last did not arrive."""
    tracer, _Current.tracer = _Current.tracer, None
    return tracer is None or tracer.close()


def is_on() -> bool:
    """True when spans go anywhere."""
    return _Current.tracer is not None


def span(name: str, parent: str = "", kind: Kind = "internal", **attributes: str) -> AbstractContextManager[None]:
    """A span around a block, below the current one or below `parent`, a traceparent.

    An exception marks it as failed by its type alone, unless `fail` gave a reason before: messages may hold words of
    the papers. Whoever leaves a call or stops the work has not failed.
    """
    return _Current.tracer.span(name, parent, kind, attributes) if _Current.tracer else _NO_SPAN


def rename(name: str, **attributes: str) -> None:
    """Gives the current span another name and more attributes: what it is about may turn out on its way."""
    if _Current.tracer is not None:
        _Current.tracer.rename(name, attributes)


def add(**attributes: str | int) -> None:
    """Gives the current span more attributes."""
    if _Current.tracer is not None:
        _Current.tracer.add(attributes)


def fail(reason: str) -> None:
    """Marks the current span as failed for one of our stable reasons."""
    if _Current.tracer is not None:
        _Current.tracer.fail(reason)


def traceparent() -> str:
    """The current span as a traceparent; empty when there is none."""
    return _Current.tracer.traceparent() if _Current.tracer else ""


def identifiers() -> Mapping[str, str]:
    """`trace_id` and `span_id` of the current span; empty when there is none."""
    return _Current.tracer.identifiers() if _Current.tracer else {}
