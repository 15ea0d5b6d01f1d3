"""A client of Server-Sent Events that keeps what a browser would."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx2

NOTHING: Mapping[str, str] = {}


@dataclass
class Message:
    """One event; `kind` is "comment" for a comment."""

    kind: str = "message"
    id: str = ""
    data: str = ""

    def json(self) -> dict[str, Any]:
        """The data."""
        found: dict[str, Any] = json.loads(self.data)
        return found


@dataclass
class Log:
    """What a client has of a run: the sequence numbers as they came, and whether it has them all."""

    sequences: list[int] = field(default_factory=list)
    ended: bool = False

    @property
    def last(self) -> int:
        """Where to go on."""
        return self.sequences[-1] if self.sequences else 0


async def messages(answer: httpx2.Response) -> AsyncIterator[Message]:
    """The events of a stream that has begun."""
    message = Message()
    async for line in answer.aiter_lines():
        name, _, value = line.partition(": ")
        match name:
            case "event":
                message.kind = value
            case "id":
                message.id = value
            case "data":
                message.data = value
            case "":
                if line:
                    yield Message("comment")
                elif message.data:
                    yield message
                message = Message()


async def listen(
    client: httpx2.AsyncClient, run: str, log: Log, *, most: int = 10_000, headers: Mapping[str, str] = NOTHING
) -> Log:
    """Goes on with `log` until the stream ends or `most` more events have come."""
    headers = {**headers, "last-event-id": str(log.last)} if log.last else headers
    async with client.stream("GET", "/agents/status", params={"run": run}, headers=headers) as answer:
        assert answer.status_code in {200, 204}, await answer.aread()
        log.ended = answer.status_code == 204
        async for message in messages(answer):
            if message.kind == "end":
                log.ended = True
            elif message.kind != "comment":
                assert message.json()["sequence"] == message.id
                log.sequences.append(int(message.id))
                most -= 1
                if not most:
                    break
    return log
