"""What a PDF page holds besides text: form fields, 3D models and images."""

from __future__ import annotations

import ctypes

import pypdfium2 as pdfium
from pypdfium2 import raw

from services.reader.formats.pdf_lines import PlacedLine

_FREE_TEXT, _WIDGET, _THREE_D, _RICH_MEDIA = 3, 20, 25, 26
_MAX_ANNOTATIONS = 2000
_MAX_OBJECTS = 400
_SCAN_SHARE = 0.5


def form_texts(page: pdfium.PdfPage) -> tuple[list[PlacedLine], bool]:
    """Texts of form fields and remarks, each label joined with the field on its right; True with a 3D model."""
    fields, model = form_fields(page)
    return _pair([PlacedLine(text, box.left, box.bottom, box.right, 10.0, bold=False) for text, box in fields]), model


def form_fields(page: pdfium.PdfPage) -> tuple[list[tuple[str, raw.FS_RECTF]], bool]:
    """Texts of form fields and remarks with their boxes in points, from top to bottom; True with a 3D model."""
    count = min(raw.FPDFPage_GetAnnotCount(page.raw), _MAX_ANNOTATIONS)
    fields: list[tuple[str, raw.FS_RECTF]] = []
    model = False
    for index in range(count):
        annotation = raw.FPDFPage_GetAnnot(page.raw, index)
        subtype = raw.FPDFAnnot_GetSubtype(annotation)
        model = model or subtype in {_THREE_D, _RICH_MEDIA}
        if subtype in {_FREE_TEXT, _WIDGET}:
            text = _string(annotation, b"V" if subtype == _WIDGET else b"Contents")
            if text:
                fields.append((text, _box(annotation)))
        raw.FPDFPage_CloseAnnot(annotation)
    return sorted(fields, key=lambda field: (-round(field[1].bottom / 6), field[1].left)), model


def has_page_image(page: pdfium.PdfPage, width: float, height: float, *, thorough: bool) -> bool:
    """True when images cover at least half of the page, as on a scan.

    Without `thorough` only the first and last objects are looked at: a scanner puts its image there.
    """
    count = raw.FPDFPage_CountObjects(page.raw)
    if not thorough and count > 8:
        ends = (0, 1, 2, 3, count - 2, count - 1)
        if not any(_image_area(raw.FPDFPage_GetObject(page.raw, index), width, height) for index in ends):
            return False
    area = 0.0
    for index in range(min(count, _MAX_OBJECTS)):
        area += _image_area(raw.FPDFPage_GetObject(page.raw, index), width, height)
        if area >= _SCAN_SHARE * width * height:
            return True
    return False


def _image_area(item: object, width: float, height: float) -> float:
    kind = raw.FPDFPageObj_GetType(item)
    if kind == raw.FPDF_PAGEOBJ_FORM:
        inner = [raw.FPDFFormObj_GetObject(item, index) for index in range(min(raw.FPDFFormObj_CountObjects(item), 5))]
        if not any(raw.FPDFPageObj_GetType(part) == raw.FPDF_PAGEOBJ_IMAGE for part in inner):
            return 0.0
    elif kind != raw.FPDF_PAGEOBJ_IMAGE:
        return 0.0
    left, bottom, right, top = (ctypes.c_float() for _ in range(4))
    if not raw.FPDFPageObj_GetBounds(item, left, bottom, right, top):
        return 0.0
    across = min(right.value, width) - max(left.value, 0.0)
    up = min(top.value, height) - max(bottom.value, 0.0)
    return max(0.0, across) * max(0.0, up)


def _string(annotation: object, key: bytes) -> str:
    length = raw.FPDFAnnot_GetStringValue(annotation, key, None, 0)
    if not 2 < length <= 20_000:
        return ""
    buffer = ctypes.create_string_buffer(length)
    raw.FPDFAnnot_GetStringValue(annotation, key, ctypes.cast(buffer, ctypes.POINTER(raw.FPDF_WCHAR)), length)
    return " ".join(buffer.raw[: length - 2].decode("utf-16-le", errors="replace").split())


def _box(annotation: object) -> raw.FS_RECTF:
    box = raw.FS_RECTF()
    raw.FPDFAnnot_GetRect(annotation, box)
    return box


def _pair(texts: list[PlacedLine]) -> list[PlacedLine]:
    """A text that ends with a colon is joined with the one on its right."""
    result: list[PlacedLine] = []
    for line in texts:
        last = result[-1] if result else None
        if last is not None and last.text.endswith(":") and abs(last.y - line.y) < 8:
            last.text = f"{last.text} {line.text}"
        else:
            result.append(line)
    return result
