"""Brings a database to the newest schema. Two that start at once take turns."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Connection, Engine, inspect, text

from services.coordinator.store.tables import METADATA
from services.runtime.errors import FailedPrecondition

MIGRATIONS = Path(__file__).parent / "migrations"
_ADVISORY_LOCK = 0x6275696C64


def migrate(engine: Engine) -> bool:
    """In one transaction: an empty database gets the tables as they are now, an older one the missing migrations.

    True when it was empty.

    Alembic is only imported for those: it costs a coordinator 10 MB for the rest of its life.
    """
    with engine.begin() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _ADVISORY_LOCK})
        version = current_version(connection)
        if version is None:
            _create(connection)
        elif version != newest_version():
            upgrade(connection)
    return version is None


def newest_version() -> str:
    """Migrations are numbered; their revision is the number at the beginning of the file's name."""
    return max(path.name.partition("_")[0] for path in (MIGRATIONS / "versions").glob("[0-9]*.py"))


def current_version(connection: Connection) -> str | None:
    """The database's version, or None when it is empty."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    version: str | None = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    return version


def _create(connection: Connection) -> None:
    METADATA.create_all(connection)
    connection.execute(text("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL PRIMARY KEY)"))
    connection.execute(text("INSERT INTO alembic_version VALUES (:version)"), {"version": newest_version()})


def upgrade(connection: Connection, version: str = "head") -> None:
    """Runs the migrations that the database has not had; raises FailedPrecondition for one of a newer version."""
    from alembic import command
    from alembic.config import Config
    from alembic.util import CommandError

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    try:
        command.upgrade(config, version)
    except CommandError as error:
        message = f"the database was made by a newer version of this program; install that one ({error})"
        raise FailedPrecondition("STORE_NEWER", message) from error
