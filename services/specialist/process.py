"""The process of a specialist: `serve_specialist(PROFILE, port)` is all that its `__main__` says."""

from __future__ import annotations

import grpc

from buildplan.v1 import specialist_service_pb2
from buildplan.v1.specialist_service_pb2_grpc import add_SpecialistServiceServicer_to_server
from services.runtime.logs import get_logger
from services.runtime.process import run_process
from services.runtime.server import Service, serve_until_signal
from services.runtime.settings import Environment, ServerSettings, SettingError
from services.specialist.engine import Engine
from services.specialist.engine_choice import OPENAI, engine_name
from services.specialist.offline.engine import OfflineEngine
from services.specialist.profile import Profile
from services.specialist.servicer import SpecialistServicer

_log = get_logger()
_NAME = specialist_service_pb2.DESCRIPTOR.services_by_name["SpecialistService"].full_name


def serve_specialist(profile: Profile, default_port: int) -> None:
    """Serves until a signal; exits 2 on a bad setting."""

    async def main(environment: Environment, settings: ServerSettings) -> None:
        servicer = SpecialistServicer(profile, choose_engine(profile, environment))

        def add(server: grpc.aio.Server) -> None:
            add_SpecialistServiceServicer_to_server(servicer, server)

        await serve_until_signal([Service(_NAME, add)], settings)

    run_process(profile.agent, default_port, main)


def choose_engine(profile: Profile, environment: Environment) -> Engine:
    """The engine by the settings; there is no silent switch from one to another. Raises SettingError."""
    name = engine_name(environment)
    engine = _openai_engine(profile, environment) if name == OPENAI else OfflineEngine(profile)
    _log.info("engine", agent=profile.agent, engine=name, model=engine.model, metered=engine.metered)
    return engine


def _openai_engine(profile: Profile, environment: Environment) -> Engine:
    """Imported here: the library takes a second and 58 MB, which the offline engine does not owe."""
    try:
        from services.specialist.openai.engine import open_ai_engine
    except ModuleNotFoundError as error:
        raise SettingError(
            f"the engine openai needs the package {error.name}: install build-planner[openai]"
        ) from error
    return open_ai_engine(profile, environment)
