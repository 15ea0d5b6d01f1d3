"""OCR with tesseract, where it is installed. The program runs in processes of its own, two pages at a time."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor

DOTS_PER_INCH = 200
WORKERS = 2


def tesseract() -> str | None:
    """Path of the tesseract program; None when it is not installed."""
    return shutil.which("tesseract")


def recognise(program: str, images: Iterable[bytes], seconds: float) -> Iterator[str | None]:
    """Texts of images in their order; None for one that failed or took longer than `seconds`.

    Args:
        program: Path of tesseract.
        images: Images as files in memory (PNM, PNG, JPEG, TIFF); taken one by one so that few are in memory.
        seconds: Time allowed for each.
    """
    with ThreadPoolExecutor(max_workers=WORKERS) as workers:
        waiting: list[Future[str | None]] = []
        for image in images:
            waiting.append(workers.submit(_recognise, program, image, seconds))
            if len(waiting) > WORKERS:
                yield waiting.pop(0).result()
        for result in waiting:
            yield result.result()


def _recognise(program: str, image: bytes, seconds: float) -> str | None:
    command = [program, "stdin", "stdout", "--dpi", str(DOTS_PER_INCH), "--psm", "3", "-l", "eng"]
    environment = {**os.environ, "OMP_THREAD_LIMIT": "1"}
    try:
        done = subprocess.run(command, input=image, capture_output=True, timeout=seconds, env=environment, check=True)
    except (subprocess.TimeoutExpired, subprocess.CalledProcessError, OSError):
        return None
    return done.stdout.decode("utf-8", errors="replace").replace("\x0c", "")
