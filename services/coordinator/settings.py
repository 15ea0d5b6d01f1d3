"""What the coordinator is told at its start."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from services.runtime.settings import Environment, SettingError

MIB = 1024 * 1024
DEFAULT_SPECIALISTS = {
    "qma": "127.0.0.1:50061",
    "pma": "127.0.0.1:50062",
    "sca": "127.0.0.1:50063",
    "ema": "127.0.0.1:50064",
}


@dataclass(frozen=True)
class CoordinatorSettings:
    """Settings of the coordinator's own.

    `database` is a URL ("sqlite:///…" or "postgresql://…"); `specialists` maps agent to address in the order
    in which statuses are shown; `data` is the folder for temporary files and the default database.
    """

    database: str
    data: Path
    specialists: dict[str, str]
    max_upload_bytes: int = 64 * MIB
    max_context_characters: int = 20_000_000
    reader_children: int = 2

    @staticmethod
    def read(environment: Environment) -> CoordinatorSettings:
        """From BUILDPLAN_DATA, _DATABASE, _SPECIALISTS, _MAX_UPLOAD_MIB, _MAX_CONTEXT_CHARACTERS, _READER_CHILDREN."""
        data = environment.path("BUILDPLAN_DATA", Path("~/.local/share/buildplan"))
        return CoordinatorSettings(
            database=_database(environment, data),
            data=data,
            specialists=environment.addresses("BUILDPLAN_SPECIALISTS", DEFAULT_SPECIALISTS),
            max_upload_bytes=environment.integer("BUILDPLAN_MAX_UPLOAD_MIB", 64, minimum=1, maximum=1024) * MIB,
            max_context_characters=environment.integer("BUILDPLAN_MAX_CONTEXT_CHARACTERS", 20_000_000, minimum=1),
            reader_children=environment.integer("BUILDPLAN_READER_CHILDREN", 2, minimum=1, maximum=64),
        )


def _database(environment: Environment, data: Path) -> str:
    url = environment.text("BUILDPLAN_DATABASE", f"sqlite:///{data / 'buildplan.db'}")
    if not url.startswith(("sqlite:///", "postgresql://")):
        raise SettingError(f'BUILDPLAN_DATABASE is "{url.partition(":")[0]}:…"; it takes sqlite:///… or postgresql://…')
    return url
