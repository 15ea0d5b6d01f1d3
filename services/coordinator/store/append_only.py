"""What makes the audit log append-only: the database itself refuses everything else."""

from __future__ import annotations

_TABLE = "audit_records"
_MESSAGE = "audit records are never changed or removed"

APPEND_ONLY: dict[str, tuple[str, ...]] = {
    "sqlite": tuple(
        f"CREATE TRIGGER {_TABLE}_no_{action} BEFORE {action} ON {_TABLE} BEGIN SELECT RAISE(ABORT, '{_MESSAGE}'); END"
        for action in ("update", "delete")
    ),
    "postgresql": (
        f"CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN RAISE '{_MESSAGE}'; END$$",
        f"CREATE TRIGGER no_change BEFORE UPDATE OR DELETE OR TRUNCATE ON {_TABLE} EXECUTE FUNCTION refuse_change()",
    ),
}
