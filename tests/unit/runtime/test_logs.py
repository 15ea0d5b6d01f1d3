"""Loggers come without rich, which the command keeps."""

from __future__ import annotations

import subprocess
import sys


def test_loggers_leave_rich_to_the_command() -> None:
    script = "import sys, services.runtime.logs; assert 'rich' not in sys.modules; import rich.console"
    subprocess.run([sys.executable, "-W", "error", "-c", script], check=True, timeout=60)
