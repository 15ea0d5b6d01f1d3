"""Why the database failed."""

from __future__ import annotations

import sqlite3

from sqlalchemy.exc import DBAPIError

from services.runtime.logs import get_logger

_log = get_logger()
_NO_CONNECTION = "there is no connection to it"


def cause(error: DBAPIError) -> str:
    """One line for callers; the log gets the whole.

    They hear what the server or SQLite says. psycopg itself names host, port and user where a connection fails.
    """
    whole = str(error.orig).strip()
    _log.warning("the database failed", cause=whole)
    if isinstance(error.orig, sqlite3.Error):
        return _first_line(whole)
    diagnosis = getattr(error.orig, "diag", None)
    return _first_line(getattr(diagnosis, "message_primary", None) or _NO_CONNECTION)


def _first_line(message: str) -> str:
    return message.partition("\n")[0].strip()
