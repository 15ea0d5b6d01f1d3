"""Never paying twice: a stored result stands for a call when its input is the same."""

from __future__ import annotations

import grpc

from buildplan.v1.plan_pb2 import Patch
from buildplan.v1.run_pb2 import Checkpoint
from buildplan.v1.specialist_service_pb2 import DescribeRequest, DescribeResponse
from services.contract.digests import text_digest
from services.contract.names import checkpoint_name
from services.contract.version import CONTRACT_VERSION
from services.coordinator.runs.patience import patiently
from services.coordinator.runs.specialists import Specialist
from services.coordinator.store import Store
from services.coordinator.store import checkpoints as rows
from services.runtime.logs import get_logger

_log = get_logger()


def input_digest(context_digest: str, description: DescribeResponse) -> str:
    """Names all that a result depends on: the context pack, the agent with its engine, and the contract."""
    return text_digest(
        (
            context_digest,
            description.agent,
            description.engine,
            description.model,
            description.prompt_digest,
            description.version,
            CONTRACT_VERSION,
        )
    )


def engine_title(description: DescribeResponse) -> str:
    """The engine as a user reads it, such as "offline 1" or "openai gpt-5 3"."""
    return " ".join(filter(None, (description.engine, description.model, description.version)))


def make_checkpoint(
    ids: tuple[str, str], digest: str, description: DescribeResponse, statement_count: int
) -> Checkpoint:
    """The checkpoint of a result in the run `ids`; the time is set where it is stored."""
    return Checkpoint(
        name=checkpoint_name(*ids, f"{description.agent}-{digest}"),
        agent=description.agent,
        input_digest=digest,
        contract_version=CONTRACT_VERSION,
        engine=engine_title(description),
        statement_count=statement_count,
    )


async def find_result(
    store: Store, session: str, specialist: Specialist, context_digest: str, deadline: float
) -> tuple[Checkpoint, Patch] | None:
    """The stored result of this session for the same input, or None. An agent that does not answer has none."""
    try:
        description = await specialist.stub.Describe(DescribeRequest(), timeout=deadline)
    except grpc.aio.AioRpcError as error:
        _log.info("agent does not say who it is", agent=specialist.agent, code=error.code().name)
        return None
    if description.agent != specialist.agent:
        return None
    digest = input_digest(context_digest, description)
    return await patiently(lambda: store.read(lambda tx: rows.find(tx, session, specialist.agent, digest)))
