"""Memory and start-up of whole processes: `python -m benchmarks.footprint`.

A specialist after a plan from the sample project; a coordinator with 200 runs in flight over fake specialists;
the time from calling `buildplan plan` to its first status line and to its end.
"""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

import psutil

from buildplan.v1.document_service_pb2 import UploadDocumentRequest, UploadHeader
from buildplan.v1.document_service_pb2_grpc import DocumentServiceStub
from buildplan.v1.run_pb2 import Run
from buildplan.v1.run_service_pb2 import GetRunRequest, StartRunRequest, WatchRunRequest
from buildplan.v1.run_service_pb2_grpc import RunServiceStub
from buildplan.v1.session_pb2 import SessionMetadata
from buildplan.v1.session_service_pb2 import CreateSessionRequest
from buildplan.v1.session_service_pb2_grpc import SessionServiceStub
from services.runtime.channels import open_channel
from services.runtime.probe import serving
from tests.fakes.process import specialist_processes

SAMPLES = Path(__file__).parents[1] / "samples" / "br-2041"
IN_FLIGHT = 200
PORTS = {"coordinator": 54051, "qma": 54061, "pma": 54062, "sca": 54063, "ema": 54064}


@asynccontextmanager
async def process(name: str, environment: Mapping[str, str]) -> AsyncIterator[psutil.Process]:
    """One service that answers, ended with the block."""
    port = PORTS[name]
    command = [sys.executable, "-m", f"services.{name}"]
    settings = {**os.environ, **environment, "BUILDPLAN_PORT": str(port), "BUILDPLAN_LOG_LEVEL": "error"}
    started = await asyncio.create_subprocess_exec(*command, env=settings, stderr=subprocess.DEVNULL)
    try:
        await asyncio.to_thread(await_serving, f"127.0.0.1:{port}")
        yield psutil.Process(started.pid)
    finally:
        started.terminate()
        await started.wait()


def await_serving(address: str) -> None:
    while not serving(address):
        time.sleep(0.05)


def megabytes(measured: psutil.Process) -> float:
    return float(measured.memory_info().rss) / 2**20


async def new_session(target: str, files: list[Path]) -> str:
    async with open_channel(target) as channel:
        metadata = SessionMetadata(project_name="Footprint", customer="Benchmarks")
        made = await SessionServiceStub(channel).CreateSession(CreateSessionRequest(metadata=metadata))
        name = made.session.name
        for file in files:
            header = UploadDocumentRequest(header=UploadHeader(parent=name, file_name=file.name))
            chunk = UploadDocumentRequest(chunk=await asyncio.to_thread(file.read_bytes))
            await DocumentServiceStub(channel).UploadDocument(iter((header, chunk)))
    return name


async def specialist(folder: Path) -> None:
    """A specialist after it has worked on the sample project."""
    addresses = ",".join(f"{name}=127.0.0.1:{port}" for name, port in PORTS.items() if name != "coordinator")
    environment = {"BUILDPLAN_DATA": str(folder), "BUILDPLAN_SPECIALISTS": addresses}
    target = f"127.0.0.1:{PORTS['coordinator']}"
    async with process("qma", {}) as qma, process("coordinator", environment), open_channel(target) as channel:
        session = await new_session(target, sorted(SAMPLES.iterdir()))
        runs = RunServiceStub(channel)
        started = (await runs.StartRun(StartRunRequest(parent=session, agents=["qma"]))).run
        async for _ in runs.WatchRun(WatchRunRequest(name=started.name)):
            pass
        assert (await runs.GetRun(GetRunRequest(name=started.name))).run.state == Run.STATE_SUCCEEDED
        print(f"specialist after a plan                {megabytes(qma):6.1f} MB   (under 60)")


async def coordinator(folder: Path) -> None:
    """A coordinator with many runs in flight."""
    with specialist_processes(delay=30.0) as fakes:
        addresses = ",".join(f"{agent}={address}" for agent, address in fakes.items())
        limits = {"BUILDPLAN_RUNS_IN_FLIGHT": str(IN_FLIGHT), "BUILDPLAN_DRAIN_SECONDS": "0"}
        environment = {"BUILDPLAN_DATA": str(folder), "BUILDPLAN_SPECIALISTS": addresses, **limits}
        target = f"127.0.0.1:{PORTS['coordinator']}"
        async with process("coordinator", environment) as measured, open_channel(target) as channel:
            print(f"coordinator at its start               {megabytes(measured):6.1f} MB")
            runs = RunServiceStub(channel)
            papers = [SAMPLES / "PO_4500781234.pdf"]
            for _ in range(IN_FLIGHT):
                await runs.StartRun(StartRunRequest(parent=await new_session(target, papers)))
            await asyncio.sleep(1)
            print(f"coordinator with {IN_FLIGHT} runs in flight     {megabytes(measured):6.1f} MB   (under 120)")


def command(folder: Path) -> None:
    """The command on the sample project."""
    begun = time.perf_counter()
    arguments = ["plan", str(SAMPLES), "--project", "P", "--customer", "C", "--out", str(folder / "plan")]
    buildplan = Path(sys.executable).parent / "buildplan"
    first = 0.0
    with subprocess.Popen([buildplan, *arguments], stdout=subprocess.PIPE, text=True) as running:
        assert running.stdout is not None
        for line in running.stdout:
            if "QMA" in line and not first:
                first = time.perf_counter() - begun
    print(f"buildplan plan to the first status     {first:6.2f} s    (under 2.5)")
    print(f"buildplan plan in all                  {time.perf_counter() - begun:6.2f} s    (under 10)")


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        asyncio.run(specialist(folder / "a"))
        asyncio.run(coordinator(folder / "b"))
        command(folder)


if __name__ == "__main__":
    main()
