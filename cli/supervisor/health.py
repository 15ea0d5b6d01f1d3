"""Waiting until a service serves: by the gRPC health service, or by the health page of one that speaks HTTP."""

from __future__ import annotations

import asyncio

from grpc_health.v1 import health_pb2, health_pb2_grpc

from cli.access import Access
from cli.supervisor.services import ServiceDefinition
from services.runtime.channels import open_channel
from services.runtime.probe import serving

_PAUSE_SECONDS = 0.05


async def healthy(service: ServiceDefinition, seconds: float) -> None:
    """Until it says that it serves; raises AioRpcError or TimeoutError when it does not say so in time."""
    if service.url:
        await _http_healthy(f"{service.url}/healthz", seconds)
    else:
        await _grpc_healthy(service.address, seconds)


async def _http_healthy(url: str, seconds: float) -> None:
    async with asyncio.timeout(seconds):
        while not await asyncio.to_thread(serving, url):  # noqa: ASYNC110 - another process has no event of ours
            await asyncio.sleep(_PAUSE_SECONDS)


async def _grpc_healthy(address: str, seconds: float) -> None:
    async with open_channel(address, Access.of_command().tls) as channel:
        stub = health_pb2_grpc.HealthStub(channel)
        request = health_pb2.HealthCheckRequest()
        answer = await stub.Check(request, timeout=seconds, wait_for_ready=True)  # type: ignore[attr-defined]
        while answer.status != health_pb2.HealthCheckResponse.SERVING:
            await asyncio.sleep(_PAUSE_SECONDS)
            answer = await stub.Check(request, timeout=seconds)  # type: ignore[attr-defined]
