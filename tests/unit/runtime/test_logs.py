"""What an event looks like in the log."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from services.runtime import logs
from services.runtime.logs import Logger, configure_logs

LOG = Logger()


@pytest.fixture(autouse=True)
def as_before() -> Iterator[None]:
    before = {name: vars(logs._Output)[name] for name in ("service", "lowest", "line")}
    yield
    for name, value in before.items():
        setattr(logs._Output, name, value)


def said(capsys: pytest.CaptureFixture[str]) -> list[str]:
    output = capsys.readouterr()
    assert output.out == ""
    return output.err.splitlines()


def fail(secret: str) -> None:
    raise ValueError(len(secret))


def test_a_json_line_holds_the_event_its_fields_and_its_service(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logs("qma", "info", "json")
    LOG.info("serving", address="127.0.0.1:1", parts=(1, 2), what={3}, text="ä\n")
    (line,) = said(capsys)
    found = json.loads(line)
    age = datetime.now(UTC) - datetime.fromisoformat(found.pop("timestamp"))
    assert timedelta(0) <= age < timedelta(minutes=1)
    assert found == {
        "level": "info",
        "event": "serving",
        "service": "qma",
        "address": "127.0.0.1:1",
        "parts": [1, 2],
        "what": "{3}",
        "text": "ä\n",
    }


def test_a_line_of_text_cannot_be_forged(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logs("", "debug", "text")
    LOG.debug("stored", file="a.pdf", cause="x\n2026-11-26 error   all is lost", note="two words")
    (line,) = said(capsys)
    _, _, rest = line.partition("Z ")
    assert rest == r'debug   stored file=a.pdf cause="x\n2026-11-26 error   all is lost" note="two words"'


def test_what_is_below_the_level_is_not_said(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logs("", "warning", "json")
    LOG.info("no")
    LOG.debug("no")
    LOG.warning("yes")
    assert [json.loads(line)["event"] for line in said(capsys)] == ["yes"]


@pytest.mark.parametrize("form", ["json", "text"])
def test_a_traceback_shows_no_local_variable(capsys: pytest.CaptureFixture[str], form: str) -> None:
    configure_logs("", "info", form)
    with pytest.raises(ValueError, match="9") as caught:
        fail("sk-" + "canary")
    LOG.error("failed", exc_info=caught.value)
    text = "\n".join(said(capsys))
    assert "Traceback (most recent call last)" in text
    assert "ValueError: 9" in text
    assert "in fail" in text
    assert "sk-canary" not in text


async def test_what_is_bound_belongs_to_its_task(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logs("", "info", "json")

    async def call(run: str) -> None:
        logs.bind(run=run)
        await asyncio.sleep(0)
        LOG.info("done")

    await asyncio.gather(call("a"), call("b"))
    LOG.info("idle")
    assert [json.loads(line).get("run") for line in said(capsys)] == ["a", "b", None]
