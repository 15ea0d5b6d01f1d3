"""Resource names: `sessions/{session}` and `sessions/{session}/{collection}/{id}`.

Identifiers are 1 to 63 lower-case letters, digits and hyphens.
"""

from __future__ import annotations

import re

_ID = re.compile(r"[a-z0-9][a-z0-9-]{0,62}\Z")
LATEST = "latest"


class BadName(ValueError):
    """The text is no resource name of the wanted kind; its message may be shown to the caller."""


def session_name(session: str) -> str:
    """`sessions/{session}`."""
    return f"sessions/{session}"


def document_name(session: str, document: str) -> str:
    """`sessions/{session}/documents/{document}`."""
    return f"sessions/{session}/documents/{document}"


def run_name(session: str, run: str) -> str:
    """`sessions/{session}/runs/{run}`."""
    return f"sessions/{session}/runs/{run}"


def plan_name(session: str, revision: int) -> str:
    """`sessions/{session}/plans/{revision}`."""
    return f"sessions/{session}/plans/{revision}"


def conflict_name(session: str, conflict: str) -> str:
    """`sessions/{session}/conflicts/{conflict}`."""
    return f"sessions/{session}/conflicts/{conflict}"


def validation_name(session: str, validation: str) -> str:
    """`sessions/{session}/validations/{validation}`."""
    return f"sessions/{session}/validations/{validation}"


def checkpoint_name(session: str, run: str, checkpoint: str) -> str:
    """`sessions/{session}/runs/{run}/checkpoints/{checkpoint}`."""
    return f"sessions/{session}/runs/{run}/checkpoints/{checkpoint}"


def parse_session(name: str) -> str:
    """The session's id in `sessions/{session}`; raises BadName."""
    return _parse(name, ("sessions",))[0]


def parse(name: str, collection: str) -> tuple[str, str]:
    """The two ids in `sessions/{session}/{collection}/{id}`; raises BadName."""
    session, resource = _parse(name, ("sessions", collection))
    return session, resource


def session_of(name: str) -> str:
    """The session's id in the name of any resource; raises BadName."""
    return parse_session("/".join(name.split("/", 2)[:2]))


def last_id(name: str) -> str:
    """The last identifier of a name that this system made."""
    return name.rpartition("/")[2]


def _parse(name: str, collections: tuple[str, ...]) -> list[str]:
    parts = name.split("/")
    ids = parts[1::2]
    if len(parts) != 2 * len(collections) or tuple(parts[0::2]) != collections or not all(map(_ID.match, ids)):
        pattern = "/".join(f"{collection}/{{id}}" for collection in collections)
        raise BadName(f'"{name[:200]}" is no name of the form "{pattern}"')
    return ids
