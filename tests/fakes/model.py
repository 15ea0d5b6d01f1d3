"""A model that reads: it cites some passages of the papers it was sent, others for each agent, in its own section."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

_LINES = 3
_PLACES = {
    "qma": ("quality_plan", "passivation"),
    "pma": ("purchasing", "materials"),
    "sca": ("execution_strategy", "notes"),
    "ema": ("engineering_instructions", "exceptional_steps"),
}
USAGE = {
    "input_tokens": 10_000,
    "input_tokens_details": {"cached_tokens": 4_000},
    "output_tokens": 1_000,
    "output_tokens_details": {"reasoning_tokens": 200},
    "total_tokens": 11_000,
}


def agent_of(body: dict[str, Any]) -> str:
    """Who asks."""
    return str(body["text"]["format"]["name"]).removesuffix("_patch")


def answer_to(body: dict[str, Any]) -> dict[str, Any]:
    """A reply of the Responses API that keeps the schema it was sent."""
    answer = _empty(body["text"]["format"]["schema"])
    section, field = _PLACES[agent_of(body)]
    passages = [passage for passage in _passages(body) if len(passage["text"]) > 20]
    start = _LINES * list(_PLACES).index(agent_of(body)) % len(passages)
    lines = [*passages, *passages][start : start + _LINES]
    answer["sections"][section][field] = [_statement(passage) for passage in lines]
    content = [{"type": "output_text", "text": json.dumps(answer), "annotations": []}]
    message = {"type": "message", "id": "msg_1", "role": "assistant", "status": "completed", "content": content}
    return {
        "id": "resp_1",
        "object": "response",
        "created_at": 1,
        "status": "completed",
        "model": body["model"],
        "output": [message],
        "usage": USAGE,
    }


def _statement(passage: dict[str, Any]) -> dict[str, Any]:
    cited = {key: passage[key] for key in ("document", "page", "passage_id")}
    citation = {**cited, "quote": passage["text"]}
    return {"text": passage["text"], "basis": "BASIS_STATED", "citations": [citation], "confidence": 0.9}


def _passages(body: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for message in body["input"]:
        for part in message["content"]:
            records = (json.loads(line) for line in part["text"].splitlines() if line.startswith('{"record":"passage"'))
            yield from records


def _empty(schema: dict[str, Any]) -> Any:
    if schema["type"] == "object":
        return {name: _empty(part) for name, part in schema["properties"].items()}
    return []
