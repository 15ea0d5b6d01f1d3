"""What the store may say no with; see services/runtime/errors.py for the rest."""

from __future__ import annotations

from services.runtime.errors import Aborted, Unavailable


class FenceLost(Aborted):
    """Somebody else owns the run by now; stop working on it and write nothing more."""

    def __init__(self, run: str) -> None:
        super().__init__("FENCE_LOST", f'run "{run}" is owned by another coordinator')


class StoreUnavailable(Unavailable):
    """The database does not answer or has no room; nothing of the unit was stored, and it may be tried again."""

    def __init__(self, cause: str) -> None:
        super().__init__("STORE_UNAVAILABLE", f"the database cannot be used at the moment: {cause}")


class CommitUnknown(Unavailable):
    """The database was lost while it committed: the unit may be stored or not. Read before you try again."""

    def __init__(self, cause: str) -> None:
        super().__init__(
            "COMMIT_UNKNOWN", f"the database was lost while it stored this, look before you repeat: {cause}"
        )
