from __future__ import annotations

from collections.abc import Iterator
from contextlib import nullcontext

import pytest

from tests.faults.figures import Figures
from tests.integration.runs.conftest import fakes

__all__ = ["fakes"]


@pytest.fixture
def full(request: pytest.FixtureRequest) -> bool:
    """Whether the whole size was asked for."""
    return bool(request.config.getoption("--full"))


@pytest.fixture
def figures(request: pytest.FixtureRequest, full: bool, capsys: pytest.CaptureFixture[str]) -> Iterator[Figures]:
    """Rows are shown while the full size is under way, beside no log line of it."""

    def show(row: str) -> None:
        with capsys.disabled() if full else nullcontext():
            print(row, flush=True)

    show(f"\n{request.node.name}")
    made = Figures(full, show)
    yield made
    assert not made.missed, "\n".join(made.missed)
