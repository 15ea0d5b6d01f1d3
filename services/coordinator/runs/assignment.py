"""What a run is carried out with, what is to be done in it, and what there is of it already."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from sqlalchemy import Connection

from buildplan.v1.agent_pb2 import Usage
from buildplan.v1.plan_pb2 import Patch
from buildplan.v1.session_pb2 import ValidationResult
from services.coordinator.documents.context import Packed
from services.coordinator.runs.attempts import Sleep
from services.coordinator.runs.feed import Feed
from services.coordinator.runs.policy import RunPolicy
from services.coordinator.runs.specialists import Specialists
from services.coordinator.store import Store
from services.coordinator.store import checkpoints as rows
from services.coordinator.store.errand import Errand
from services.runtime import tracing


@dataclass(frozen=True)
class House:
    """What every run needs: `preflight` and `packed` are those of SessionInputs."""

    store: Store
    specialists: Specialists
    feed: Feed
    policy: RunPolicy
    preflight: Callable[[str, Collection[str]], Awaitable[ValidationResult]]
    packed: Callable[[str, date], Awaitable[Packed]]
    clock: Callable[[], datetime]
    sleep: Sleep


@dataclass(frozen=True)
class Assignment:
    """What is to be done in a run.

    `agents` are run, those in `forced` without a look at stored results; the results of `kept` stand. `reason`
    is the plan revision's: "run", "resume" or "retry qma". `trace` is the span of whoever asked for it.
    """

    agents: frozenset[str]
    reason: str
    forced: frozenset[str] = field(default_factory=frozenset)
    kept: frozenset[str] = field(default_factory=frozenset)
    trace: str = field(default_factory=tracing.traceparent)

    @property
    def errand(self) -> Errand:
        """What is stored of it."""
        return Errand(self.reason, self.forced, self.trace)


@dataclass(frozen=True)
class Earlier:
    """Results from before: `patches` stand in this run and cost `costs`, `agents` have any result in its session.

    `newest` is when the last result in the session was stored, in microseconds; those that come are later.
    """

    patches: Mapping[str, Patch]
    costs: Mapping[str, Usage]
    agents: frozenset[str]
    newest: int

    @staticmethod
    def read(tx: Connection, ids: tuple[str, str], assignment: Assignment) -> Earlier:
        """What the store holds for the session and run `ids`."""
        found = rows.results(tx, *ids) if assignment.kept else {}
        kept = {agent: result for agent, result in found.items() if agent in assignment.kept}
        patches = {agent: patch for agent, (_, patch) in kept.items()}
        costs = {agent: checkpoint.usage for agent, (checkpoint, _) in kept.items()}
        newest = rows.newest(tx, ids[0])
        return Earlier(patches, costs, frozenset(newest), max(newest.values(), default=0))
