"""Rows of checkpoints."""

from __future__ import annotations

from google.protobuf.message import DecodeError
from sqlalchemy import Connection, bindparam, func, select

from buildplan.v1.plan_pb2 import Patch
from buildplan.v1.run_pb2 import Checkpoint
from services.contract.version import CONTRACT_VERSION
from services.coordinator.store.prepared import Prepared, PreparedRows
from services.coordinator.store.tables import CHECKPOINTS
from services.runtime.logs import get_logger

_log = get_logger()
_PUT = PreparedRows(CHECKPOINTS, replaced=("create_us", "contract_version", "message", "patch"))
_NEWEST = Prepared(
    select(CHECKPOINTS.c.agent, func.max(CHECKPOINTS.c.create_us))
    .where(CHECKPOINTS.c.session_id == bindparam("session"))
    .group_by(CHECKPOINTS.c.agent)
)


def put(tx: Connection, session_id: str, run_id: str, checkpoint: Checkpoint, patch: Patch) -> None:
    """Keeps a result; a repeat for the same run, agent and input replaces it."""
    row = {
        "session_id": session_id,
        "run_id": run_id,
        "agent": checkpoint.agent,
        "input_digest": checkpoint.input_digest,
        "create_us": checkpoint.create_time.ToMicroseconds(),
        "contract_version": checkpoint.contract_version,
        "message": checkpoint.SerializeToString(),
        "patch": patch.SerializeToString(),
    }
    _PUT.put(tx, [row])


def find(tx: Connection, session_id: str, agent: str, input_digest: str) -> tuple[Checkpoint, Patch] | None:
    """The newest result of the session's runs for the same input; None where there is none that can be read."""
    query = (
        select(CHECKPOINTS.c.message, CHECKPOINTS.c.patch)
        .where(
            CHECKPOINTS.c.session_id == session_id,
            CHECKPOINTS.c.agent == agent,
            CHECKPOINTS.c.input_digest == input_digest,
            CHECKPOINTS.c.contract_version == CONTRACT_VERSION,
        )
        .order_by(CHECKPOINTS.c.create_us.desc())
        .limit(1)
    )
    row = tx.execute(query).one_or_none()
    return _read(*row) if row is not None else None


def of_run(tx: Connection, session_id: str, run_id: str) -> list[Checkpoint]:
    """The oldest first."""
    query = (
        select(CHECKPOINTS.c.message)
        .where(CHECKPOINTS.c.session_id == session_id, CHECKPOINTS.c.run_id == run_id)
        .order_by(CHECKPOINTS.c.create_us, CHECKPOINTS.c.agent)
    )
    return [Checkpoint.FromString(message) for message in tx.scalars(query)]


def results(tx: Connection, session_id: str, run_id: str) -> dict[str, tuple[Checkpoint, Patch]]:
    """The latest result of each agent in the run that can be read."""
    query = (
        select(CHECKPOINTS.c.agent, CHECKPOINTS.c.message, CHECKPOINTS.c.patch)
        .where(
            CHECKPOINTS.c.session_id == session_id,
            CHECKPOINTS.c.run_id == run_id,
            CHECKPOINTS.c.contract_version == CONTRACT_VERSION,
        )
        .order_by(CHECKPOINTS.c.create_us)
    )
    found = {agent: _read(message, patch) for agent, message, patch in tx.execute(query)}
    return {agent: result for agent, result in found.items() if result is not None}


def newest(tx: Connection, session_id: str) -> dict[str, int]:
    """When the newest result in the session of each agent that has any was stored, in microseconds."""
    return dict(_NEWEST.tuples(tx, session=session_id))


def _read(message: bytes, patch: bytes) -> tuple[Checkpoint, Patch] | None:
    try:
        return Checkpoint.FromString(message), Patch.FromString(patch)
    except DecodeError as error:
        _log.warning("a checkpoint cannot be read; the agent runs again", cause=str(error)[:200])
        return None
