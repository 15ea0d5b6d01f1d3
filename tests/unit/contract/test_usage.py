"""Adding usage up, and how money reads."""

from __future__ import annotations

import pytest

from buildplan.v1.agent_pb2 import Usage
from services.contract.usage import dollars, money, tokens, total


def test_usage_adds_up_and_one_unknown_cost_makes_the_sum_unknown() -> None:
    known = Usage(input_tokens=10, cached_input_tokens=4, output_tokens=2, cost_usd=0.5)
    unknown = Usage(input_tokens=1, output_tokens=1, cost_unknown=True)
    assert total([known, known]) == Usage(input_tokens=20, cached_input_tokens=8, output_tokens=4, cost_usd=1.0)
    assert total([known, unknown]) == Usage(
        input_tokens=11, cached_input_tokens=4, output_tokens=3, cost_usd=0.5, cost_unknown=True
    )
    assert total([]) == Usage()
    assert tokens(known) == 12


@pytest.mark.parametrize(
    ("amount", "shown"),
    [
        (0, "$0.00"),
        (1204.5, "$1,204.50"),
        (0.25, "$0.25"),
        (0.042, "$0.042"),
        (0.00123, "$0.0012"),
        (0.000001, "$0.000001"),
        (0.0000125, "$0.000013"),
    ],
)
def test_small_amounts_do_not_read_as_none(amount: float, shown: str) -> None:
    assert dollars(amount) == shown


@pytest.mark.parametrize(
    ("usage", "shown"),
    [
        (Usage(), ""),
        (Usage(cost_usd=0.5), "$0.50"),
        (Usage(cost_unknown=True), "cost unknown"),
        (Usage(cost_usd=0.5, cost_unknown=True), "$0.50 and more, a part is unknown"),
    ],
)
def test_an_unknown_cost_is_never_shown_as_nothing(usage: Usage, shown: str) -> None:
    assert money(usage) == shown
