"""Captured request bodies against the specification that OpenAI publishes."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from typing import Any

import pytest
from jsonschema import ValidationError

from tests.unit.openai.papers import DRAWING, LINES, pack
from tests.unit.openai.published import validate
from tests.unit.openai.test_prompt import AGENTS, FILLER
from tests.unit.openai.wire import Script, engine, good_answer, ok, reply, run


async def bodies(agent: str, *extra: str) -> list[dict[str, Any]]:
    """A first question and the one that asks for a correction."""
    bad = json.loads(json.dumps(good_answer(agent)).replace(LINES[DRAWING][2], "invented"))
    script = Script([ok(reply(bad)), ok(reply(good_answer(agent)))])
    await run(engine(script, agent, effort="low"), pack(extra))
    return script.bodies


@pytest.mark.parametrize("agent", AGENTS)
@pytest.mark.parametrize("extra", [(), FILLER])
async def test_bodies_keep_the_published_schema(agent: str, extra: tuple[str, ...]) -> None:
    asked = await bodies(agent, *extra)
    assert len(asked) == 2
    for body in asked:
        validate("CreateResponse", body)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda body: body.update(max_output_tokens="many"),
        lambda body: body["text"]["format"].pop("name"),
        lambda body: body["input"][0].update(role="planner"),
        lambda body: body["input"][0]["content"][0].update(type="output"),
        lambda body: body.update(reasoning={"effort": "huge"}),
        lambda body: body.update(prompt_cache_key=7),
    ],
)
async def test_a_spoilt_body_does_not(spoil: Callable[[dict[str, Any]], object]) -> None:
    body = copy.deepcopy((await bodies("qma"))[0])
    spoil(body)
    with pytest.raises(ValidationError):
        validate("CreateResponse", body)
