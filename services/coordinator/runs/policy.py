"""How runs are carried out: every limit and every wait in one frozen value."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from services.runtime.settings import Environment


@dataclass(frozen=True)
class RunPolicy:
    """Times are in seconds.

    `deadline` bounds one call of a specialist (`deadlines` overrides it by agent); `attempts` counts calls that
    were begun, the first included; the wait between two doubles from `first_wait` up to `longest_wait`, plus at most
    `jitter`. A specialist that cannot be reached is tried again for `patience`, at least every
    `longest_unreachable_wait`.
    `gather` is how long events wait for others of their run before they are stored together.
    `sequential_wait` caps how long a rate limit's own wait is honoured before an agent is run once more.
    `max_cost_usd` is what a run may be expected to cost; 0 means anything.
    """

    deadline: float = 600.0
    deadlines: Mapping[str, float] = field(default_factory=dict)
    describe_deadline: float = 2.0
    attempts: int = 3
    first_wait: float = 0.2
    longest_wait: float = 5.0
    jitter: float = 0.1
    patience: float = 10.0
    longest_unreachable_wait: float = 1.0
    sequential_wait: float = 60.0
    progress_interval: float = 0.1
    gather: float = 0.003
    runs_in_flight: int = 32
    lease: float = 15.0
    log_page: int = 256
    foreign_poll: float = 0.5
    inline_bytes: int = 16_384
    max_cost_usd: float = 0.0

    @staticmethod
    def read(environment: Environment) -> RunPolicy:
        """From BUILDPLAN_AGENT_{DEADLINE,FIRST_WAIT,PATIENCE}_SECONDS, _AGENT_ATTEMPTS, _RUNS_IN_FLIGHT and so on."""
        return RunPolicy(
            deadline=environment.number("BUILDPLAN_AGENT_DEADLINE_SECONDS", 600.0, minimum=0.1),
            attempts=environment.integer("BUILDPLAN_AGENT_ATTEMPTS", 3, minimum=1, maximum=20),
            first_wait=environment.number("BUILDPLAN_AGENT_FIRST_WAIT_SECONDS", 0.2, minimum=0.01, maximum=60),
            patience=environment.number("BUILDPLAN_AGENT_PATIENCE_SECONDS", 10.0, maximum=3600),
            runs_in_flight=environment.integer("BUILDPLAN_RUNS_IN_FLIGHT", 32, minimum=1),
            max_cost_usd=environment.number("BUILDPLAN_MAX_RUN_COST_USD", 0.0),
            lease=environment.number("BUILDPLAN_LEASE_SECONDS", 15.0, minimum=1, maximum=3600),
        )

    def deadline_of(self, agent: str) -> float:
        """Longest time that one call of `agent` may take."""
        return self.deadlines.get(agent, self.deadline)
