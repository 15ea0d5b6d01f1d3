"""Words of a page that OCR finds, with their places."""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from collections.abc import Sequence

from services.reader import ocr
from services.reader.content import Source
from services.reader.pictures.locate import comparable
from services.reader.pictures.places import Place

_KEPT = 16


class Words:
    """Recognised words as pieces; a page that could not be recognised has none."""

    def __init__(self, words: Sequence[ocr.Word], size: tuple[float, float]) -> None:
        self.size = size
        self.texts: Sequence[str] = [text for word in words for text in (comparable(word.text), "")]
        self._words = words

    def place(self, index: int) -> Place:
        """Where the word stands, in pixels."""
        word = self._words[index // 2]
        return Place(word.left, word.top, word.left + word.width, word.top + word.height)


_kept: OrderedDict[bytes, Sequence[ocr.Word]] = OrderedDict()


def recognised(image: bytes, size: tuple[float, float], source: Source) -> Words:
    """The words of an image file; those of the last pages are remembered, for OCR takes seconds."""
    key = hashlib.sha256(image).digest()
    found = _kept.pop(key) if key in _kept else _recognise(image, source)
    _kept[key] = found
    if len(_kept) > _KEPT:
        _kept.popitem(last=False)
    return Words(found, size)


def _recognise(image: bytes, source: Source) -> Sequence[ocr.Word]:
    program = ocr.tesseract()
    if program is None:
        return ()
    source.allow_ocr(1)
    return ocr.words(program, image, source.limits.ocr_wall_seconds_per_page)
