"""What a command means when it is not told."""

from __future__ import annotations

import pytest

from buildplan.v1.session_pb2 import Session, SessionMetadata
from cli.choices import choose_document, choose_plan, choose_run, choose_session
from cli.client import connect
from cli.errors import UsageError
from cli.output import Output
from tests.unit.cli.coordinator import Coordinator

NEW = Session(name="sessions/new", metadata=SessionMetadata(project_name="Skid"), latest_run="sessions/new/runs/r2")
OLD = Session(name="sessions/old")


async def test_the_newest_session_and_its_latest_run_are_chosen_and_said(capsys: pytest.CaptureFixture[str]) -> None:
    async with Coordinator(sessions=[NEW, OLD]) as coordinator, connect(coordinator.target) as client:
        assert await choose_session(client, Output(), "") == "sessions/new"
        assert await choose_run(client, Output(), "", "") == "sessions/new/runs/r2"
        assert await choose_plan(client, Output(), "", 0) == "sessions/new/plans/latest"
    said = capsys.readouterr()
    assert said.out == ""
    assert "using sessions/new (Skid)" in said.err
    assert "using sessions/new/runs/r2, the latest run" in said.err


async def test_what_is_named_is_taken_silently(capsys: pytest.CaptureFixture[str]) -> None:
    async with Coordinator(sessions=[NEW, OLD]) as coordinator, connect(coordinator.target) as client:
        assert await choose_session(client, Output(), "old") == "sessions/old"
        assert await choose_run(client, Output(), "old", "r1") == "sessions/old/runs/r1"
        assert await choose_run(client, Output(), "", "sessions/a/runs/b") == "sessions/a/runs/b"
        assert await choose_plan(client, Output(), "old", 3) == "sessions/old/plans/3"
        assert await choose_document(client, Output(), "old", "d") == "sessions/old/documents/d"
    assert capsys.readouterr().err == ""


async def test_a_change_of_papers_does_not_guess_among_several() -> None:
    async with Coordinator(sessions=[NEW, OLD]) as coordinator, connect(coordinator.target) as client:
        with pytest.raises(UsageError, match="several sessions"):
            await choose_session(client, Output(), "", only=True)


async def test_nothing_to_choose_from() -> None:
    async with Coordinator() as coordinator, connect(coordinator.target) as client:
        with pytest.raises(UsageError, match="there is no session yet"):
            await choose_session(client, Output(), "")
    async with Coordinator(sessions=[OLD]) as coordinator, connect(coordinator.target) as client:
        with pytest.raises(UsageError, match="has no run yet"):
            await choose_run(client, Output(), "", "")
