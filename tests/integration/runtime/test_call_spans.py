"""Spans of calls say which status and reason they ended with, and who leaves has not failed."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import grpc
import pytest

from buildplan.v1.specialist_service_pb2 import DescribeRequest, DescribeResponse, ProposeRequest, ProposeResponse
from services.runtime import tracing
from services.runtime.errors import NotFound
from tests.integration.runtime.echo import NAME, echo_server, stub_for
from tests.integration.telemetry.collector import Collector


@pytest.mark.parametrize(
    ("error", "status", "reason"),
    [(NotFound("sessions/x"), "5", "NOT_FOUND"), (ZeroDivisionError("words of the papers"), "13", "INTERNAL")],
)
async def test_a_call_that_failed_says_why(collector: Collector, error: Exception, status: str, reason: str) -> None:
    async def describe() -> DescribeResponse:
        raise error

    async with echo_server(describe=describe) as (server, _), stub_for(server.address) as stub:
        with pytest.raises(grpc.aio.AioRpcError):
            await stub.Describe(DescribeRequest(), timeout=5)
    await asyncio.to_thread(tracing.close)
    (span,) = collector.named(f"/{NAME}/Describe")
    assert (span.kind, span.failed) == ("SERVER", reason)
    assert (span.attributes["rpc.grpc.status_code"], span.attributes["reason"]) == (status, reason)
    assert b"words of the papers" not in b"".join(collector.raw)


async def test_a_client_that_leaves_a_stream_is_no_error(collector: Collector) -> None:
    async def propose() -> AsyncIterator[ProposeResponse]:
        yield ProposeResponse(description=DescribeResponse(agent="echo"))
        await asyncio.Event().wait()

    async with echo_server(propose=propose) as (server, echo), stub_for(server.address) as stub:
        call = stub.Propose(ProposeRequest(), timeout=5)
        await anext(aiter(call))
        call.cancel()
        async with asyncio.timeout(5):
            while echo.open_streams:
                await asyncio.sleep(0.01)
    await asyncio.to_thread(tracing.close)
    (span,) = collector.named(f"/{NAME}/Propose")
    assert (span.kind, span.failed) == ("SERVER", None)
