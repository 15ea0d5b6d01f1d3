"""`python -m tests.fakes --agent qma --delay 0.2` serves one specialist and says when; SIGTERM drains it."""

from __future__ import annotations

import argparse
import asyncio
import signal

import grpc

from buildplan.v1.specialist_service_pb2_grpc import add_SpecialistServiceServicer_to_server
from services.runtime import event_loop
from services.runtime.logs import configure_logs
from services.runtime.server import Service, start_server
from services.runtime.settings import ServerSettings
from tests.fakes.specialist import Behaviour, FakeSpecialist

_DRAIN_SECONDS = 5.0


async def serve(agent: str, settings: ServerSettings, behaviour: Behaviour) -> None:
    """Until SIGTERM, or until the process is killed."""
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    specialist = FakeSpecialist(agent, behaviour)

    def add(server: grpc.aio.Server) -> None:
        add_SpecialistServiceServicer_to_server(specialist, server)

    running = await start_server([Service("buildplan.v1.SpecialistService", add)], settings)
    print("listening", flush=True)
    await stop.wait()
    await running.drain(_DRAIN_SECONDS)


def main() -> None:
    """Reads the command line."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--agent", required=True)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--delay", type=float, default=0.0)
    parser.add_argument("--steps", type=int, default=0)
    parser.add_argument("--places", type=int, default=0)
    arguments = parser.parse_args()
    configure_logs(arguments.agent, "warning", "json")
    settings = ServerSettings(port=arguments.port, maximum_concurrent_rpcs=arguments.places)
    event_loop.run(serve(arguments.agent, settings, Behaviour(arguments.delay, arguments.steps)))


if __name__ == "__main__":
    main()
