"""`python -m cli.child PARENT MODULE` runs MODULE as `python -m MODULE` would, and ends when PARENT does.

Without this a supervisor that is killed would leave its services behind. Linux only; elsewhere the module just runs.
"""

from __future__ import annotations

import ctypes
import os
import runpy
import signal
import sys

_PR_SET_PDEATHSIG = 1


def end_with(parent: int) -> None:
    """Asks the kernel for SIGTERM when the parent ends; exits at once when it has ended already."""
    if not sys.platform.startswith("linux"):
        return
    ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
    if os.getppid() != parent:
        sys.exit(0)


if __name__ == "__main__":
    end_with(int(sys.argv[1]))
    module = sys.argv[2]
    sys.argv[:] = [module]
    runpy.run_module(module, run_name="__main__", alter_sys=True)
