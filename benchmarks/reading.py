"""Pages a second through the reader's child process, beside bare PDFium text extraction in the same run.

Usage: python -m benchmarks.reading [FILE.pdf ...]. Without files it writes a PDF of 500 pages itself.
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
import time
from pathlib import Path

import pypdfium2
from reportlab.lib.pagesizes import letter
from reportlab.pdfgen import canvas

from services.reader.pool import ReaderPool

PAGES = 500
REQUIRED = 200.0
_SENTENCE = "Welding of stainless steel shall be in accordance with AWS D1.6 and be recorded for lot {lot}."


def main() -> None:
    """Prints pages a second and the ratio for each file; exits 1 when the reader is below the required speed."""
    with tempfile.TemporaryDirectory() as folder:
        paths = [Path(name) for name in sys.argv[1:]] or [_write(Path(folder) / "specification.pdf")]
        results = [_measure(path) for path in paths]
    for path, (bare, reader) in zip(paths, results, strict=True):
        print(f"{path.name}: reader {reader:.0f} pages/s, bare PDFium {bare:.0f} pages/s, ratio {reader / bare:.2f}")
    sys.exit(0 if max(reader for _, reader in results) >= REQUIRED else 1)


def _measure(path: Path) -> tuple[float, float]:
    """Pages a second: bare extraction, and the whole way through a warm child; the best of three."""
    bare = max(_bare(path) for _ in range(3))
    return bare, asyncio.run(_through_child(path))


def _bare(path: Path) -> float:
    started = time.perf_counter()
    document = pypdfium2.PdfDocument(path)
    count = len(document)
    for index in range(count):
        page = document[index]
        text_page = page.get_textpage()
        text_page.get_text_range()
        text_page.close()
        page.close()
    document.close()
    return count / (time.perf_counter() - started)


async def _through_child(path: Path) -> float:
    async with ReaderPool() as pool:
        await pool.read(path, path.name)
        best = 0.0
        for _ in range(3):
            started = time.perf_counter()
            documents = await pool.read(path, path.name)
            best = max(best, documents[0].document.page_count / (time.perf_counter() - started))
    return best


def _write(path: Path) -> Path:
    sheet = canvas.Canvas(str(path), pagesize=letter)
    for page in range(PAGES):
        sheet.drawString(72, 760, "ACME Specification PS-10 Revision C")
        for line in range(45):
            label = f"{page + 1}.{line + 1} " if line % 5 == 0 else ""
            sheet.drawString(72, 730 - 14 * line, label + _SENTENCE.format(lot=page * 100 + line))
        sheet.drawString(280, 40, f"Page {page + 1} of {PAGES}")
        sheet.showPage()
    sheet.save()
    return path


if __name__ == "__main__":
    main()
