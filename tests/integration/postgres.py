"""A real PostgreSQL for tests, from Debian's binaries, on a free loopback port, as a user that is not root."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil
import psycopg

from tests.ports import free_port

_CANDIDATES = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
BINARIES = _CANDIDATES[0] if _CANDIDATES else None
_USERS = ("postgres", "nobody")


@dataclass
class Postgres:
    """A running server; `process` may be stopped and started again by a test."""

    folder: Path
    port: int
    user: str | None
    process: subprocess.Popen[bytes]

    def url(self, database: str = "postgres") -> str:
        return f"postgresql://builder@127.0.0.1:{self.port}/{database}"

    def create_database(self, name: str) -> str:
        with psycopg.connect(self.url(), autocommit=True) as connection:
            connection.execute(f'CREATE DATABASE "{name}"')
        return self.url(name)

    def take_writes(self, database: str, *, yes: bool) -> None:
        """As in a failover: ends its connections, and new ones may write or are read-only."""
        writing = {"autocommit": True, "options": "-c default_transaction_read_only=off"}
        with psycopg.connect(self.url(), **writing) as server:  # type: ignore[arg-type]
            server.execute(f'ALTER DATABASE "{database}" SET default_transaction_read_only = {not yes}')
            server.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s AND pid <> pg_backend_pid()",
                (database,),
            )

    @contextmanager
    def hung(self) -> Iterator[None]:
        """All its processes are stopped; connections stay, and nothing is answered."""
        server = psutil.Process(self.process.pid)
        processes = [server, *server.children(recursive=True)]
        for process in processes:
            process.suspend()
        try:
            yield
        finally:
            for process in processes:
                process.resume()

    def stop(self) -> None:
        """In order: connections are closed and everything is on the disk."""
        self._end(signal.SIGINT)

    def discard(self) -> None:
        """At once and without a checkpoint, which takes half a minute on a busy disk: the data is thrown away."""
        self._end(signal.SIGQUIT)

    def _end(self, how: signal.Signals) -> None:
        self.process.send_signal(how)
        self.process.wait(50)

    def start(self) -> None:
        self.process = _spawn(self.folder, self.port, self.user)
        _await_ready(self)


@contextmanager
def running_postgres() -> Iterator[Postgres]:
    """A server with an empty data folder that ends with the block."""
    assert BINARIES is not None
    user = next(name for name in _USERS if _exists(name)) if os.geteuid() == 0 else None
    folder = Path(tempfile.mkdtemp(prefix="buildplan-pg-"))
    try:
        if user:
            shutil.chown(folder, user)
        initdb = [str(BINARIES / "initdb"), "-D", str(folder / "data"), "-U", "builder", "-A", "trust", "-E", "UTF8"]
        subprocess.run([*initdb, "--no-sync"], check=True, capture_output=True, user=user, cwd=folder)
        port = free_port()
        server = Postgres(folder, port, user, _spawn(folder, port, user))
        try:
            _await_ready(server)
            yield server
        finally:
            server.discard()
    finally:
        shutil.rmtree(folder)


def _spawn(folder: Path, port: int, user: str | None) -> subprocess.Popen[bytes]:
    assert BINARIES is not None
    options = ["-p", str(port), "-k", "", "-c", "listen_addresses=127.0.0.1", "-c", "shared_buffers=16MB"]
    command = [str(BINARIES / "postgres"), "-D", str(folder / "data"), *options]
    return subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, user=user, cwd=folder)


def _await_ready(server: Postgres) -> None:
    for _ in range(200):
        try:
            psycopg.connect(server.url(), connect_timeout=2).close()
        except psycopg.OperationalError:
            assert server.process.poll() is None, "PostgreSQL ended at its start"
            time.sleep(0.05)
        else:
            return
    raise AssertionError("PostgreSQL does not answer")


def _exists(user: str) -> bool:
    try:
        pwd.getpwnam(user)
    except KeyError:
        return False
    return True
