"""What coordinators tell each other through PostgreSQL: one NOTIFY in each transaction that changed something.

It is heard when the transaction is committed, and never when it is not. An SQLite file has one coordinator, so that
there nothing is told.
"""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import Connection, bindparam, text

from services.coordinator.store.prepared import Prepared

CHANNEL = "buildplan"
EVENTS, CANCEL, FREE = "events", "cancel", "free"
"""A run's log has grown; a run is to be cancelled; runs wait for somebody to carry them on."""

_NOTED = "buildplan_changes"
_LONGEST_PAYLOAD = 7_900
_NOTIFY = Prepared(text(f"SELECT pg_notify('{CHANNEL}', :payload)").bindparams(bindparam("payload")))


def note(tx: Connection, kind: str, run: str = "") -> None:
    """Tells the others with the transaction's commit; the same thing once, however often it is noted."""
    if tx.dialect.name == "postgresql":
        tx.info.setdefault(_NOTED, {})[f"{kind} {run}"] = None


def announce(tx: Connection) -> None:
    """Sends what was noted; call it last before the commit."""
    for payload in _payloads(list(tx.info.pop(_NOTED, ()))):
        _NOTIFY.values(tx, payload=payload)


def read(payload: str) -> list[tuple[str, str]]:
    """Kind and run of each change in a notification."""
    return [(kind, run) for kind, _, run in (line.partition(" ") for line in payload.splitlines())]


def _payloads(lines: list[str]) -> Iterator[str]:
    """The lines in pieces that PostgreSQL takes."""
    piece = ""
    for line in lines:
        if piece and len(piece) + len(line) >= _LONGEST_PAYLOAD:
            yield piece
            piece = ""
        piece += f"{line}\n"
    if piece:
        yield piece
