"""What the coordinator is told at its start."""

from __future__ import annotations

from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path

from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

from services.runtime.identity import Identities, read_identities
from services.runtime.settings import Environment, SettingError
from services.runtime.tls import Tls

MIB = 1024 * 1024
_DATABASES = "it takes sqlite:////path/to/file or postgresql://user:password@host:5432/name"
DEFAULT_SPECIALISTS = {
    "qma": "127.0.0.1:50061",
    "pma": "127.0.0.1:50062",
    "sca": "127.0.0.1:50063",
    "ema": "127.0.0.1:50064",
}


@dataclass(frozen=True)
class VectorStoreSettings:
    """Where sessions are indexed, and for how many seconds a run waits for that."""

    key: str = field(repr=False)
    base_url: str
    patience: float = 60.0


@dataclass(frozen=True)
class CoordinatorSettings:
    """Settings of the coordinator's own.

    `database` is a URL ("sqlite:///…" or "postgresql://…"); `specialists` maps agent to address in the order
    in which statuses are shown; `data` is the folder for temporary files and the default database.
    Each caller has `calls_per_second` in the long run (0 means any number) and `call_burst` at once, and the same with
    `costly_` of each method that access.call_rates names;
    `streams_per_caller` of its streams are open at once (0 means any number), and `uploads_per_caller` of its uploads.
    Sessions that nobody touches for `retention_days` are deleted; 0 keeps them.
    """

    database: str
    data: Path
    specialists: dict[str, str]
    max_upload_bytes: int = 64 * MIB
    max_context_characters: int = 20_000_000
    reader_children: int = 2
    vector_store: VectorStoreSettings | None = None
    tls: Tls | None = None
    identities: Identities | None = None
    calls_per_second: float = 2_000.0
    call_burst: int = 10_000
    costly_calls_per_second: float = 200.0
    costly_call_burst: int = 3_000
    streams_per_caller: int = 2_000
    uploads_per_caller: int = 200
    retention_days: float = 0.0

    @staticmethod
    def read(environment: Environment) -> CoordinatorSettings:
        """From BUILDPLAN_DATA, _DATABASE, _SPECIALISTS, _MAX_UPLOAD_MIB, _VECTOR_STORE and so on."""
        data = environment.path("BUILDPLAN_DATA", Path("~/.local/share/buildplan"))
        return CoordinatorSettings(
            database=_database(environment, data),
            data=data,
            specialists=environment.addresses("BUILDPLAN_SPECIALISTS", DEFAULT_SPECIALISTS),
            max_upload_bytes=environment.integer("BUILDPLAN_MAX_UPLOAD_MIB", 64, minimum=1, maximum=1024) * MIB,
            max_context_characters=environment.integer("BUILDPLAN_MAX_CONTEXT_CHARACTERS", 20_000_000, minimum=1),
            reader_children=environment.integer("BUILDPLAN_READER_CHILDREN", 2, minimum=1, maximum=64),
            vector_store=_vector_store(environment),
            tls=environment.tls(),
            identities=read_identities(environment),
            calls_per_second=environment.number("BUILDPLAN_CALLS_PER_SECOND", 2_000.0),
            call_burst=environment.integer("BUILDPLAN_CALL_BURST", 10_000, minimum=1),
            costly_calls_per_second=environment.number("BUILDPLAN_COSTLY_CALLS_PER_SECOND", 200.0),
            costly_call_burst=environment.integer("BUILDPLAN_COSTLY_CALL_BURST", 3_000, minimum=1),
            streams_per_caller=environment.integer("BUILDPLAN_STREAMS_PER_CALLER", 2_000),
            uploads_per_caller=environment.integer("BUILDPLAN_UPLOADS_PER_CALLER", 200),
            retention_days=environment.number("BUILDPLAN_RETENTION_DAYS", 0.0, maximum=36_500),
        )


def _vector_store(environment: Environment) -> VectorStoreSettings | None:
    if environment.choice("BUILDPLAN_VECTOR_STORE", "off", ("off", "openai")) == "off":
        return None
    key = environment.secret("OPENAI_API_KEY")
    if not key:
        raise SettingError(
            'BUILDPLAN_VECTOR_STORE is "openai" and OPENAI_API_KEY is not set; set the key, or take "off"'
        )
    if find_spec("openai") is None:
        raise SettingError('BUILDPLAN_VECTOR_STORE "openai" needs the package openai: install build-planner[openai]')
    return VectorStoreSettings(
        key,
        environment.text("OPENAI_BASE_URL", "https://api.openai.com/v1"),
        environment.number("BUILDPLAN_VECTOR_STORE_SECONDS", 60.0, minimum=0.1, maximum=3600),
    )


def _database(environment: Environment, data: Path) -> str:
    url = environment.secret("BUILDPLAN_DATABASE") or f"sqlite:///{data / 'buildplan.db'}"
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError):
        raise SettingError(f"BUILDPLAN_DATABASE is no URL; {_DATABASES}, with %40 for an @ in a password") from None
    if parsed.drivername not in ("sqlite", "postgresql"):
        raise SettingError(f'BUILDPLAN_DATABASE is "{parsed.drivername}:…"; {_DATABASES}')
    if parsed.database in (None, "", ":memory:"):
        raise SettingError(f"BUILDPLAN_DATABASE names no database that outlives the process; {_DATABASES}")
    return url
