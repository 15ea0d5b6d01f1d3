"""Answers a child's requests about pages: their pictures, and where a quote stands on them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from services.reader.content import Source
from services.reader.detect import detect
from services.reader.findings import RefusedError
from services.reader.framing import Frame
from services.reader.pictures import Picture, PlacedBox, image_page, pdf_page
from services.reader.pictures.frames import boxes_frame, picture_frame, refusal_frame
from services.reader.pictures.locate import locate


def answer(source: Source, header: Mapping[str, Any]) -> Frame:
    """The frame that answers: what was asked for, or why it cannot be had."""
    try:
        if header["ask"] == "render":
            return picture_frame(_render(source, header["number"], header["width"]))
        return boxes_frame(_locate(source, header["number"], header["quote"], ocr=header["ocr"]))
    except RefusedError as error:
        return refusal_frame(error)
    except MemoryError:
        raise
    except Exception as error:  # noqa: BLE001  a bad file must not end the child, whatever a library raises
        damage = f"The page is damaged or uses something that cannot be shown ({type(error).__name__})."
        return refusal_frame(RefusedError("UNREADABLE", damage, "Open the original file."))


def _render(source: Source, number: int, width: int) -> Picture:
    if _is_pdf(source):
        return pdf_page.render(source, number, width)
    return image_page.render(source.data, width)


def _locate(source: Source, number: int, quote: str, *, ocr: bool) -> list[PlacedBox]:
    if not _is_pdf(source):
        return locate(quote, image_page.words(source), ocr=True)
    return pdf_page.locate(source, number, quote, ocr=ocr)


def _is_pdf(source: Source) -> bool:
    return detect(source.file_name, source.data).format == "pdf"
