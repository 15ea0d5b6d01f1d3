"""What a run was asked to do, as its row keeps it for whoever carries it out next."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row


@dataclass(frozen=True)
class Errand:
    """`reason` is the plan revision's, `forced` agents are called whatever there is, `trace` is the asker's span."""

    reason: str = "run"
    forced: Collection[str] = ()
    trace: str = ""

    @property
    def columns(self) -> dict[str, str]:
        """As stored."""
        return {"reason": self.reason, "forced": ",".join(self.forced), "trace": self.trace}

    @staticmethod
    def of(row: Row[Any]) -> Errand:
        """The errand of a run's row."""
        return Errand(row.reason, frozenset(filter(None, row.forced.split(","))), row.trace)
