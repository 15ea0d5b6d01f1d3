"""One coordinator for one SQLite file."""

from __future__ import annotations

import fcntl
from pathlib import Path
from typing import TextIO

from services.runtime.errors import FailedPrecondition
from services.runtime.settings import SettingError


class StoreInUse(FailedPrecondition):
    """Another coordinator has the SQLite file; stop it, choose another file, or share a PostgreSQL."""

    def __init__(self, path: Path) -> None:
        message = (
            f"{path} is in use by another coordinator; stop that one, set BUILDPLAN_DATABASE to another file, "
            "or share a PostgreSQL between coordinators"
        )
        super().__init__("STORE_IN_USE", message)


class FileLock:
    """Held from construction to release; the system releases it when the process dies."""

    def __init__(self, database: Path) -> None:
        """Makes the folder; raises StoreInUse, or SettingError where no file can be had there."""
        self._file = _open(database.resolve())
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            self._file.close()
            raise StoreInUse(database) from None

    def release(self) -> None:
        """Lets the file go."""
        self._file.close()


def _open(database: Path) -> TextIO:
    try:
        database.parent.mkdir(parents=True, exist_ok=True)
        return Path(f"{database}.lock").open("w")
    except OSError as error:
        message = f"{database} cannot be had: {error.strerror}; BUILDPLAN_DATA or BUILDPLAN_DATABASE name another place"
        raise SettingError(message) from error
