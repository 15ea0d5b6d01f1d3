"""OCR with tesseract, where it is installed. The program runs in processes of its own, two pages at a time."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import NamedTuple

DOTS_PER_INCH = 200
WORKERS = 2
_WORD_LEVEL = "5"


class Word(NamedTuple):
    """A recognised word and its rectangle in pixels from the image's top left corner."""

    text: str
    left: int
    top: int
    width: int
    height: int


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


def words(program: str, image: bytes, seconds: float) -> list[Word]:
    """The words of an image with their places, in reading order; none when it failed or took longer than `seconds`."""
    table = _run(program, image, seconds, "tsv") or ""
    cells = (line.split("\t") for line in table.splitlines()[1:])
    return [Word(row[11], *map(int, row[6:10])) for row in cells if row[0] == _WORD_LEVEL and row[11].strip()]


def _recognise(program: str, image: bytes, seconds: float) -> str | None:
    text = _run(program, image, seconds)
    return None if text is None else text.replace("\x0c", "")


def _run(program: str, image: bytes, seconds: float, *output: str) -> str | None:
    command = [program, "stdin", "stdout", "--dpi", str(DOTS_PER_INCH), "--psm", "3", "-l", "eng", *output]
    environment = {**os.environ, "OMP_THREAD_LIMIT": "1"}
    try:
        done = subprocess.run(command, input=image, capture_output=True, timeout=seconds, env=environment, check=True)
    except (subprocess.TimeoutExpired, subprocess.CalledProcessError, OSError):
        return None
    return done.stdout.decode("utf-8", errors="replace")
