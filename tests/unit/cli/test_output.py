"""What is printed arrives whole, whatever happens to the process meanwhile."""

from __future__ import annotations

import array
import fcntl
import os
import signal
import subprocess
import sys
import termios
import time

import pytest

LENGTH = 1_000_000


@pytest.mark.parametrize("unbuffered", ["", "1"])
def test_a_command_that_was_stopped_in_the_middle_of_a_write_prints_the_rest(unbuffered: str) -> None:
    code = f"from cli.output import buffer_stdout; buffer_stdout(); print('x' * {LENGTH})"
    environment = os.environ | {"PYTHONUNBUFFERED": unbuffered}
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, env=environment) as process:
        assert process.stdout is not None
        wait_until_full(process.stdout.fileno())
        process.send_signal(signal.SIGSTOP)
        os.waitid(os.P_PID, process.pid, os.WSTOPPED)
        process.send_signal(signal.SIGCONT)
        os.waitid(os.P_PID, process.pid, os.WCONTINUED)
        printed = process.stdout.read()
    assert len(printed) == LENGTH + 1
    assert process.returncode == 0


def wait_until_full(pipe: int) -> None:
    """Until whoever writes into it waits for a reader."""
    waiting, before = array.array("i", [0]), -1
    while waiting[0] == 0 or waiting[0] != before:
        before = waiting[0]
        time.sleep(0.1)
        fcntl.ioctl(pipe, termios.FIONREAD, waiting)
