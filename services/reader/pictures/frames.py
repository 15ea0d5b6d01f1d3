"""Pictures and places as they go between the pool and its children."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import astuple

from services.reader.findings import RefusedError
from services.reader.framing import BrokenFrameError, Frame
from services.reader.pictures import PageAt, Picture, PlacedBox


def render_request(page: PageAt, width: int) -> Frame:
    """Asks for a page's picture."""
    return Frame({"ask": "render", "file_name": page.file_name, "number": page.number, "width": width}, page.data)


def locate_request(page: PageAt, quote: str, *, ocr: bool) -> Frame:
    """Asks for a quote's places."""
    header = {"ask": "locate", "file_name": page.file_name, "number": page.number, "quote": quote, "ocr": ocr}
    return Frame(header, page.data)


def refusal_frame(error: RefusedError) -> Frame:
    """Says that the file cannot be used."""
    return Frame({"type": "refused", "code": error.code, "message": error.message, "action": error.action})


def picture_frame(picture: Picture) -> Frame:
    """A picture."""
    return Frame({"type": "picture", "width": picture.width, "height": picture.height}, picture.png)


def boxes_frame(boxes: Sequence[PlacedBox]) -> Frame:
    """Places."""
    return Frame({"type": "boxes", "boxes": [astuple(box) for box in boxes]})


def picture_of(frames: Sequence[Frame]) -> Picture:
    """The picture; raises RefusedError when the child said so."""
    frame = _answer(frames)
    try:
        return Picture(frame.body, int(frame.header["width"]), int(frame.header["height"]))
    except (KeyError, TypeError, ValueError) as error:
        raise BrokenFrameError("the answer is no picture") from error


def boxes_of(frames: Sequence[Frame]) -> list[PlacedBox]:
    """The places; raises RefusedError when the child said so."""
    try:
        return [PlacedBox(*map(float, box)) for box in _answer(frames).header["boxes"]]
    except (KeyError, TypeError, ValueError) as error:
        raise BrokenFrameError("the answer is no list of places") from error


def _answer(frames: Sequence[Frame]) -> Frame:
    header = frames[0].header
    if header.get("type") == "refused":
        raise RefusedError(*(str(header.get(part)) for part in ("code", "message", "action")))
    return frames[0]
