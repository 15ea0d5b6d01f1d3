"""Loggers come without rich, which the command keeps; what is logged with a traceback is counted."""

from __future__ import annotations

import json
import subprocess
import sys


def test_loggers_leave_rich_to_the_command() -> None:
    script = "import sys, services.runtime.logs; assert 'rich' not in sys.modules; import rich.console"
    subprocess.run([sys.executable, "-W", "error", "-c", script], check=True, timeout=60)


def test_what_libraries_say_is_a_line_like_ours() -> None:
    script = """
import logging, threading
from services.runtime.logs import configure_logs
configure_logs("qma", "info", "json")
threading.Thread(target=lambda: logging.getLogger("lib.part").warning("no %s", "answer")).start()
"""
    process = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=60)
    line = json.loads(process.stderr)
    assert line.pop("timestamp")
    assert line == {"service": "qma", "library": "lib.part", "level": "warning", "event": "no answer"}


def test_a_traceback_in_the_log_is_a_defect_and_a_known_error_is_none() -> None:
    script = """
import prometheus_client
from services.runtime import metrics
from services.runtime.logs import configure_logs, get_logger
metrics._registry.begin()
configure_logs("coordinator", "info", "json")
get_logger().error("unexpected error", exc_info=ValueError("nobody foresaw it"))
get_logger().error("the database is away", exc_info=None)
print(prometheus_client.REGISTRY.get_sample_value("buildplan_defects_total"))
"""
    done = subprocess.run([sys.executable, "-c", script], check=True, timeout=60, capture_output=True, text=True)
    assert done.stdout == "1.0\n"
    assert "ValueError: nobody foresaw it" in done.stderr
