"""A collector of traces: OTLP's own gRPC service, on a port of its own."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import grpc
from opentelemetry.proto.collector.trace.v1 import trace_service_pb2 as pb
from opentelemetry.proto.collector.trace.v1 import trace_service_pb2_grpc as pb_grpc


@dataclass(frozen=True)
class Span:
    """What a test asks of a span; ids are lower-case hex, `failed` is what its error status says."""

    service: str
    name: str
    trace: str
    id: str
    parent: str
    attributes: dict[str, str]
    kind: str
    failed: str | None


@dataclass
class Collector(pb_grpc.TraceServiceServicer):
    """Keeps every span that is sent."""

    spans: list[Span] = field(default_factory=list)
    raw: list[bytes] = field(default_factory=list)
    address: str = ""

    def Export(self, request: Any, context: Any) -> Any:  # noqa: N802 - the service's own name
        """Takes a batch."""
        self.raw.append(request.SerializeToString())
        for resource in request.resource_spans:
            service = _attributes(resource.resource.attributes)["service.name"]
            for scope in resource.scope_spans:
                self.spans.extend(_span(service, span) for span in scope.spans)
        return pb.ExportTraceServiceResponse()

    def named(self, name: str) -> list[Span]:
        """The spans of one name."""
        return [span for span in self.spans if span.name == name]


@contextmanager
def collecting() -> Iterator[Collector]:
    """A collector that listens; threads of its own, so that a test may wait for processes meanwhile."""
    server = grpc.server(ThreadPoolExecutor(2))
    collector = Collector()
    pb_grpc.add_TraceServiceServicer_to_server(collector, server)  # type: ignore[no-untyped-call]
    collector.address = f"http://127.0.0.1:{server.add_insecure_port('127.0.0.1:0')}"
    server.start()
    try:
        yield collector
    finally:
        server.stop(0).wait()


def _span(service: str, span: Any) -> Span:
    ids = (span.trace_id.hex(), span.span_id.hex(), span.parent_span_id.hex())
    kind = span.SpanKind.Name(span.kind).removeprefix("SPAN_KIND_")
    failed = span.status.message if span.status.code == span.status.STATUS_CODE_ERROR else None
    return Span(service, span.name, *ids, _attributes(span.attributes), kind, failed)


def _attributes(pairs: Any) -> dict[str, str]:
    return {pair.key: str(getattr(pair.value, pair.value.WhichOneof("value"))) for pair in pairs}
