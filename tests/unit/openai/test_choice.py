"""Which engine is chosen, and that the offline one stays light."""

from __future__ import annotations

import re
import subprocess
import sys
from functools import partial
from pathlib import Path

import pytest

from services.qma.profile import PROFILE
from services.runtime.settings import Environment, SettingError, names_read
from services.specialist.engine_choice import OPENAI_SETTINGS, engine_name
from services.specialist.openai.settings import OpenAISettings
from services.specialist.process import choose_engine
from tests.unit.openai.wire import CANARY, ROOT

KEY = {"OPENAI_API_KEY": CANARY}


@pytest.mark.parametrize(
    ("values", "name"),
    [
        ({}, "offline"),
        (KEY, "openai"),
        ({**KEY, "BUILDPLAN_ENGINE": "offline"}, "offline"),
        ({**KEY, "BUILDPLAN_ENGINE": "OpenAI"}, "openai"),
        ({"OPENAI_MODEL": "m", "BUILDPLAN_ENGINE": "offline"}, "offline"),
    ],
)
def test_the_key_decides_unless_the_setting_does(values: dict[str, str], name: str) -> None:
    engine = choose_engine(PROFILE, Environment(values))
    assert engine.name == name
    assert engine.metered == (name == "openai")


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"BUILDPLAN_ENGINE": "openai"}, "OPENAI_API_KEY is not set"),
        ({"BUILDPLAN_ENGINE": "opnai"}, "takes one of: offline, openai"),
        ({"OPENAI_MODEL": "m"}, "OPENAI_MODEL without OPENAI_API_KEY"),
        ({"OPENAI_API_KEYS": CANARY}, "do you mean OPENAI_API_KEY"),
        ({"OPENAI_MODEL_QAM": "m"}, "do you mean OPENAI_MODEL_QMA"),
        ({"BUILDPLAN_ENGIN": "openai"}, "do you mean BUILDPLAN_ENGINE"),
        ({"BUILDPLAN_MAX_CONCURRENT_RPC": "3"}, "do you mean BUILDPLAN_MAX_CONCURRENT_RPCS"),
        ({"BUILDPLAN_TLS_CERTS": "pair"}, "do you mean BUILDPLAN_TLS_CERT"),
        ({"OPENAI_TIMEOUT_SECOND": "3"}, "do you mean OPENAI_TIMEOUT_SECONDS"),
    ],
)
def test_contradictions_and_misspellings_stop_the_service(values: dict[str, str], message: str) -> None:
    with pytest.raises(SettingError, match=message) as caught:
        choose_engine(PROFILE, Environment(values))
    assert CANARY not in str(caught.value)


def test_no_setting_of_another_service_is_taken_for_a_misspelling() -> None:
    names: set[str] = set()
    for folder in ("services", "cli", "gateway"):
        for path in (ROOT / folder).rglob("*.py"):
            names.update(re.findall(r"\bBUILDPLAN_[A-Z_]*[A-Z]\b", path.read_text()))
    assert "BUILDPLAN_ENGINE" in names
    assert engine_name(Environment(dict.fromkeys(names, ""))) == "offline"


def test_the_engines_settings_are_those_that_it_reads() -> None:
    """They are listed apart because the offline engine must know them and may not import the other one."""
    agents = ("qma", "pma", "sca", "ema")
    read = [names_read(partial(OpenAISettings.read, agent=agent), **KEY) for agent in agents]
    assert frozenset().union(*read) == OPENAI_SETTINGS


@pytest.mark.parametrize("agent", ["qma", "pma", "sca", "ema"])
def test_a_specialist_on_the_offline_engine_does_not_import_openai(agent: str) -> None:
    code = (
        "import sys\n"
        "from services.runtime.settings import Environment\n"
        "from services.specialist.process import choose_engine\n"
        f"from services.{agent}.profile import PROFILE\n"
        "print(choose_engine(PROFILE, Environment({})).name)\n"
        "print(sorted({name.split('.')[0] for name in sys.modules} & {'openai', 'httpx', 'httpx2', 'pydantic'}))\n"
        "print([name for name in sys.modules if name.startswith('services.specialist.openai')])\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT, env={"PATH": ""}
    )
    assert done.stdout.splitlines()[-3:] == ["offline", "[]", "[]"]


def test_every_specialist_has_a_prompt() -> None:
    for agent in ("qma", "pma", "sca", "ema"):
        assert Path(ROOT / "services" / agent / "prompt.md").is_file()


def test_the_key_may_come_from_a_file(tmp_path: Path) -> None:
    (tmp_path / "key").write_text(f"{CANARY}\n")
    assert engine_name(Environment({"OPENAI_API_KEY_FILE": str(tmp_path / "key")})) == "openai"
    (tmp_path / "empty").write_text("\n")
    assert engine_name(Environment({"OPENAI_API_KEY_FILE": str(tmp_path / "empty")})) == "offline"
    with pytest.raises(SettingError, match="OPENAI_API_KEY is not set"):
        engine_name(Environment({"OPENAI_API_KEY_FILE": str(tmp_path / "empty"), "BUILDPLAN_ENGINE": "openai"}))
    with pytest.raises(SettingError, match="OPENAI_API_KEY_FILE"):
        engine_name(Environment({"OPENAI_API_KEY_FILE": str(tmp_path / "none")}))
