"""`backup`: a copy of this machine's database, while the system goes on."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Annotated

import typer

from cli import exits, options
from cli.errors import CommandError, UsageError
from cli.execution import execute
from cli.output import Output
from cli.serving import DEFAULT_DATA
from services.runtime.settings import Environment, SettingError

_PANEL = "On this machine"
_SQLITE = "sqlite:///"
HELP = """Copies the SQLite database to a file while the system goes on; the copy is whole and of one moment.

To restore it, stop the system and start it with BUILDPLAN_DATABASE=sqlite:///FILE.

Example:

    buildplan backup /backups/buildplan-2026-11-24.db
"""


def register(app: typer.Typer) -> None:
    """Adds the command."""
    app.command("backup", help=HELP, rich_help_panel=_PANEL)(backup)


def backup(
    file: Annotated[Path, typer.Argument(help="File to write; it must not be there yet.")],
    data: options.KeptDataOption = DEFAULT_DATA,
    as_json: options.JsonOption = False,
) -> None:
    """See HELP."""

    async def work(output: Output) -> int:
        source = database_of(data.expanduser())
        size = copy(source, file)
        output.say(f"{source} is copied to {file}, {size:,} bytes")
        output.record({"event": "backup", "source": str(source), "file": str(file), "size_bytes": size})
        return exits.COMPLETE

    raise typer.Exit(execute(work, as_json=as_json))


def database_of(data: Path) -> Path:
    """The SQLite file of this machine's settings; raises UsageError where they name another database."""
    try:
        url = Environment(os.environ).secret("BUILDPLAN_DATABASE")
    except SettingError as error:
        raise UsageError(str(error)) from error
    if url and not url.startswith(_SQLITE):
        raise UsageError("the database is PostgreSQL: pg_dump --format=custom makes its backup, pg_restore restores it")
    return Path(url.removeprefix(_SQLITE)) if url else data / "buildplan.db"


def copy(source: Path, file: Path) -> int:
    """SQLite's online backup, checked and put in place at once; its size in bytes. Raises CommandError."""
    if file.exists():
        raise UsageError(f"{file} is there already; name another file")
    if not source.is_file():
        raise UsageError(f"there is no database at {source}; --data or BUILDPLAN_DATABASE say where it is")
    partial = file.with_name(f"{file.name}.partial")
    try:
        partial.touch(mode=0o600)
        with (
            closing(sqlite3.connect(f"file:{source}?mode=rw", uri=True)) as database,
            closing(sqlite3.connect(partial)) as made,
        ):
            database.backup(made)
            verdict = made.execute("PRAGMA integrity_check").fetchone()[0]
        if verdict != "ok":
            raise CommandError(f"the copy of {source} is not whole: {verdict}")
        partial.replace(file)
    except (OSError, sqlite3.Error) as error:
        raise CommandError(f"{source} could not be copied to {file}: {error}") from error
    finally:
        partial.unlink(missing_ok=True)
    return file.stat().st_size
