from __future__ import annotations

import subprocess

from tests.integration.postgres import BINARIES
from tests.integration.store.conftest import url

__all__ = ["postgres_tool", "url"]


def postgres_tool(name: str, *arguments: str, stdin: bytes | None = None) -> bytes:
    """What one of PostgreSQL's own programs writes; it must end well."""
    assert BINARIES is not None
    done = subprocess.run([str(BINARIES / name), *arguments], input=stdin, check=False, capture_output=True, timeout=50)
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout
