"""Packages of the npm registry that tests use, installed once for all test workers."""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
from pathlib import Path


def missing() -> str:
    """Why there are none here, or nothing."""
    return "" if shutil.which("node") and shutil.which("npm") else "node and npm are not installed"


def install(package: str, version: str) -> Path:
    """A folder with the package in its node_modules; a lock lets one worker install for all.

    Raises RuntimeError when npm cannot.
    """
    caches = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "buildplan-tests"
    folder = caches / f"{package.replace('/', '-').lstrip('@')}-{version}"
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / "installed").exists():
            (folder / "package.json").write_text('{"private": true}')
            done = subprocess.run(
                ["npm", "install", f"{package}@{version}", "--no-audit", "--no-fund", "--ignore-scripts"],  # noqa: S607
                cwd=folder,
                capture_output=True,
                text=True,
                check=False,
                timeout=50,
            )
            if done.returncode:
                raise RuntimeError(f"npm cannot install {package}: {done.stderr[-300:]}")
            (folder / "installed").touch()
    return folder
