"""What tokens cost, in US dollars for one million of them."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from buildplan.v1.agent_pb2 import Usage
from services.runtime.settings import SettingError

_SNAPSHOT = re.compile(r"-\d{4}-\d{2}-\d{2}\Z")
_MILLION = 1_000_000
_KEYS = frozenset(["input", "cached_input", "output", "cache_write", "long_context_from"])


@dataclass(frozen=True)
class Price:
    """Of one model, for standard processing.

    A request of more than `long_context_from` input tokens (0: never) costs twice the input and 1.5 times the output.
    `cache_write` is for tokens that the provider writes into its cache; 0 where that costs what any input does.
    """

    input: float
    cached_input: float
    output: float
    long_context_from: int = 0
    cache_write: float = 0.0

    def cost(self, usage: Usage) -> float:
        """In US dollars, for the tokens of one request."""
        written = usage.cache_write_input_tokens
        fresh = usage.input_tokens - usage.cached_input_tokens - written
        sent = fresh * self.input + usage.cached_input_tokens * self.cached_input
        sent += written * (self.cache_write or self.input)
        received = usage.output_tokens * self.output
        if self.long_context_from and usage.input_tokens > self.long_context_from:
            sent, received = 2 * sent, 1.5 * received
        return (sent + received) / _MILLION


# Published standard prices as of November 2026; OPENAI_PRICES overrides and adds. From gpt-5.6 on, writing into the
# cache costs 1.25 times the input (developers.openai.com, "Prompt caching").
PRICES_AS_OF = "2026-11"
_LONG = 272_000
PRICES: Mapping[str, Price] = {
    "gpt-6-astra": Price(10.0, 1.0, 50.0, _LONG, 12.5),
    "gpt-6-sol": Price(2.0, 0.2, 10.0, _LONG, 2.5),
    "gpt-6-luna": Price(0.1, 0.01, 0.5, _LONG, 0.125),
    "gpt-5.6-terra": Price(2.0, 0.2, 12.0, _LONG, 2.5),
    "gpt-5.6-luna": Price(0.2, 0.02, 1.2, _LONG, 0.25),
    "gpt-5.5": Price(5.0, 0.5, 30.0, _LONG),
    "gpt-5.4": Price(2.5, 0.25, 15.0, _LONG),
    "gpt-5.4-mini": Price(0.75, 0.075, 4.5),
    "gpt-5.4-nano": Price(0.2, 0.02, 1.25),
    "gpt-5.2": Price(1.75, 0.175, 14.0),
    "gpt-5.1": Price(1.25, 0.125, 10.0),
    "gpt-5": Price(1.25, 0.125, 10.0),
    "gpt-5-mini": Price(0.25, 0.025, 2.0),
    "gpt-5-nano": Price(0.05, 0.005, 0.4),
    "gpt-4.1": Price(2.0, 0.5, 8.0),
    "gpt-4.1-mini": Price(0.4, 0.1, 1.6),
    "gpt-4.1-nano": Price(0.1, 0.025, 0.4),
}


def price_of(model: str, own: Mapping[str, Price]) -> Price | None:
    """The model's price; a dated snapshot costs what its model costs. None when nobody told us."""
    for name in (model, _SNAPSHOT.sub("", model)):
        if found := own.get(name) or PRICES.get(name):
            return found
    return None


def priced(usage: Usage, price: Price | None) -> Usage:
    """`usage` of one request with its cost, or with `cost_unknown`."""
    if price is None:
        usage.cost_unknown = True
    else:
        usage.cost_usd = price.cost(usage)
    return usage


def at_most(usage: Usage, price: Price | None) -> Usage:
    """`usage` of a request that nothing of is cached yet, with what it may cost."""
    if price is not None and price.cache_write > price.input:
        usage.cache_write_input_tokens = usage.input_tokens
    return priced(usage, price)


def read_prices(text: str) -> dict[str, Price]:
    """A price table from JSON, or from the file that `text` names; raises SettingError."""
    if not text:
        return {}
    try:
        written = text if text.startswith("{") else Path(text).expanduser().read_text(encoding="utf-8")
        table = json.loads(written)
        return {str(model): _price(row) for model, row in table.items()}
    except (OSError, ValueError, TypeError, AttributeError) as error:
        raise SettingError(
            "OPENAI_PRICES takes JSON, or a file of it, such as "
            '{"my-model": {"input": 0.25, "cached_input": 0.025, "output": 2.0}} in US dollars for one million tokens '
            f"({error})"
        ) from error


def _price(row: Mapping[str, float]) -> Price:
    if unknown := set(row) - _KEYS:
        raise ValueError(f"it does not know {', '.join(sorted(unknown))}")
    if not {"input", "output"} <= set(row):
        raise ValueError("every model needs input and output")
    numbers = {key: float(value) for key, value in row.items()}
    if not all(0 <= value < float("inf") for value in numbers.values()):
        raise ValueError("no price is negative or infinite")
    return Price(
        input=numbers["input"],
        cached_input=numbers.get("cached_input", numbers["input"]),
        output=numbers["output"],
        long_context_from=int(numbers.get("long_context_from", 0)),
        cache_write=numbers.get("cache_write", 0.0),
    )
