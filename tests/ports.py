"""Loopback ports that a test's server may lose and take again: nobody else is given one while the server is down."""

from __future__ import annotations

import itertools
import os
import socket
from contextlib import ExitStack

_FIRST, _WORKERS, _EACH = 9_000, 8, 1_370
"""Below the ports that the kernel gives away (32,768) and those that `buildplan serve --port 0` takes (20,000)."""

_WORKER = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")) % _WORKERS
_OFFSETS = itertools.count(os.getpid() % _EACH)


def free_port() -> int:
    """One that this process has not had before."""
    return free_ports(1)


def free_ports(count: int) -> int:
    """The first of `count` in a row."""
    for _ in range(_EACH):
        offset, *_ = itertools.islice(_OFFSETS, count)
        first = _FIRST + _WORKER * _EACH + offset % (_EACH - count)
        if _are_free(range(first, first + count)):
            return first
    raise AssertionError("no free ports")


def _are_free(ports: range) -> bool:
    with ExitStack() as sockets:
        try:
            for port in ports:
                sockets.enter_context(socket.socket()).bind(("127.0.0.1", port))
        except OSError:
            return False
    return True
