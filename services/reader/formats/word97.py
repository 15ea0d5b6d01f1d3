"""DOC (Word 97): through LibreOffice where it is installed."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from dataclasses import replace
from pathlib import Path

from services.reader.content import Content, Source
from services.reader.findings import RefusedError
from services.reader.formats import docx

_SHELL = "/bin/sh"
_LIFT = 'ulimit -S -v unlimited; exec "$@"'
"""LibreOffice needs more address space than the reader is allowed."""


def read(source: Source) -> Content:
    """Converts the document and reads it. Raises RefusedError without LibreOffice or when it fails."""
    program = shutil.which("soffice")
    if program is None:
        raise RefusedError(
            "UNSUPPORTED",
            "The file is a Word 97 document (DOC), which needs LibreOffice, and that is not installed.",
            "Save it as DOCX or PDF and upload that, or install LibreOffice.",
        )
    with tempfile.TemporaryDirectory(prefix="reader-") as folder:
        original = Path(folder) / "original.doc"
        original.write_bytes(source.data)
        converted = _convert(program, original, source.limits.wall_seconds * 0.8)
        return docx.read(replace(source, data=converted))


def _convert(program: str, original: Path, seconds: float) -> bytes:
    folder = original.parent
    command = [_SHELL, "-c", _LIFT, "soffice", program, f"-env:UserInstallation=file://{folder}/profile", "--headless"]
    command += ["--convert-to", "docx", "--outdir", str(folder), str(original)]
    try:
        environment = {**os.environ, "HOME": str(folder)}
        subprocess.run(command, capture_output=True, timeout=seconds, check=True, env=environment)
        return (folder / "original.docx").read_bytes()
    except (subprocess.SubprocessError, OSError) as error:
        raise RefusedError(
            "UNREADABLE", "LibreOffice could not convert the document.", "Save it as DOCX or PDF and upload that."
        ) from error
