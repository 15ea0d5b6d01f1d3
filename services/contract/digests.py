"""Digests that name an input: the same input always gives the same digest."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

from google.protobuf.message import Message


def message_digest(message: Message) -> str:
    """SHA-256 over the message's deterministic serialisation, lower-case hex."""
    return hashlib.sha256(message.SerializeToString(deterministic=True)).hexdigest()


def text_digest(parts: Iterable[str]) -> str:
    """SHA-256 over the parts, each kept apart from the next, lower-case hex."""
    digest = hashlib.sha256()
    for part in parts:
        encoded = part.encode()
        digest.update(len(encoded).to_bytes(8, "big"))
        digest.update(encoded)
    return digest.hexdigest()
