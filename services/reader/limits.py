"""What one file may cost before the reader refuses it."""

from __future__ import annotations

from dataclasses import dataclass

MIB = 1024 * 1024


@dataclass(frozen=True)
class Limits:
    """Limits of one request: an upload with its attachments, the facts of a paper, a page. In bytes and seconds.

    Attributes:
        max_bytes: Size of a file as uploaded.
        max_pages: Pages, sheets or text blocks of one document.
        max_characters: Characters of text of one document.
        max_unpacked_bytes: Sum of the sizes inside a zip container (DOCX, XLSX).
        max_attachments: Attachments of one upload, nested ones included.
        max_nesting: How deep emails may be attached to emails.
        max_rows: Rows of one sheet that are read; cells below are reported.
        max_columns: Columns of one sheet that are read; cells beyond are reported.
        cpu_seconds: Processor time of the child. OCR runs in processes of its own.
        memory_bytes: Address space of the child.
        wall_seconds: Time without OCR.
        max_ocr_pages: Pages of one document that are read by OCR.
        ocr_wall_seconds_per_page: Time added for each page that is read by OCR.
    """

    max_bytes: int = 100 * MIB
    max_pages: int = 2000
    max_characters: int = 20_000_000
    max_unpacked_bytes: int = 150 * MIB
    max_attachments: int = 50
    max_nesting: int = 3
    max_rows: int = 50_000
    max_columns: int = 256
    cpu_seconds: float = 9.0
    memory_bytes: int = 512 * MIB
    wall_seconds: float = 30.0
    max_ocr_pages: int = 200
    ocr_wall_seconds_per_page: float = 30.0
