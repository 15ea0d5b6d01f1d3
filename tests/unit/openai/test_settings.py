"""Settings, prices and the key's secrecy."""

from __future__ import annotations

import json
import logging
import pickle
from pathlib import Path

import pytest
import structlog

from buildplan.v1.agent_pb2 import Usage
from services.runtime.errors import DomainError
from services.runtime.settings import Environment, SettingError
from services.specialist.openai.prices import at_most, price_of, priced, read_prices
from services.specialist.openai.settings import OpenAISettings
from tests.unit.openai.papers import pack
from tests.unit.openai.wire import CANARY, SETTINGS, Outcome, Script, engine, failed, run


def read(agent: str = "qma", **values: str) -> OpenAISettings:
    return OpenAISettings.read(Environment({"OPENAI_API_KEY": CANARY, **values}), agent)


def test_an_agent_may_have_its_own_model() -> None:
    values = {"OPENAI_MODEL": "gpt-5.4", "OPENAI_MODEL_QMA": "gpt-6-sol"}
    assert read("qma", **values).model == "gpt-6-sol"
    assert read("pma", **values).model == "gpt-5.4"


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("OPENAI_BASE_URL", "api.openai.com", "takes an address"),
        ("OPENAI_BASE_URL", "ftp://x", "takes an address"),
        ("OPENAI_BASE_URL", "http://user:hidden@x/v1", "user or password"),
        ("OPENAI_REASONING_EFFORT", "hard", "takes one of"),
        ("OPENAI_TIMEOUT_SECONDS", "0", "number from 1"),
        ("OPENAI_ATTEMPTS", "0", "number from 1"),
        ("OPENAI_FIRST_WAIT_SECONDS", "40", "longer than OPENAI_LONGEST_WAIT_SECONDS"),
        ("OPENAI_MAX_INPUT_TOKENS", "10", "number from 12000"),
        ("OPENAI_CONCURRENCY", "many", "number from 1"),
        ("OPENAI_PRICES", "{", "OPENAI_PRICES takes JSON"),
        ("OPENAI_PRICES", "/nowhere/prices.json", "OPENAI_PRICES takes JSON"),
        ("OPENAI_PRICES", '{"m": {"input": 1}}', "needs input and output"),
        ("OPENAI_PRICES", '{"m": {"input": -1, "output": 1}}', "negative"),
        ("OPENAI_PRICES", '{"m": {"input": 1, "output": 1, "outptu": 2}}', "does not know outptu"),
        ("OPENAI_API_KEY", "sk- 1", "copy it again"),
    ],
)
def test_bad_settings_stop_with_a_message(name: str, value: str, message: str) -> None:
    with pytest.raises(SettingError, match=message) as caught:
        read(**{name: value})
    assert "hidden" not in str(caught.value)
    assert CANARY not in str(caught.value)


def test_a_snapshot_costs_what_its_model_costs_and_own_prices_win(tmp_path: Path) -> None:
    assert price_of("gpt-5.4-mini-2026-03-17", {}) == price_of("gpt-5.4-mini", {})
    assert price_of("house-model", {}) is None
    file = tmp_path / "prices.json"
    file.write_text(json.dumps({"house-model": {"input": 1, "output": 4}, "gpt-5.4": {"input": 9, "output": 9}}))
    own = read_prices(str(file))
    usage = priced(
        Usage(input_tokens=1_000_000, cached_input_tokens=500_000, output_tokens=10), price_of("house-model", own)
    )
    assert usage.cost_usd == pytest.approx(1.00004)
    assert price_of("gpt-5.4", own) == own["gpt-5.4"]


def test_long_requests_cost_more() -> None:
    price = price_of("gpt-5.4", {})
    assert price is not None
    assert price.cost(Usage(input_tokens=300_000)) == pytest.approx(1.5)
    assert price.cost(Usage(input_tokens=200_000)) == pytest.approx(0.5)


def test_writing_into_the_cache_costs_more_where_the_provider_says_so() -> None:
    used = Usage(input_tokens=1000, cached_input_tokens=200, cache_write_input_tokens=600, output_tokens=10)
    terra, mini = price_of("gpt-5.6-terra", {}), price_of("gpt-5.4-mini", {})
    assert terra is not None
    assert mini is not None
    assert terra.cost(used) == pytest.approx((200 * 2.0 + 200 * 0.2 + 600 * 2.5 + 10 * 12.0) / 1e6)
    assert mini.cost(used) == pytest.approx((800 * 0.75 + 200 * 0.075 + 10 * 4.5) / 1e6)
    assert at_most(Usage(input_tokens=1000), terra).cost_usd == pytest.approx(1000 * 2.5 / 1e6)
    assert at_most(Usage(input_tokens=1000), mini) == Usage(input_tokens=1000, cost_usd=1000 * 0.75 / 1e6)


def test_the_key_has_no_text_form() -> None:
    assert CANARY not in f"{SETTINGS} {SETTINGS!r} {SETTINGS.key} {vars(SETTINGS)}"
    with pytest.raises(TypeError):
        pickle.dumps(SETTINGS.key)


async def test_the_key_reaches_no_log_error_or_event(
    caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    """Even a provider that quotes the key does not bring it out."""
    caplog.set_level(logging.DEBUG)
    script = Script([failed(500, message=f"bad key {CANARY}"), failed(401, message=f"Incorrect API key: {CANARY}")])
    outcome = Outcome()
    with structlog.testing.capture_logs() as logs, pytest.raises(DomainError) as caught:
        await run(engine(script), pack(), outcome)
    seen = f"{caught.value.message} {caught.value!r} {outcome.messages} {logs} {caplog.text} {capsys.readouterr()}"
    assert "***" in caught.value.message
    assert CANARY not in seen
    chain: BaseException | None = caught.value
    while chain is not None:
        assert CANARY not in str(chain)
        chain = chain.__cause__
    assert script.requests[0].headers["authorization"] == f"Bearer {CANARY}"
