"""Five hundred broken outputs: always a typed failure or a patch that keeps the contract, never a crash."""

from __future__ import annotations

import asyncio
import copy
import json
from typing import Any

import httpx2
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.coordinator.plans.merge import check_patch
from services.runtime.errors import DomainError
from tests.unit.openai.papers import pack
from tests.unit.openai.wire import Outcome, Script, engine, good_answer, ok, reply, run

WHOLE = json.dumps(good_answer())
JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=10), inner, max_size=3),
    max_leaves=8,
)


def places(data: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Every place in a JSON value."""
    items: list[tuple[Any, Any]] = []
    if isinstance(data, dict):
        items = list(data.items())
    elif isinstance(data, list):
        items = list(enumerate(data))
    return [path, *(place for key, value in items for place in places(value, (*path, key)))]


PLACES = places(good_answer())[1:]


@st.composite
def spoilt(draw: st.DrawFn) -> str:
    """A good answer with values replaced, taken out or doubled at random places."""
    answer = copy.deepcopy(good_answer())
    for _ in range(draw(st.integers(1, 3))):
        *way, last = draw(st.sampled_from(PLACES))
        target: Any = answer
        try:
            for key in way:
                target = target[key]
            if draw(st.booleans()):
                target[last] = draw(JUNK)
            else:
                del target[last]
        except (KeyError, IndexError, TypeError):
            continue
    return json.dumps(answer)


TEXTS = st.one_of(
    st.integers(0, len(WHOLE)).map(lambda at: WHOLE[:at]),
    st.text(max_size=200),
    JUNK.map(json.dumps),
    spoilt(),
    st.integers(1, 5000).map(lambda depth: "[" * depth),
    st.text(max_size=20).map(lambda text: f"```json\n{WHOLE}\n```{text}"),
)
BODIES = st.one_of(
    TEXTS.map(reply),
    JUNK.map(lambda junk: {**reply("x"), "output": junk}),
    JUNK.map(lambda junk: {**reply("x"), "usage": junk, "error": junk, "status": junk}),
    JUNK.map(lambda junk: {**reply("x"), "incomplete_details": junk}),
    JUNK.map(lambda junk: {**reply("x"), "output": [junk, {"type": "message", "content": [junk]}]}),
    JUNK,
)
RESPONSES = st.one_of(
    BODIES.map(lambda body: httpx2.Response(200, content=json.dumps(body).encode())),
    st.binary(max_size=200).map(lambda content: httpx2.Response(200, content=content)),
    st.integers(0, 400).map(lambda at: httpx2.Response(200, content=json.dumps(reply(WHOLE)).encode()[:at])),
)


async def ended(script: Script) -> tuple[Outcome, DomainError | None]:
    """What came, and the error that it ended with."""
    outcome = Outcome()
    try:
        await run(engine(script), pack(), outcome)
    except DomainError as error:
        return outcome, error
    return outcome, None


@pytest.mark.timeout(300)
@settings(max_examples=500, deadline=None, suppress_health_check=list(HealthCheck), database=None, derandomize=True)
@given(RESPONSES, st.booleans())
def test_broken_outputs(broken: httpx2.Response, mends: bool) -> None:
    script = Script([broken, ok(reply(good_answer())) if mends else broken])
    outcome, failure = asyncio.run(ended(script))
    if failure is None:
        assert outcome.patch is not None
        check_patch("qma", outcome.patch)
    else:
        assert failure.reason.isupper()
        assert len(failure.message) < 1500
    assert len(script.requests) <= 4
