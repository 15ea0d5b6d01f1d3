"""The interface behind which the engines stand."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Protocol

from buildplan.v1.agent_pb2 import Usage
from buildplan.v1.context_pb2 import ContextPack
from buildplan.v1.plan_pb2 import Patch
from buildplan.v1.specialist_service_pb2 import Progress


class Engine(Protocol):
    """Turns a context pack into a patch.

    `name` is "offline" or "openai", `model` the model's name or empty, `prompt_digest` the digest of the
    prompt or empty: all three are part of a checkpoint's key.
    """

    @property
    def name(self) -> str:
        """Engine."""

    @property
    def model(self) -> str:
        """Model."""

    @property
    def prompt_digest(self) -> str:
        """Digest of the prompt."""

    @property
    def metered(self) -> bool:
        """True when a proposal costs money."""

    async def estimate(self, context: ContextPack) -> Usage:
        """What one attempt at a proposal may use at most; asks no model."""

    def propose(self, context: ContextPack) -> AsyncIterator[Progress | Patch]:
        """Progress, then exactly one patch. Stops its work within 100 ms when the iterator is closed."""
