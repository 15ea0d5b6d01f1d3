"""What HTTP costs over gRPC: `python -m benchmarks.gateway`.

A gateway and a coordinator in processes of their own, four fake specialists. Each figure stands beside the same over
raw gRPC, in the same run: from a status change to 200 clients (Server-Sent Events against WatchRun), preflight and a
read one after another, and the time from the start of the gateway's process to the first byte of a page.
"""

from __future__ import annotations

import argparse
import asyncio
import http.client
import json
import os
import statistics
import tempfile
import time
from collections.abc import Awaitable, Callable
from datetime import datetime
from pathlib import Path

import grpc

from benchmarks.watchers import in_another_process, watch
from buildplan.v1.document_service_pb2 import UploadDocumentRequest, UploadHeader
from buildplan.v1.document_service_pb2_grpc import DocumentServiceStub
from buildplan.v1.run_service_pb2 import StartRunRequest
from buildplan.v1.run_service_pb2_grpc import RunServiceStub
from buildplan.v1.session_pb2 import SessionMetadata
from buildplan.v1.session_service_pb2 import CreateSessionRequest, GetSessionRequest, ValidateSessionRequest
from buildplan.v1.session_service_pb2_grpc import SessionServiceStub
from cli.output import buffer_stdout
from services.runtime import event_loop
from services.runtime.channels import open_channel
from tests.fakes.process import AGENTS, SpecialistProcess
from tests.integration.gateway.processes import ServerProcess

AGENT_SECONDS, STEPS = (11.3, 11.7, 12.1, 12.5), 30
DOCUMENTS, CALLS, STARTS = 20, 300, 5


async def listen(address: str, run: str, clients: int) -> list[float]:
    """Milliseconds of every event at every client, each on a connection of its own.

    They come as pages do, with what has happened so far: none has to read that first.
    """
    arrivals: list[tuple[float, float]] = []
    come: list[float] = []
    host, _, port = address.rpartition(":")
    connection = http.client.HTTPConnection(host, int(port), timeout=10)
    connection.request("GET", f"/{run}")
    seen = json.load(connection.getresponse())["last_sequence"]
    connection.close()
    path = f"/agents/status?run={run}&last_event_id={seen}"

    async def one() -> None:
        reader, writer = await asyncio.open_connection(host, int(port))
        writer.write(f"GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n".encode())
        first = True
        while line := await reader.readline():
            if line.startswith(b"data: {") and len(line) > len(b"data: {}\n"):
                now = time.time()
                happened = json.loads(line[6:])["create_time"]
                arrivals.append((datetime.fromisoformat(happened).timestamp(), now))
                if first:
                    come.append(now)
                    first = False
        writer.close()

    await asyncio.gather(*(one() for _ in range(clients)))
    return [1000 * (arrived - happened) for happened, arrived in arrivals if happened > max(come)]


async def new_session(channel: grpc.aio.Channel) -> str:
    """A session with papers."""
    metadata = SessionMetadata(project_name="Skid", customer="Acme", family="Frames")
    created = await SessionServiceStub(channel).CreateSession(CreateSessionRequest(metadata=metadata))
    for number in range(DOCUMENTS):
        header = UploadHeader(parent=created.session.name, file_name=f"paper-{number}.md")
        chunk = f"# Purchase order {number}\n\nMaterial 316L, deliver {number} frames.\n".encode()
        upload = [UploadDocumentRequest(header=header), UploadDocumentRequest(chunk=chunk)]
        await DocumentServiceStub(channel).UploadDocument(iter(upload))
    return created.session.name


async def live(kind: str, channel: grpc.aio.Channel, address: str, clients: int) -> list[float]:
    """One run with clients of one kind in a process of their own."""
    run = (await RunServiceStub(channel).StartRun(StartRunRequest(parent=await new_session(channel)))).run.name
    return await in_another_process("benchmarks.gateway", "--clients", kind, address, run, clients)


async def timed(call: Callable[[], Awaitable[object]]) -> list[float]:
    """Milliseconds of calls one after another."""
    found = []
    for _ in range(CALLS):
        started = time.perf_counter()
        await call()
        found.append(1000 * (time.perf_counter() - started))
    return found


def over_http(connection: http.client.HTTPConnection, method: str, path: str) -> Callable[[], Awaitable[object]]:
    """A call on a connection that is kept; nothing else runs in this process meanwhile."""

    async def call() -> object:
        connection.request(method, path)
        answer = connection.getresponse()
        assert answer.status == 200, answer.read()
        return answer.read()

    return call


def cold_start(coordinator: str) -> float:
    """Milliseconds from the start of the process to the first byte of the list of jobs."""
    gateway = ServerProcess.gateway(coordinator)
    host, _, port = gateway.address.rpartition(":")
    started = time.perf_counter()
    gateway.start()
    try:
        while True:
            connection = http.client.HTTPConnection(host, int(port), timeout=5)
            try:
                connection.request("GET", "/")
                assert connection.getresponse().read(1)
                return 1000 * (time.perf_counter() - started)
            except ConnectionError:
                time.sleep(0.005)
            finally:
                connection.close()
    finally:
        gateway.kill()


def p99(values: list[float]) -> float:
    return sorted(values)[int(0.99 * len(values))]


def report(what: str, http_values: list[float], grpc_values: list[float]) -> None:
    ratio = p99(http_values) / p99(grpc_values)
    print(
        f"{what}: HTTP median {statistics.median(http_values):.1f} ms, p99 {p99(http_values):.1f} ms; "
        f"gRPC median {statistics.median(grpc_values):.1f} ms, p99 {p99(grpc_values):.1f} ms; p99 ratio {ratio:.2f}"
    )


async def compare(coordinator: str, gateway: str, clients: int) -> None:
    """All that needs both servers."""
    async with open_channel(coordinator) as channel:
        await live("sse", channel, gateway, 1)
        report(
            f"from a status change to {clients} clients",
            await live("sse", channel, gateway, clients),
            await live("grpc", channel, coordinator, clients),
        )
        name, sessions = await new_session(channel), SessionServiceStub(channel)
        host, _, port = gateway.rpartition(":")
        connection = http.client.HTTPConnection(host, int(port), timeout=10)
        report(
            f"preflight of {DOCUMENTS} documents",
            await timed(over_http(connection, "POST", f"/{name}/validations")),
            await timed(lambda: sessions.ValidateSession(ValidateSessionRequest(name=name))),
        )
        report(
            "reading a session",
            await timed(over_http(connection, "GET", f"/{name}")),
            await timed(lambda: sessions.GetSession(GetSessionRequest(name=name))),
        )
        connection.close()


def measure(clients: int) -> None:
    """Starts everything and prints the figures."""
    pairs = zip(AGENTS, AGENT_SECONDS, strict=True)
    specialists = [SpecialistProcess(agent, delay=seconds, steps=STEPS) for agent, seconds in pairs]
    addresses = {specialist.agent: specialist.address for specialist in specialists}
    try:
        with (
            tempfile.TemporaryDirectory() as folder,
            ServerProcess.coordinator(Path(folder), addresses) as coordinator,
            ServerProcess.gateway(coordinator.address) as gateway,
        ):
            event_loop.run(compare(coordinator.address, gateway.address, clients))
            os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # Installed code is compiled once, not at each start.
            _, *starts = [cold_start(coordinator.address) for _ in range(1 + STARTS)]
    finally:
        for specialist in specialists:
            specialist.kill()
    print(f"from the start of the gateway to a page's first byte: median {statistics.median(starts):.0f} ms")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=200)
    parser.add_argument("--clients", nargs=4, metavar=("KIND", "ADDRESS", "RUN", "COUNT"))
    arguments = parser.parse_args()
    buffer_stdout()
    if arguments.clients:
        kind, address, run, count = arguments.clients
        print(json.dumps(event_loop.run((listen if kind == "sse" else watch)(address, run, int(count)))))
        return
    measure(arguments.count)
    print("wanted: status to 200 clients p99 under 50 ms, preflight p99 under 50 ms, a page within 1000 ms")


if __name__ == "__main__":
    main()
