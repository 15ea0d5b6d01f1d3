"""Whatever is wrong is said in one message with what to do, and the exit code tells whose fault it is."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from tests.unit.cli.conftest import Call

ALL = ("--project", "P", "--customer", "C")
SAMPLES = Path(__file__).parents[3] / "samples" / "br-2041"
NOBODY = "127.0.0.1:9"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("plan",), "Missing argument"),
        (("plan", SAMPLES), "Missing option"),
        (("plan", SAMPLES, "--project", "P"), "--customer"),
        (("plan", "nowhere.pdf", *ALL), "there is no file or folder nowhere.pdf"),
        (("plan", "empty", *ALL), "there are no files in empty"),
        (("plan", "hidden", *ALL), "there are no files in hidden"),
        (("plan", "pipe", *ALL), "pipe is neither a file nor a folder"),
        (("plan", SAMPLES, *ALL, "--engine", "magic"), "'magic' is not one of 'offline', 'openai'"),
        (("plan", SAMPLES, *ALL, "--engine", "openai"), "set OPENAI_API_KEY"),
        (("plan", SAMPLES, *ALL, "--specialist", "sca"), "it takes AGENT=HOST:PORT"),
        (("plan", SAMPLES, *ALL, "--out", "paper.txt"), "cannot write to the folder paper.txt"),
        (("plan", SAMPLES, *ALL, "--data", "paper.txt"), "cannot write to the folder paper.txt"),
        (("plan", SAMPLES, *ALL, "--out", "/proc"), "cannot write to the folder /proc"),
        (("plan", SAMPLES, *ALL, "--data", "/proc"), "cannot write to the folder /proc"),
        (("serve", "--data", "/proc"), "cannot write to the folder /proc"),
        (("sessions", "--target", ""), 'the target "" is no address'),
        (("sessions", "--target", "coordinator"), "it takes HOST:PORT"),
        (("sessions", "--target", "localhost:1+localhost:2"), "for names take dns:///name:port"),
        (("serve", "--engine", "openai"), "set OPENAI_API_KEY"),
        (("serve", "--port", "http"), "valid integer"),
        (("upload", "nowhere.pdf"), "there is no file or folder nowhere.pdf"),
        (("retry",), "Missing argument"),
        (("status", "--session", "Not A Name"), "is no name of the form"),
        (("status", "--run", "sessions/a/documents/b"), "is no name of the form"),
        (("documents", "correct", "d"), "there is nothing to correct"),
        (("documents", "correct", "d", "--kind", "poem"), "it takes one of drawing, purchase-order"),
        (("frobnicate",), "No such command"),
    ],
)
def test_wrong_usage(
    arguments: tuple[str | Path, ...], said: str, tmp_path: Path, call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "hidden").mkdir()
    (tmp_path / "hidden" / ".secret.txt").write_text("x")
    (tmp_path / "paper.txt").write_text("x")
    os.mkfifo(tmp_path / "pipe")
    monkeypatch.chdir(tmp_path)
    process = call(*arguments)
    assert process.exit_code == 2
    assert said in " ".join(process.stderr.replace("│", " ").split())
    assert "Traceback" not in process.stderr
    assert process.stdout == ""


@pytest.mark.parametrize(
    "arguments",
    [
        ("sessions",),
        ("upload", SAMPLES, "--session", "s"),
        ("documents", "--session", "s"),
        ("validate",),
        ("run",),
        ("status", "--follow", "--run", "sessions/s/runs/r"),
        ("resume",),
        ("retry", "qma"),
        ("cancel",),
        ("checkpoints",),
        ("attempts",),
        ("conflicts",),
        ("show",),
        ("export",),
    ],
)
def test_nobody_answers(arguments: tuple[str | Path, ...], call: Call) -> None:
    process = call(*arguments, "--target", NOBODY)
    assert process.exit_code == 1
    assert process.stderr.startswith(f"error: no coordinator answers at {NOBODY}; start one with `buildplan serve`")


def test_errors_are_records_too_in_json_mode(call: Call) -> None:
    process = call("sessions", "--json", "--target", NOBODY)
    record = json.loads(process.stdout)
    assert (record["event"], record["exit_code"], record["error"]["reason"]) == ("error", 1, "UNAVAILABLE")
