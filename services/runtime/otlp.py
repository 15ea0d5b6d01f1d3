"""OpenTelemetry behind `services.runtime.tracing`; imported only where traces are exported."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

from opentelemetry import trace
from opentelemetry.exporter.otlp.proto.grpc.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExportResult
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

_W3C = TraceContextTextMapPropagator()
_HEADER = "traceparent"
_KINDS: Mapping[str, trace.SpanKind] = {
    "internal": trace.SpanKind.INTERNAL,
    "server": trace.SpanKind.SERVER,
    "client": trace.SpanKind.CLIENT,
}
_LEFT = (asyncio.CancelledError, GeneratorExit, KeyboardInterrupt)
_LAST_SECONDS = 1.5
_library = logging.getLogger("opentelemetry")
_library.addHandler(logging.NullHandler())  # where logs are not configured, as in the command, it is not heard


class _Exporter(OTLPSpanExporter):
    """Knows whether its latest batch has arrived."""

    arrived = True

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        result = super().export(spans)
        self.arrived = result is SpanExportResult.SUCCESS
        return result


class OtlpTracer:
    """See services.runtime.tracing.Tracer."""

    def __init__(self, service: str) -> None:
        resource = Resource.create({"service.name": f"buildplan-{service}"})
        self._exporter = _Exporter()
        self._provider = TracerProvider(resource=resource, shutdown_on_exit=False)
        self._provider.add_span_processor(BatchSpanProcessor(self._exporter))
        self._tracer = self._provider.get_tracer("buildplan")

    @contextmanager
    def span(self, name: str, parent: str, kind: str, attributes: Mapping[str, str]) -> Iterator[None]:
        """See tracing.span."""
        context = _W3C.extract({_HEADER: parent}) if parent else None
        with self._tracer.start_as_current_span(
            name, context, _KINDS[kind], attributes, record_exception=False, set_status_on_exception=False
        ) as current:
            try:
                yield
            except _LEFT:
                current.set_attribute("cancelled", True)
                raise
            except BaseException as error:
                if not _has_failed(current):
                    current.set_status(trace.StatusCode.ERROR, type(error).__name__)
                raise

    def rename(self, name: str, attributes: Mapping[str, str]) -> None:
        """See tracing.rename."""
        current = trace.get_current_span()
        current.update_name(name)
        current.set_attributes(attributes)

    def add(self, attributes: Mapping[str, str | int]) -> None:
        """See tracing.add."""
        trace.get_current_span().set_attributes(attributes)

    def fail(self, reason: str) -> None:
        """See tracing.fail."""
        current = trace.get_current_span()
        current.set_attribute("reason", reason)
        current.set_status(trace.StatusCode.ERROR, reason)

    def traceparent(self) -> str:
        """See tracing.traceparent."""
        carrier: dict[str, str] = {}
        _W3C.inject(carrier)
        return carrier.get(_HEADER, "")

    def identifiers(self) -> Mapping[str, str]:
        """See tracing.identifiers."""
        context = trace.get_current_span().get_span_context()
        if not context.is_valid:
            return {}
        return {"trace_id": trace.format_trace_id(context.trace_id), "span_id": trace.format_span_id(context.span_id)}

    def close(self) -> bool:
        """See tracing.close. The library alone would wait for its collector until a supervisor kills the process."""
        sending = threading.Thread(target=self._provider.shutdown, name="last spans", daemon=True)
        sending.start()
        sending.join(_LAST_SECONDS)
        if sending.is_alive():
            _library.setLevel(logging.CRITICAL + 1)
            self._exporter.shutdown()
            return False
        return self._exporter.arrived


def _has_failed(span: trace.Span) -> bool:
    return isinstance(span, ReadableSpan) and span.status.status_code is trace.StatusCode.ERROR
