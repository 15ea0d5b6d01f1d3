"""What model calls used: adding it up, and how it reads."""

from __future__ import annotations

from collections.abc import Iterable

from buildplan.v1.agent_pb2 import Usage


def total(usages: Iterable[Usage]) -> Usage:
    """All of them together; the cost is unknown when that of any is."""
    found = Usage()
    for usage in usages:
        if not usage.ByteSize():
            continue
        found.input_tokens += usage.input_tokens
        found.cached_input_tokens += usage.cached_input_tokens
        found.cache_write_input_tokens += usage.cache_write_input_tokens
        found.output_tokens += usage.output_tokens
        found.cost_usd += usage.cost_usd
        found.cost_unknown |= usage.cost_unknown
    return found


def tokens(usage: Usage) -> int:
    """Tokens sent and received."""
    return usage.input_tokens + usage.output_tokens


def money(usage: Usage) -> str:
    """`$0.04`, `$0.0004`, or what is known of a cost that is not known whole; empty for what costs nothing."""
    if usage.cost_unknown:
        return f"{dollars(usage.cost_usd)} and more, a part is unknown" if usage.cost_usd else "cost unknown"
    return dollars(usage.cost_usd) if usage.cost_usd else ""


def dollars(amount: float) -> str:
    """`$1,204.50`; two significant figures below ten cents, so that a small cost does not read as none."""
    if amount >= 0.1 or not amount:
        return f"${amount:,.2f}"
    shown = f"{amount:.2g}"
    return f"${float(shown):.8f}".rstrip("0") if "e" in shown else f"${shown}"
