"""Engines that the specialists can be started with."""

from __future__ import annotations

import os
from enum import StrEnum

from cli.errors import UsageError


class Engine(StrEnum):
    """What a specialist thinks with."""

    OFFLINE = "offline"
    OPENAI = "openai"


def check_engine(engine: Engine) -> None:
    """Raises UsageError when the engine lacks its key."""
    if engine is Engine.OPENAI and not os.environ.get("OPENAI_API_KEY", "").strip():
        raise UsageError("--engine openai needs a key: set OPENAI_API_KEY, or use --engine offline")
