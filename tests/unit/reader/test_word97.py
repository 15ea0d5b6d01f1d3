"""A Word 97 document through a real LibreOffice, in the reader's own child process with its limits."""

from __future__ import annotations

import asyncio
import shutil
import subprocess
from pathlib import Path

import pytest
from docx import Document

from services.reader.pool import ReaderPool
from tests.unit.reader.conftest import codes, texts

SOFFICE = shutil.which("soffice")


def word97(folder: Path) -> Path:
    """A DOC with a heading and a paragraph, made by LibreOffice."""
    paper = Document()
    paper.add_heading("Set-up sheet", level=1)
    paper.add_paragraph("Clamp the plate on its long edges.")
    paper.save(str(folder / "sheet.docx"))
    profile = f"-env:UserInstallation=file://{folder}/profile"
    command = [SOFFICE or "", profile, "--headless", "--convert-to", "doc", "--outdir", str(folder)]
    subprocess.run([*command, str(folder / "sheet.docx")], check=True, capture_output=True, timeout=90)
    return folder / "sheet.doc"


@pytest.mark.skipif(SOFFICE is None, reason="LibreOffice (libreoffice-writer) is not installed")
@pytest.mark.timeout(180)
async def test_doc_is_read(tmp_path: Path) -> None:
    original = await asyncio.to_thread(word97, tmp_path)
    async with ReaderPool() as pool:
        (read,) = await pool.read(original, original.name)
    assert codes(read) == []
    assert texts(read) == ["Set-up sheet", "Clamp the plate on its long edges."]
