"""What a fault test measured, one row for each figure, beside what is wanted."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass
class Figures:
    """Shows each row at once; a test fails at its end for the rows that miss, so that all of them are seen.

    Counts are held to in every size. Times and sizes depend on the machine: only the full size, which has it to
    itself, is held to them.
    """

    full: bool
    show: Callable[[str], None]
    missed: list[str] = field(default_factory=list)

    def sized(self, full: int, short: int) -> int:
        """How many of something this size of the test does."""
        return full if self.full else short

    def exactly(self, what: str, counted: int, wanted: int) -> None:
        """A count that must be this one."""
        self._row(what, f"{counted:,}", f"{wanted:,}", ok=counted == wanted)

    def at_most(self, what: str, measured: float, limit: float, unit: str) -> None:
        """A time or a size."""
        ok = measured <= limit or not self.full
        self._row(what, f"{measured:,.4g} {unit}", f"at most {limit:g} {unit}", ok=ok)

    def note(self, what: str, measured: str) -> None:
        """Something to know that has no limit."""
        self._row(what, measured, "", ok=True)

    def _row(self, what: str, measured: str, wanted: str, *, ok: bool) -> None:
        row = f"{what:<72} {measured:>16}   {wanted:<18} {'' if ok else 'MISSED'}".rstrip()
        self.show(f"  {row}")
        if not ok:
            self.missed.append(row)


def slowest(seconds: list[float]) -> float:
    """The longest of them, or 0 where there is none."""
    return max(seconds, default=0.0)


def percentile(values: list[float], share: float) -> float:
    """The value that this share of them does not exceed."""
    return sorted(values)[min(int(share * len(values)), len(values) - 1)]
