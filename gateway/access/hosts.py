"""Which Host headers are ours: a page elsewhere whose name was made to point here (DNS rebinding) brings its own."""

from __future__ import annotations

from collections.abc import Sequence

LOOPBACK = ("localhost", "127.0.0.1", "::1")


def allowed_hosts(bound_to: str, named: Sequence[str]) -> frozenset[str]:
    """The names that a Host header may carry; empty for any, where the gateway listens beyond loopback unnamed."""
    if bound_to in LOOPBACK:
        return frozenset({*LOOPBACK, *named})
    return frozenset(named)


def host_name(header: str) -> str:
    """The name in `name:port` or `[address]:port`, lower-case."""
    if header.startswith("["):
        return header[1:].partition("]")[0].lower()
    return header.rpartition(":")[0].lower() if ":" in header else header.lower()
