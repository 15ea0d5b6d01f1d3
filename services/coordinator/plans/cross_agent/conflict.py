"""One conflict between agents, with the citations of the lines involved."""

from __future__ import annotations

from collections.abc import Sequence

from buildplan.v1.plan_pb2 import CrossAgentConflict
from buildplan.v1.statement_pb2 import Statement
from services.contract.ownership import owners
from services.coordinator.plans.synthesis.composing import conclude


def conflict(text: str, sections: Sequence[str], statements: Sequence[Statement]) -> CrossAgentConflict:
    """A conflict between the owners of `sections` over `statements`, which have their identifiers."""
    agents = list(dict.fromkeys(owners()[section] for section in sections))
    ids = [statement.id for statement in statements]
    return CrossAgentConflict(statement=conclude(text, statements), agents=agents, statement_ids=ids)
