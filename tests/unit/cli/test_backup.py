"""`buildplan backup` says what it copied, or why not."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from cli import exits
from cli.serving import DEFAULT_DATA
from services.coordinator.settings import CoordinatorSettings
from services.runtime.settings import Environment
from tests.unit.cli.conftest import Call


@pytest.fixture
def data(tmp_path: Path) -> Path:
    folder = tmp_path / "data"
    folder.mkdir()
    with sqlite3.connect(folder / "buildplan.db") as database:
        database.execute("CREATE TABLE kept (word TEXT)")
        database.execute("INSERT INTO kept VALUES ('whole')")
    database.close()
    return folder


def test_a_database_is_copied(call: Call, data: Path, tmp_path: Path) -> None:
    done = call("backup", tmp_path / "copy.db", "--data", data)
    assert (done.exit_code, "is copied" in done.output) == (exits.COMPLETE, True), done.output
    copied = sqlite3.connect(tmp_path / "copy.db")
    assert copied.execute("SELECT word FROM kept").fetchone() == ("whole",)
    copied.close()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["copy.db", "data"]


def test_the_folder_that_the_coordinator_is_told_of_is_the_one_that_is_copied(
    call: Call, data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BUILDPLAN_DATA", str(data))
    done = call("backup", tmp_path / "copy.db")
    assert (done.exit_code, str(data / "buildplan.db") in done.output) == (exits.COMPLETE, True), done.output


def test_without_a_setting_command_and_coordinator_have_the_same_folder() -> None:
    assert CoordinatorSettings.read(Environment({})).data == DEFAULT_DATA.expanduser()


def test_what_is_there_is_not_written_over(call: Call, data: Path, tmp_path: Path) -> None:
    (tmp_path / "copy.db").write_text("the last backup")
    done = call("backup", tmp_path / "copy.db", "--data", data)
    assert (done.exit_code, "is there already" in done.output) == (exits.USAGE, True)
    assert (tmp_path / "copy.db").read_text() == "the last backup"


def test_a_folder_without_a_database_is_named(call: Call, tmp_path: Path) -> None:
    done = call("backup", tmp_path / "copy.db", "--data", tmp_path)
    assert (done.exit_code, str(tmp_path / "buildplan.db") in done.output) == (exits.USAGE, True)


def test_postgresql_has_its_own_tool(call: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BUILDPLAN_DATABASE", "postgresql://user:hunter2@db/name")
    done = call("backup", tmp_path / "copy.db")
    assert (done.exit_code, "pg_dump" in done.output) == (exits.USAGE, True)
    assert "hunter2" not in done.output


def test_a_file_that_is_no_database_leaves_nothing_behind(call: Call, data: Path, tmp_path: Path) -> None:
    (data / "buildplan.db").write_bytes(b"x" * 10_000)
    done = call("backup", tmp_path / "copy.db", "--data", data)
    assert (done.exit_code, "could not be copied" in done.output) == (exits.FAILED, True)
    assert [path.name for path in tmp_path.iterdir()] == ["data"]
