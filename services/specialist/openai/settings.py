"""What the OpenAI engine is told: one frozen value, read once; a bad one stops the service."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from services.runtime.settings import Environment, SettingError
from services.specialist.openai.prices import Price, price_of, read_prices
from services.specialist.openai.secret import Secret

DEFAULT_MODEL = "gpt-5.4-mini"
DEFAULT_BASE_URL = "https://api.openai.com/v1"
EFFORTS = ("default", "none", "minimal", "low", "medium", "high", "xhigh", "max")
_LEAST_BUDGET = 12_000


@dataclass(frozen=True)
class RetrySettings:
    """DESIGN section 7. `attempts` counts calls, the first included.

    Waits in seconds: `first_wait` doubles up to `longest_wait`, spread by at most `jitter`; a Retry-After above
    `longest_retry_after` ends the attempts.
    """

    attempts: int = 3
    first_wait: float = 2.0
    longest_wait: float = 30.0
    jitter: float = 3.0
    longest_retry_after: float = 120.0


@dataclass(frozen=True)
class LimitSettings:
    """Per process: calls at once, and requests in a minute (0: no limit).

    `breaker_failures` in a row open the breaker for `breaker_seconds`.
    """

    concurrency: int = 4
    requests_per_minute: int = 0
    breaker_failures: int = 8
    breaker_seconds: float = 30.0


@dataclass(frozen=True)
class OpenAISettings:
    """Everything about one agent's model. `timeout` in seconds bounds one call; tokens are per call.

    `effort` is empty for the model's own default. `prices` are the user's, beside the built-in ones.
    """

    key: Secret
    model: str = DEFAULT_MODEL
    base_url: str = DEFAULT_BASE_URL
    effort: str = ""
    timeout: float = 180.0
    max_input_tokens: int = 100_000
    max_output_tokens: int = 24_000
    retry: RetrySettings = RetrySettings()
    limits: LimitSettings = LimitSettings()
    prices: Mapping[str, Price] = field(default_factory=dict)

    @property
    def price(self) -> Price | None:
        """The model's price; None when it is unknown."""
        return price_of(self.model, self.prices)

    @staticmethod
    def read(environment: Environment, agent: str) -> OpenAISettings:
        """From OPENAI_*; OPENAI_MODEL_QMA and its like override OPENAI_MODEL. Raises SettingError."""
        model = environment.text("OPENAI_MODEL", DEFAULT_MODEL)
        effort = environment.choice("OPENAI_REASONING_EFFORT", "default", EFFORTS)
        return OpenAISettings(
            key=_key(environment),
            model=environment.text(f"OPENAI_MODEL_{agent.upper()}", model),
            base_url=_base_url(environment),
            effort="" if effort == "default" else effort,
            timeout=environment.number("OPENAI_TIMEOUT_SECONDS", 180.0, minimum=1, maximum=3600),
            max_input_tokens=environment.integer(
                "OPENAI_MAX_INPUT_TOKENS", 100_000, minimum=_LEAST_BUDGET, maximum=1_000_000
            ),
            max_output_tokens=environment.integer("OPENAI_MAX_OUTPUT_TOKENS", 24_000, minimum=1_000, maximum=128_000),
            retry=_retry(environment),
            limits=_limits(environment),
            prices=read_prices(environment.text("OPENAI_PRICES", "")),
        )


def _key(environment: Environment) -> Secret:
    key = environment.secret("OPENAI_API_KEY")
    if not key:
        raise SettingError("OPENAI_API_KEY is not set; the engine openai needs it")
    if not key.isascii() or not key.isprintable() or " " in key:
        raise SettingError("OPENAI_API_KEY holds a space or a sign that no key has; copy it again")
    return Secret(key)


def _base_url(environment: Environment) -> str:
    url = environment.text("OPENAI_BASE_URL", DEFAULT_BASE_URL)
    try:
        parts = urlsplit(url)
        good = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
        secret = parts.username or parts.password
    except ValueError:
        good, secret = False, None
    if secret:
        raise SettingError("OPENAI_BASE_URL holds a user or password; it takes an address only, the key goes apart")
    if not good:
        raise SettingError(f'OPENAI_BASE_URL is "{url}"; it takes an address such as {DEFAULT_BASE_URL}')
    return url


def _retry(environment: Environment) -> RetrySettings:
    retry = RetrySettings(
        attempts=environment.integer("OPENAI_ATTEMPTS", 3, minimum=1, maximum=10),
        first_wait=environment.number("OPENAI_FIRST_WAIT_SECONDS", 2.0, minimum=0.001, maximum=60),
        longest_wait=environment.number("OPENAI_LONGEST_WAIT_SECONDS", 30.0, minimum=0.001, maximum=600),
        jitter=environment.number("OPENAI_JITTER_SECONDS", 3.0, maximum=60),
        longest_retry_after=environment.number("OPENAI_LONGEST_RETRY_AFTER_SECONDS", 120.0, maximum=3600),
    )
    if retry.first_wait > retry.longest_wait:
        raise SettingError(
            f"OPENAI_FIRST_WAIT_SECONDS ({retry.first_wait:g}) is longer than OPENAI_LONGEST_WAIT_SECONDS "
            f"({retry.longest_wait:g})"
        )
    return retry


def _limits(environment: Environment) -> LimitSettings:
    return LimitSettings(
        concurrency=environment.integer("OPENAI_CONCURRENCY", 4, minimum=1, maximum=1000),
        requests_per_minute=environment.integer("OPENAI_REQUESTS_PER_MINUTE", 0, maximum=1_000_000),
        breaker_failures=environment.integer("OPENAI_BREAKER_FAILURES", 8, minimum=1, maximum=1000),
        breaker_seconds=environment.number("OPENAI_BREAKER_SECONDS", 30.0, minimum=0.01, maximum=3600),
    )
