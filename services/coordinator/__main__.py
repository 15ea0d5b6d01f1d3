"""`python -m services.coordinator` serves sessions, documents, runs and plans."""

from __future__ import annotations

from services.contract.ownership import owners
from services.runtime.logs import get_logger
from services.runtime.process import run_process
from services.runtime.server import serve_until_signal
from services.runtime.settings import Environment, ServerSettings

_log = get_logger()


async def main(environment: Environment, settings: ServerSettings) -> None:
    """Serves until a signal, then drains: watchers are sent away, runs are left to the next start.

    What takes long to load is loaded here, when the collector rests.
    """
    from services.coordinator.runs.policy import RunPolicy
    from services.coordinator.settings import CoordinatorSettings
    from services.coordinator.wiring import open_coordinator

    own = CoordinatorSettings.read(environment)
    left_out = sorted(set(owners().values()) - own.specialists.keys())
    if left_out:
        _log.warning("nobody writes the sections of agents that BUILDPLAN_SPECIALISTS leaves out", agents=left_out)
    async with open_coordinator(own, RunPolicy.read(environment)) as coordinator:
        await serve_until_signal(coordinator.services(), settings, coordinator.runs.drain, coordinator.door)


if __name__ == "__main__":
    run_process("coordinator", default_port=50051, main=main)
