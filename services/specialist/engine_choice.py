"""Which engine a specialist works with, decided before anything heavy is imported."""

from __future__ import annotations

from difflib import get_close_matches

from services.runtime.settings import Environment, ServerSettings, SettingError, names_read

OFFLINE = "offline"
OPENAI = "openai"
KEY = "OPENAI_API_KEY"
_AGENTS = ("QMA", "PMA", "SCA", "EMA")

# What the specialists read, and what the provider's own library reads beside it.
OPENAI_SETTINGS = frozenset(
    [
        KEY,
        f"{KEY}_FILE",
        "OPENAI_BASE_URL",
        "OPENAI_MODEL",
        *(f"OPENAI_MODEL_{agent}" for agent in _AGENTS),
        "OPENAI_REASONING_EFFORT",
        "OPENAI_TIMEOUT_SECONDS",
        "OPENAI_ATTEMPTS",
        "OPENAI_FIRST_WAIT_SECONDS",
        "OPENAI_LONGEST_WAIT_SECONDS",
        "OPENAI_JITTER_SECONDS",
        "OPENAI_LONGEST_RETRY_AFTER_SECONDS",
        "OPENAI_MAX_INPUT_TOKENS",
        "OPENAI_MAX_OUTPUT_TOKENS",
        "OPENAI_PRICES",
        "OPENAI_CONCURRENCY",
        "OPENAI_REQUESTS_PER_MINUTE",
        "OPENAI_BREAKER_FAILURES",
        "OPENAI_BREAKER_SECONDS",
    ]
)
_LIBRARY_SETTINGS = frozenset(
    ["OPENAI_ORG_ID", "OPENAI_PROJECT_ID", "OPENAI_LOG", "OPENAI_ADMIN_KEY", "OPENAI_WEBHOOK_SECRET"]
)
_SERVER_SETTINGS = names_read(lambda environment: ServerSettings.read(environment, 0)) | {"BUILDPLAN_ENGINE"}


def engine_name(environment: Environment) -> str:
    """What BUILDPLAN_ENGINE says, "offline" or "openai"; unset, it is openai exactly when there is a key.

    Raises SettingError for a name that looks like a misspelt setting, and where settings contradict each other.
    """
    _refuse_misspelt(environment)
    has_key = bool(environment.secret(KEY))
    default = OPENAI if has_key else OFFLINE
    name = environment.choice("BUILDPLAN_ENGINE", default, (OFFLINE, OPENAI))
    if name == OPENAI and not has_key:
        raise SettingError(f'BUILDPLAN_ENGINE is "openai" and {KEY} is not set; set the key, or take "offline"')
    if not environment.text("BUILDPLAN_ENGINE", "") and not has_key and (lost := _model_settings(environment)):
        raise SettingError(
            f'{", ".join(lost)} without {KEY}: set the key for the engine "openai", or BUILDPLAN_ENGINE=offline'
        )
    return name


def _model_settings(environment: Environment) -> list[str]:
    """Those that are of no use without a key; a file for it that is still empty is not one of them."""
    return sorted(name for name in OPENAI_SETTINGS - {f"{KEY}_FILE"} if environment.text(name, ""))


def _refuse_misspelt(environment: Environment) -> None:
    known = {*OPENAI_SETTINGS, *_LIBRARY_SETTINGS, *_SERVER_SETTINGS}
    for name in sorted(environment.values):
        if name in known or not name.startswith(("OPENAI_", "BUILDPLAN_")):
            continue
        ours = OPENAI_SETTINGS if name.startswith("OPENAI_") else _SERVER_SETTINGS
        if meant := get_close_matches(name, ours, n=1, cutoff=0.87):
            raise SettingError(f"{name} is no setting; do you mean {meant[0]}?")
