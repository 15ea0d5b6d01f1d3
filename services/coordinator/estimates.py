"""What a run would cost, asked of the specialists; no model is asked."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass

import grpc

from buildplan.v1.agent_pb2 import Usage
from buildplan.v1.context_pb2 import ContextPack
from buildplan.v1.session_pb2 import AgentEstimate
from buildplan.v1.specialist_service_pb2 import DescribeRequest, DescribeResponse, EstimateRequest
from services.contract.names import parse_session
from services.coordinator.documents.context import context_digest
from services.coordinator.preflight.cost import Costs
from services.coordinator.runs.reuse import input_digest
from services.coordinator.runs.specialists import Specialist, Specialists
from services.coordinator.store import Store
from services.coordinator.store import checkpoints as rows
from services.runtime.logs import get_logger

_log = get_logger()
_DESCRIBE_SECONDS = 1.0
_ESTIMATE_SECONDS = 15.0
_REMEMBERED_SECONDS = 30.0


@dataclass(frozen=True)
class _Known:
    description: DescribeResponse
    until: float


class Estimates:
    """Asks each specialist whether it costs anything, and those that do how much.

    That an engine is free is remembered for a while, so that preflight with such engines asks nobody. Many who ask at
    once share one question.
    """

    def __init__(self, store: Store, specialists: Specialists) -> None:
        self._store = store
        self._specialists = specialists
        self._known: dict[str, _Known] = {}
        self._asking: dict[str, asyncio.Task[DescribeResponse | None]] = {}

    async def of(self, context: Callable[[], Awaitable[ContextPack]], fresh: Collection[str]) -> Costs:
        """The costs of a run of all agents over a context pack, which is only made when an engine costs money.

        An agent that has a result of the same input costs nothing, unless it is one of `fresh`.
        """
        specialists = list(self._specialists)
        described = await asyncio.gather(*map(self._describe, specialists))
        silent = [one.agent for one, found in zip(specialists, described, strict=True) if found is None]
        metered = [(one, found) for one, found in zip(specialists, described, strict=True) if found and found.metered]
        if not metered:
            return Costs(silent=silent)
        pack = await context()
        digest = await asyncio.to_thread(context_digest, pack)
        work = [self._estimate(one, found, pack, digest, one.agent in fresh) for one, found in metered]
        return Costs(await asyncio.gather(*work), silent)

    async def _describe(self, specialist: Specialist) -> DescribeResponse | None:
        """Who it is; None when it does not answer in time."""
        known = self._known.get(specialist.agent)
        if known is not None and time.monotonic() < known.until:
            return known.description
        asking = self._asking.get(specialist.agent)
        if asking is None:
            asking = self._asking[specialist.agent] = asyncio.create_task(self._ask_who(specialist))
            asking.add_done_callback(lambda _: self._asking.pop(specialist.agent))
        return await asyncio.shield(asking)

    async def _ask_who(self, specialist: Specialist) -> DescribeResponse | None:
        try:
            found = await specialist.stub.Describe(DescribeRequest(), timeout=_DESCRIBE_SECONDS)
        except grpc.aio.AioRpcError as error:
            _log.info("agent does not say who it is", agent=specialist.agent, code=error.code().name)
            return None
        if not found.metered:
            self._known[specialist.agent] = _Known(found, time.monotonic() + _REMEMBERED_SECONDS)
        return found

    async def _estimate(
        self, specialist: Specialist, description: DescribeResponse, pack: ContextPack, digest: str, fresh: bool
    ) -> AgentEstimate:
        engine = " ".join(filter(None, (description.engine, description.model)))
        estimate = AgentEstimate(agent=specialist.agent, engine=engine, usage=Usage())
        if fresh or not await self._has_result(pack.session, input_digest(digest, description), specialist.agent):
            estimate.usage.CopyFrom(await _ask(specialist, pack))
        return estimate

    async def _has_result(self, session: str, digest: str, agent: str) -> bool:
        return await self._store.read(lambda tx: rows.find(tx, parse_session(session), agent, digest)) is not None


async def _ask(specialist: Specialist, pack: ContextPack) -> Usage:
    """What an attempt may use; of unknown cost when the agent cannot say."""
    try:
        answer = await specialist.stub.Estimate(EstimateRequest(context=pack), timeout=_ESTIMATE_SECONDS)
    except grpc.aio.AioRpcError as error:
        _log.warning("agent gives no estimate", agent=specialist.agent, code=error.code().name)
        return Usage(cost_unknown=True)
    return answer.usage
