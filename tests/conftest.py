from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, settings

from tests.integration.postgres import BINARIES, Postgres, running_postgres

# A busy machine is no reason to fail: no test here is about the time of one example.
settings.register_profile("house", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("house")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--full", action="store_true", help="fault tests of full size, held to their times too")


def _server() -> Iterator[Postgres]:
    if BINARIES is None:
        pytest.skip("PostgreSQL's binaries are not installed (apt-get install postgresql)")
    with running_postgres() as server:
        yield server


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """A server that tests share: each makes a database of its own."""
    yield from _server()


@pytest.fixture
def own_postgres() -> Iterator[Postgres]:
    """A server that no other test uses, so that it may be stopped."""
    yield from _server()
