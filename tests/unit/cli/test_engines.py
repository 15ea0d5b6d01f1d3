"""Which engine a command takes, and what it says of its cost before anything is spent."""

from __future__ import annotations

import pytest

from buildplan.v1.agent_pb2 import Usage
from buildplan.v1.session_pb2 import AgentEstimate, ValidationResult
from cli.engines import Engine, choose_engine
from cli.errors import UsageError
from cli.wording import validation_lines


def test_a_key_chooses_openai_and_a_word_chooses_otherwise(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    assert choose_engine(None) is Engine.OFFLINE
    with pytest.raises(UsageError, match="OPENAI_API_KEY"):
        choose_engine(Engine.OPENAI)
    monkeypatch.setenv("OPENAI_API_KEY", "sk-1")
    assert choose_engine(None) is Engine.OPENAI
    assert choose_engine(Engine.OFFLINE) is Engine.OFFLINE
    monkeypatch.setenv("OPENAI_API_KEY", "  ")
    assert choose_engine(None) is Engine.OFFLINE


def test_preflight_shows_what_a_run_may_cost() -> None:
    paid = AgentEstimate(agent="qma", engine="openai m", usage=Usage(input_tokens=9000, output_tokens=10, cost_usd=0.5))
    kept = AgentEstimate(agent="pma", engine="openai m", usage=Usage())
    unpriced = AgentEstimate(agent="ema", engine="openai x", usage=Usage(input_tokens=7, cost_unknown=True))
    result = ValidationResult(ready=True, estimates=[paid, kept])
    shown = list(validation_lines(result, full=True))
    amount = "up to 9,000 tokens sent and 10 received, $0.50"
    assert f"A run may use {amount}, one attempt of each agent" in shown
    assert f"  qma (openai m): {amount}" in shown
    assert "  pma (openai m): nothing, what was found for the same papers is used again" in shown
    result.estimates.append(unpriced)
    assert "$0.50 and more, a part is unknown" in "\n".join(validation_lines(result, full=False))
    assert "may use" not in "\n".join(validation_lines(ValidationResult(), full=True))
