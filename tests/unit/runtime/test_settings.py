"""Settings: a bad value is an error that names the variable, never a silent default."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from gateway.settings import GatewaySettings
from services.coordinator.settings import CoordinatorSettings
from services.runtime.addresses import target
from services.runtime.settings import Environment, ServerSettings, SettingError

ROOT = Path(__file__).parents[3]


def test_defaults_bind_to_loopback() -> None:
    settings = ServerSettings.read(Environment({}), 50051)
    assert (settings.host, settings.port) == ("127.0.0.1", 50051)


def test_values_are_read_and_empty_means_unset() -> None:
    values = {"BUILDPLAN_HOST": "0.0.0.0", "BUILDPLAN_PORT": "0", "BUILDPLAN_LOG_LEVEL": ""}  # noqa: S104
    settings = ServerSettings.read(Environment(values), 50051)
    assert (settings.host, settings.port, settings.log_level) == ("0.0.0.0", 0, "info")  # noqa: S104


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("BUILDPLAN_PORT", "http"),
        ("BUILDPLAN_PORT", "70000"),
        ("BUILDPLAN_PORT", "-1"),
        ("BUILDPLAN_DRAIN_SECONDS", "soon"),
        ("BUILDPLAN_DRAIN_SECONDS", "nan"),
        ("BUILDPLAN_LOG_LEVEL", "loud"),
        ("BUILDPLAN_LOG_FORMAT", "xml"),
    ],
)
def test_bad_server_setting_names_itself(name: str, value: str) -> None:
    with pytest.raises(SettingError, match=name):
        ServerSettings.read(Environment({name: value}), 50051)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("BUILDPLAN_DATABASE", "mysql://root:hunter2@db/x"),
        ("BUILDPLAN_SPECIALISTS", "qma"),
        ("BUILDPLAN_DATABASE", "postgresql://root:hunter2@sec:ret9@127.0.0.1/x"),
        ("BUILDPLAN_DATABASE", "postgresql://root:hunter2@db:port/x"),
        ("BUILDPLAN_DATABASE", "postgresql://root:hunter2@db"),
        ("BUILDPLAN_DATABASE", "sqlite:///"),
        ("BUILDPLAN_DATABASE", "sqlite:///:memory:"),
        ("BUILDPLAN_DATABASE", "hunter2"),
        ("BUILDPLAN_SPECIALISTS", "qma=a:1,qma=b:2"),
        ("BUILDPLAN_SPECIALISTS", "qma=nohost"),
        ("BUILDPLAN_SPECIALISTS", "qma=:1"),
        ("BUILDPLAN_SPECIALISTS", "qma=dns:///qma"),
        ("BUILDPLAN_SPECIALISTS", "qma=a:1+b:2"),
        ("BUILDPLAN_SPECIALISTS", "qma=127.0.0.1+127.0.0.2:1"),
        ("BUILDPLAN_SPECIALISTS", "qma=127.0.0.1:1+[::1]:1"),
        ("BUILDPLAN_MAX_UPLOAD_MIB", "0"),
    ],
)
def test_bad_coordinator_setting_names_itself_and_tells_no_secret(name: str, value: str) -> None:
    with pytest.raises(SettingError, match=name) as caught:
        CoordinatorSettings.read(Environment({name: value}))
    assert "hunter2" not in str(caught.value)
    assert "ret9" not in str(caught.value)


def test_a_bad_target_of_the_gateway_names_itself() -> None:
    with pytest.raises(SettingError, match=r"BUILDPLAN_TARGET: .* for names take dns:///name:port"):
        GatewaySettings.read(Environment({"BUILDPLAN_TARGET": "localhost:1+localhost:2"}), "127.0.0.1")


def test_database_lies_below_the_data_folder(tmp_path: Path) -> None:
    settings = CoordinatorSettings.read(Environment({"BUILDPLAN_DATA": str(tmp_path)}))
    assert settings.database == f"sqlite:///{tmp_path / 'buildplan.db'}"


def test_specialists_keep_their_order() -> None:
    environment = Environment({"BUILDPLAN_SPECIALISTS": "ema=dns:///ema:50051, tca=127.0.0.1:1"})
    assert list(CoordinatorSettings.read(environment).specialists.items()) == [
        ("ema", "dns:///ema:50051"),
        ("tca", "127.0.0.1:1"),
    ]


@pytest.mark.parametrize(
    ("address", "wanted"),
    [
        ("qma:50051", "qma:50051"),
        ("dns:///qma:50051", "dns:///qma:50051"),
        ("127.0.0.1:1+127.0.0.2:2", "ipv4:127.0.0.1:1,127.0.0.2:2"),
        ("[::1]:1+[::1]:2", "ipv6:[::1]:1,[::1]:2"),
    ],
)
def test_an_address_may_be_a_list_of_replicas(address: str, wanted: str) -> None:
    assert target(address) == wanted


def test_the_database_may_come_from_a_file(tmp_path: Path) -> None:
    file = tmp_path / "database-url"
    file.write_text("postgresql://planner@db/plans\n")
    settings = CoordinatorSettings.read(Environment({"BUILDPLAN_DATABASE_FILE": str(file)}))
    assert settings.database == "postgresql://planner@db/plans"


def test_the_readme_has_every_setting() -> None:
    """In full, or the end of its name beside one that begins in the same way; OTEL_BSP_* are the library's own."""
    code = "".join(file.read_text() for room in ("services", "gateway", "cli") for file in (ROOT / room).rglob("*.py"))
    _, _, table = (ROOT / "README.md").read_text().partition("\n## Settings\n")
    shown = set(re.findall(r"`([A-Z_]+)`", table.partition("\n## ")[0]))
    names = set(re.findall(r'"((?:BUILDPLAN|OTEL_EXPORTER)_[A-Z_]*[A-Z])"', code))
    assert "BUILDPLAN_METRICS_PORT" in names
    assert [name for name in sorted(names) if not any(name.endswith(each) for each in shown)] == []
