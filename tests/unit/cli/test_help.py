"""Help says what a command is for and how it is called."""

from __future__ import annotations

from importlib.metadata import version

import pytest

from tests.unit.cli.conftest import Call

COMMANDS = (
    *("plan", "serve", "sessions", "upload", "documents", "validate", "conflicts", "resolve", "run", "status"),
    *("resume", "retry", "cancel", "checkpoints", "attempts", "audit", "backup", "show", "revisions", "export"),
)
WITH_EXAMPLES = ("plan", "serve", "backup", "upload", "resolve", "run", "status", "show", "export")


def test_the_front_page_names_every_command_and_the_exit_codes(call: Call) -> None:
    shown = call("--help").output
    assert [command for command in COMMANDS if f" {command} " not in shown] == []
    assert "0 complete, 3 partial, 1 failed, 2 wrong usage" in shown


def test_the_version_is_the_installed_one(call: Call) -> None:
    process = call("--version")
    assert (process.exit_code, process.output) == (0, f"buildplan {version('build-planner')}, contract buildplan.v1\n")


@pytest.mark.parametrize("command", COMMANDS)
def test_each_command_has_json_and_says_whom_it_calls(command: str, call: Call) -> None:
    process = call(command, "--help")
    assert process.exit_code == 0
    assert "--json" in process.output
    assert ("BUILDPLAN_TARGET" in process.output) == (command not in {"plan", "serve", "backup"})
    assert ("Example" in process.output) == (command in WITH_EXAMPLES)
