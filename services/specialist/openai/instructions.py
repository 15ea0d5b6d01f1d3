"""An agent's instructions: its prompt.md, whose list under "Questions" also picks the passages."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from services.contract.digests import text_digest
from services.contract.model_schema import schema_for

# Changes when assembly changes what a model is asked, so that results of an older one are not reused.
ASSEMBLY_VERSION = "1"
_QUESTIONS = re.compile(r"^## Questions\n(.*?)(?=^## |\Z)", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class Instructions:
    """What one agent's model is told, and the schema that it must answer in."""

    agent: str
    text: str
    questions: tuple[str, ...]
    schema: dict[str, Any]

    def digest(self, *settings: object) -> str:
        """Names everything that an answer depends on beside papers and model."""
        schema = json.dumps(self.schema, sort_keys=True)
        return text_digest([ASSEMBLY_VERSION, self.text, schema, *map(str, settings)])


def read_instructions(agent: str, path: Path) -> Instructions:
    """From the agent's prompt file; raises ValueError when it has no questions."""
    text = path.read_text(encoding="utf-8")
    section = _QUESTIONS.search(text)
    lines = section.group(1).splitlines() if section else []
    questions = tuple(line.removeprefix("- ").strip() for line in lines if line.startswith("- "))
    if not questions:
        raise ValueError(f'{path} has no list under "## Questions"')
    return Instructions(agent, text, questions, schema_for(agent))
