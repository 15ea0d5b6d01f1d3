"""Whatever bytes arrive, no traceback leaves the server and it goes on serving."""

from __future__ import annotations

import asyncio
from typing import Any

import grpc
import pytest
from grpc_health.v1 import health_pb2, health_pb2_grpc
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from buildplan.v1 import audit_service_pb2, document_service_pb2, plan_service_pb2, run_service_pb2, session_service_pb2
from tests.integration.coordinator.house import House

pytestmark = pytest.mark.asyncio(loop_scope="package")
_MODULES = (audit_service_pb2, session_service_pb2, document_service_pb2, run_service_pb2, plan_service_pb2)
SERVICES = [service for module in _MODULES for service in module.DESCRIPTOR.services_by_name.values()]
METHODS = [(f"/{service.full_name}/{method.name}", method) for service in SERVICES for method in service.methods]
_NAMES = st.sampled_from(
    ["sessions/a", "sessions/a/runs/b", "sessions/a/plans/latest", "sessions/a/documents/d", "\x00"]
)


@st.composite
def near_messages(draw: st.DrawFn, fields: int = 6) -> bytes:
    """Bytes on the wire with plausible field numbers, names, numbers and nested messages."""
    parts = []
    for _ in range(draw(st.integers(1, fields))):
        number = draw(st.integers(1, 12))
        if draw(st.booleans()):
            parts.append(bytes([number << 3]) + draw(st.sampled_from([b"\x00", b"\x01", b"\xff" * 9 + b"\x01"])))
        else:
            content = draw(st.one_of(_NAMES.map(str.encode), st.binary(max_size=20)))
            parts.append(bytes([number << 3 | 2, len(content)]) + content)
    return b"".join(parts)


async def call(channel: grpc.aio.Channel, path: str, method: Any, sent: list[bytes]) -> grpc.aio.AioRpcError | None:
    """One call with these bytes; the error that it ended with."""

    async def stream() -> Any:
        for message in sent:
            yield message

    streams_in, streams_out = method.client_streaming, method.server_streaming
    kind = f"{'stream' if streams_in else 'unary'}_{'stream' if streams_out else 'unary'}"
    started = getattr(channel, kind)(path)(stream() if streams_in else sent[0], timeout=5)
    try:
        if streams_out:
            async for _ in started:
                pass
        else:
            await started
    except grpc.aio.AioRpcError as error:
        return error
    return None


@pytest.mark.parametrize(("path", "method"), METHODS, ids=[path for path, _ in METHODS])
async def test_no_bytes_bring_out_a_traceback(house: House, path: str, method: Any) -> None:
    messages = st.one_of(st.binary(max_size=60), near_messages())
    found: list[list[bytes]] = []

    @settings(max_examples=12, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(st.lists(messages, min_size=1, max_size=3))
    def collect(sent: list[bytes]) -> None:
        found.append(sent)

    collect()
    for sent, error in zip(
        found, await asyncio.gather(*(call(house.channel, path, method, sent) for sent in found)), strict=True
    ):
        details = "" if error is None else error.details() or ""
        assert "Traceback" not in details, sent
        assert ".py" not in details, sent
        assert "incident" not in details, sent
    health = health_pb2_grpc.HealthStub(house.channel)
    service = path.split("/")[1]
    answer = await health.Check(health_pb2.HealthCheckRequest(service=service))  # type: ignore[attr-defined]
    assert answer.status == health_pb2.HealthCheckResponse.SERVING
    assert not house.temporary_files()


async def test_a_method_that_does_not_exist_is_unimplemented(house: House) -> None:
    destroy: Any = house.channel.unary_unary("/buildplan.v1.SessionService/Destroy")
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await destroy(b"", timeout=5)
    assert caught.value.code() is grpc.StatusCode.UNIMPLEMENTED
