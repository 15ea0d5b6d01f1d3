"""What makes a specialist this one: a frozen value that is passed in."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from buildplan.v1.plan_pb2 import Patch
from services.specialist.offline.questions import LookedFor
from services.specialist.offline.reading import Reading
from services.specialist.offline.rule import Rule

Conclude = Callable[[Reading, Patch], None]


@dataclass(frozen=True)
class Profile:
    """One specialist.

    `version` changes with the rules and is part of a checkpoint's key. `rules` say which findings the agent writes
    and how. `looked_for` become open questions when no paper answers them. `derive` adds what code concludes from
    the pack and the patch; `compute` is the part of it that no model is left to do: arithmetic. `prompt` is the model's
    instruction; the offline engine needs none.
    """

    agent: str
    title: str
    version: str
    rules: tuple[Rule, ...]
    looked_for: tuple[LookedFor, ...] = ()
    derive: Conclude | None = None
    prompt: Path | None = None
    compute: Conclude | None = None
