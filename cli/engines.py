"""Engines that the specialists can be started with."""

from __future__ import annotations

import os
from enum import StrEnum

from cli.errors import UsageError


class Engine(StrEnum):
    """What a specialist thinks with."""

    OFFLINE = "offline"
    OPENAI = "openai"


def choose_engine(engine: Engine | None) -> Engine:
    """What was asked for; unasked, openai exactly when there is a key. Raises UsageError when the key is missing."""
    has_key = any(os.environ.get(name, "").strip() for name in ("OPENAI_API_KEY", "OPENAI_API_KEY_FILE"))
    chosen = engine or (Engine.OPENAI if has_key else Engine.OFFLINE)
    if chosen is Engine.OPENAI and not has_key:
        raise UsageError(
            "--engine openai needs a key: set OPENAI_API_KEY or OPENAI_API_KEY_FILE, or use --engine offline"
        )
    return chosen


def describe_engine(engine: str) -> str:
    """Where the papers go."""
    if engine == Engine.OPENAI:
        return "engine openai: the papers go to the model's provider; --engine offline keeps them here"
    return "engine offline: nothing leaves this machine"


def uses_vector_store() -> bool:
    """True when the coordinator keeps papers in a vector store and so needs the provider's settings."""
    return os.environ.get("BUILDPLAN_VECTOR_STORE", "").strip().lower() == Engine.OPENAI
