"""The child process: does what it is asked, one request after another, each within its limits, in frames."""

from __future__ import annotations

import hashlib
import mmap
import os
import resource
import signal
import sys
import traceback
from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path
from typing import BinaryIO

from services.reader import claims
from services.reader.content import Source
from services.reader.document import ReadDocument, refused, safe_name
from services.reader.findings import RefusedError
from services.reader.framing import OUT_OF_MEMORY_EXIT, Frame, document_frame, encode, read_blocking
from services.reader.limits import MIB, Limits
from services.reader.read import read_upload, too_large

_PLACES = 6
_SPARE_BYTES = 8 * MIB
"""Address space that is given back when there is no more, so that this can be said; never touched, to cost no time."""
_AllowOcr = Callable[[int], None]


def main() -> None:
    """Serves requests from standard input until it ends."""
    requests = os.fdopen(os.dup(0), "rb")
    answers = os.fdopen(os.dup(1), "wb")
    _silence()
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    while (request := read_blocking(requests)) is not None:
        limits = Limits(**request.header["limits"])
        _limit(limits)
        _answer(answers, request, limits)
        signal.setitimer(signal.ITIMER_PROF, 0)


def _silence() -> None:
    """Keeps libraries that print away from the frames."""
    nothing = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1):
        os.dup2(nothing, descriptor)
    os.close(nothing)
    sys.setrecursionlimit(2000)


def _limit(limits: Limits) -> None:
    """Sets the limits for the next request. When its processor time is over, SIGPROF ends the process.

    A timer, because the kernel's limit of a process counts whole seconds, those of earlier requests among them.
    """
    signal.setitimer(signal.ITIMER_PROF, limits.cpu_seconds)
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (limits.memory_bytes, hard))


def _answer(answers: BinaryIO, request: Frame, limits: Limits) -> None:
    def allow_ocr(pages: int) -> None:
        _write(answers, Frame({"type": "ocr", "pages": pages}))

    spare = mmap.mmap(-1, _SPARE_BYTES)
    try:
        for frame in _frames(request, limits, allow_ocr):
            _write(answers, frame)
        _write(answers, Frame({"type": "done"}))
    except MemoryError:
        spare.close()
        os._exit(OUT_OF_MEMORY_EXIT)
    except Exception as error:
        _write(answers, Frame({"type": "defect", "what": _without_words(error)}))
        raise


def _without_words(error: Exception) -> str:
    """An exception's type and where it came from; its message may hold words of the paper."""
    places = traceback.extract_tb(error.__traceback__)[-_PLACES:]
    ways = (f"{Path(place.filename).name}:{place.lineno} {place.name}" for place in places)
    return f"{type(error).__name__} at {' > '.join(ways)}"


def _frames(request: Frame, limits: Limits, allow_ocr: _AllowOcr) -> Iterator[Frame]:
    header = request.header
    if header["ask"] == "read":
        return map(document_frame, _documents(Path(header["path"]), header["file_name"], limits, allow_ocr))
    if header["ask"] == "claims":
        return iter([claims.answer(request)])
    source = Source(header["file_name"], request.body, limits, allow_ocr)
    look = import_module("services.reader.pictures.look")  # Pillow is for those who look at pages
    return iter([look.answer(source, header)])


def _documents(path: Path, file_name: str, limits: Limits, allow_ocr: _AllowOcr) -> list[ReadDocument]:
    try:
        size = path.stat().st_size
        if size > limits.max_bytes:
            return [_too_large(path, file_name, size, limits)]
        return read_upload(path.read_bytes(), file_name, limits, allow_ocr)
    except OSError as error:
        missing = RefusedError("UNREADABLE", f"The stored file cannot be opened: {error.strerror}.", "Upload it again.")
        return [refused(file_name, b"", missing.as_finding())]


def _too_large(path: Path, file_name: str, size: int, limits: Limits) -> ReadDocument:
    read = refused(file_name, b"", too_large(size, limits).as_finding())
    read.document.file_name = safe_name(file_name)
    read.document.size_bytes = size
    with path.open("rb") as file:
        read.document.sha256 = hashlib.file_digest(file, "sha256").hexdigest()
    return read


def _write(answers: BinaryIO, frame: Frame) -> None:
    answers.write(encode(frame))
    answers.flush()
