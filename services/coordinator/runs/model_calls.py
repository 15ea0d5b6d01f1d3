"""The calls of a model that one agent makes in a run: on record from their beginning, whoever dies before their end."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from sqlalchemy import Connection

from buildplan.v1.agent_pb2 import Attempt
from buildplan.v1.run_pb2 import RunEvent
from buildplan.v1.specialist_service_pb2 import Progress
from services.contract.attempts import cut_off
from services.coordinator.runs.run_log import RunLog
from services.coordinator.store import attempts as rows


class ModelCalls:
    """Puts the calls into the run's log; `ids` are the session's and the run's. An agent makes one after another."""

    def __init__(self, agent: str, ids: tuple[str, str], log: RunLog, clock: Callable[[], datetime]) -> None:
        self._agent = agent
        self._ids = ids
        self._log = log
        self._clock = clock
        self._under_way: Attempt | None = None

    def hear(self, progress: Progress, agent_attempt: int) -> None:
        """Records the call that has begun or ended by what a specialist says in its `agent_attempt`."""
        if progress.HasField("begun"):
            self.cut_off()
            self._under_way = self._record(progress.begun, agent_attempt)
        if progress.HasField("ended"):
            self._under_way = None
            self._record(progress.ended, agent_attempt)

    def cut_off(self) -> bool:
        """Records the end of a call of which nothing more will be heard; False when there is none."""
        attempt, self._under_way = self._under_way, None
        if attempt is None:
            return False
        cut_off(attempt, self._clock())
        self._record(attempt, attempt.agent_attempt)
        return True

    def _record(self, told: Attempt, agent_attempt: int) -> Attempt:
        attempt = Attempt()
        attempt.CopyFrom(told)
        attempt.agent, attempt.agent_attempt = self._agent, agent_attempt

        def unit(tx: Connection) -> Sequence[RunEvent]:
            rows.put(tx, *self._ids, attempt)
            return ()

        self._log.put(unit)
        return attempt
