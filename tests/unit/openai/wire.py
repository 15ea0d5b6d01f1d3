"""The model's wire: answers, replies of the Responses API, and a provider whose replies are a script."""

from __future__ import annotations

import asyncio
import json
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx2

from buildplan.v1.context_pb2 import ContextPack
from buildplan.v1.plan_pb2 import Patch
from buildplan.v1.specialist_service_pb2 import Progress
from services.contract.model_schema import schema_for
from services.sca.profile import PROFILE as SCA
from services.specialist.openai.calls import Timing
from services.specialist.openai.engine import OpenAIEngine
from services.specialist.openai.instructions import read_instructions
from services.specialist.openai.provider import Provider
from services.specialist.openai.secret import Secret
from services.specialist.openai.settings import OpenAISettings
from tests.unit.openai.papers import DRAWING, LINES, passage_id

ROOT = Path(__file__).parents[3]
CANARY = "sk-canary-4711-do-not-log"
SETTINGS = OpenAISettings(key=Secret(CANARY), model="gpt-5.4-mini", base_url="http://model.test/v1")
Handler = Callable[[httpx2.Request], httpx2.Response | Exception]


def empty_answer(agent: str = "qma") -> dict[str, Any]:
    """An answer with every list empty, by the agent's own schema."""

    def fill(schema: dict[str, Any]) -> Any:
        if schema["type"] == "object":
            return {name: fill(part) for name, part in schema["properties"].items()}
        return []

    answer: dict[str, Any] = fill(schema_for(agent))
    return answer


def statement(text: str, quote: str = "", passage: str = "", *, basis: str = "BASIS_STATED") -> dict[str, Any]:
    citation = {"document": passage.partition("-")[0], "page": 1, "quote": quote, "passage_id": passage}
    return {"text": text, "basis": basis, "citations": [citation] if quote else [], "confidence": 0.9}


def good_answer(agent: str = "qma") -> dict[str, Any]:
    """One line with a quote that stands on its page."""
    answer = empty_answer(agent)
    quote = LINES[DRAWING][2]
    line = statement("Passivate per ASTM A967 nitric 2.", quote, passage_id(DRAWING, 3))
    section = {
        "qma": ("quality_plan", "passivation"),
        "pma": ("purchasing", "materials"),
        "sca": ("execution_strategy", "notes"),
        "ema": ("engineering_instructions", "exceptional_steps"),
    }[agent]
    answer["sections"][section[0]][section[1]].append(line)
    return answer


def reply(text: object, *, status: str = "completed", **more: Any) -> dict[str, Any]:
    """A reply of the Responses API; `text` other than a string is written as JSON."""
    said = text if isinstance(text, str) else json.dumps(text)
    part = {"type": "output_text", "text": said, "annotations": []}
    return {
        "id": "resp_1",
        "object": "response",
        "created_at": 1,
        "status": status,
        "model": "gpt-5.4-mini",
        "output": [
            {"type": "reasoning", "id": "rs_1", "summary": []},
            {"type": "message", "id": "msg_1", "role": "assistant", "status": status, "content": [part]},
        ],
        "usage": {
            "input_tokens": 1000,
            "input_tokens_details": {"cached_tokens": 400, "cache_write_tokens": 0},
            "output_tokens": 100,
            "output_tokens_details": {"reasoning_tokens": 20},
            "total_tokens": 1100,
        },
        **more,
    }


def refusal(text: str) -> dict[str, Any]:
    whole = reply("")
    whole["output"][1]["content"] = [{"type": "refusal", "refusal": text}]
    return whole


def ok(body: dict[str, Any]) -> httpx2.Response:
    return httpx2.Response(200, json=body)


def failed(status: int, code: str | None = None, message: str = "no", **headers: str) -> httpx2.Response:
    error = {"message": message, "type": code or "error", "code": code}
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return httpx2.Response(status, json={"error": error}, headers=named)


@dataclass
class FakeTime:
    """A clock that moves only when somebody sleeps; `slept` keeps the waits."""

    seconds: float = 0.0
    slept: list[float] = field(default_factory=list)

    def clock(self) -> float:
        return self.seconds

    def now(self) -> datetime:
        return datetime(2026, 11, 23, 12, 0, tzinfo=UTC) + timedelta(seconds=self.seconds)

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.seconds += seconds
        await asyncio.sleep(0)

    def timing(self, seed: int = 7) -> Timing:
        return Timing(self.clock, self.now, self.sleep, random.Random(seed))


@dataclass
class Script:
    """Replies in their order, the last one again and again; `bodies` keeps what was asked."""

    replies: Sequence[httpx2.Response | Exception]
    requests: list[httpx2.Request] = field(default_factory=list)

    @property
    def bodies(self) -> list[dict[str, Any]]:
        return [json.loads(request.content) for request in self.requests]

    def __call__(self, request: httpx2.Request) -> httpx2.Response:
        self.requests.append(request)
        found = self.replies[min(len(self.requests), len(self.replies)) - 1]
        if isinstance(found, Exception):
            raise found
        return httpx2.Response(found.status_code, headers=found.headers, content=found.content)


def engine(
    script: Callable[[httpx2.Request], Any],
    agent: str = "qma",
    time: FakeTime | None = None,
    **settings: Any,
) -> OpenAIEngine:
    """A real engine with the agent's real prompt, whose HTTP goes to `script`."""
    chosen = replace(SETTINGS, **settings)
    timing = (time or FakeTime()).timing()
    client = httpx2.AsyncClient(transport=httpx2.MockTransport(script))
    instructions = read_instructions(agent, ROOT / "services" / agent / "prompt.md")
    compute = SCA.compute if agent == SCA.agent else None
    return OpenAIEngine(instructions, chosen, compute, Provider(chosen, client, timing.now), timing)


@dataclass
class Outcome:
    """What a proposal brought."""

    progress: list[Progress] = field(default_factory=list)
    patch: Patch | None = None

    @property
    def messages(self) -> list[str]:
        return [progress.message for progress in self.progress]


async def run(one: OpenAIEngine, context: ContextPack, into: Outcome | None = None) -> Outcome:
    """The proposal to its end; what came before an error is in `into`."""
    outcome = into or Outcome()
    async for part in one.propose(context):
        if isinstance(part, Patch):
            outcome.patch = part
        else:
            outcome.progress.append(part)
    return outcome
