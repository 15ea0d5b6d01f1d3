"""The end of a process: a signal asks for it, and it comes in time whatever hangs."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import threading

from services.runtime.logs import get_logger
from services.runtime.settings import ServerSettings

_log = get_logger()
LEAST_DRAIN_SECONDS = 2.0
"""For what has to be told to others at the end, where no call in flight is waited for."""
CLOSING_SECONDS = 4.0
"""For everything after the drain."""
_CUT_OFF = 1


def asked_to_end() -> asyncio.Event:
    """Set at SIGTERM or SIGINT.

    More of them change nothing: a service manager and a parent that dies may each send one to the same process.
    """
    asked = asyncio.Event()
    loop = asyncio.get_running_loop()
    for signal_number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(signal_number, asked.set)
    return asked


def longest_end(settings: ServerSettings) -> float:
    """In how many seconds after the signal the process has ended."""
    notice = settings.drain_notice_seconds if settings.drain_seconds else 0.0
    return notice + max(settings.drain_seconds, LEAST_DRAIN_SECONDS) + CLOSING_SECONDS


def end_in_time(settings: ServerSettings) -> None:
    """Ends the process with exit code 1 if it is still there after its longest end: a thread that hangs keeps it."""
    limit = threading.Timer(longest_end(settings), _cut_off, (asyncio.get_running_loop(),))
    limit.daemon = True
    limit.start()


def _cut_off(loop: asyncio.AbstractEventLoop) -> None:
    me = threading.current_thread()
    threads = sorted(thread.name for thread in threading.enumerate() if thread is not me)
    tasks = sorted(task.get_name() for task in asyncio.all_tasks(loop))
    _log.error("ended before everything was finished", threads=threads, tasks=tasks)
    sys.stderr.flush()
    os._exit(_CUT_OFF)
