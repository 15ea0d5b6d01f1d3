"""Pictures and places out of child processes: apart from reading, and a bad file costs its child only."""

import asyncio
import io
from collections.abc import AsyncIterator
from pathlib import Path

import psutil
import pytest
from PIL import Image

from services.reader.findings import RefusedError
from services.reader.limits import MIB, Limits
from services.reader.pictures import PageAt
from services.reader.pool import ReaderPool
from tests.unit.reader.conftest import pdf
from tests.unit.reader.test_pool import _children, _stored

PAGE = PageAt(pdf(["All welds shall be inspected."]), "a.pdf", 1)
BOMB = b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"


@pytest.fixture
async def pool() -> AsyncIterator[ReaderPool]:
    async with ReaderPool() as opened:
        yield opened


def costly() -> bytes:
    """A page whose drawing takes seconds: a great many large curves, each with dashes."""
    lines = b"[1 1] 0 d " + b"0 0 m 900 0 0 900 900 900 c S " * 30_000
    content = b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 900 900]/Contents 4 0 R>>endobj\n"
    return (
        BOMB
        + content
        + b"4 0 obj<</Length %d>>stream\n" % len(lines)
        + lines
        + b"\nendstream endobj\ntrailer<</Root 1 0 R>>"
    )


async def test_a_page_is_drawn_and_searched_in_a_child_that_stays_warm(pool: ReaderPool) -> None:
    picture = await pool.render(PAGE, 400)
    first = _children()
    assert picture.width == 400
    assert len(await pool.locate(PAGE, "welds shall be", ocr=False)) == 1
    assert await pool.locate(PAGE, "not there", ocr=False) == []
    assert len(first) == 1
    assert _children() == first


async def test_a_long_reading_keeps_nobody_from_a_picture(pool: ReaderPool, tmp_path: Path) -> None:
    reading = asyncio.create_task(pool.read(_stored(tmp_path, pdf(*[["A page."] * 50] * 1500)), "long.pdf"))
    while not _children():
        await asyncio.sleep(0.01)
    assert (await pool.render(PAGE, 400)).png
    assert not reading.done()
    reading.cancel()


async def test_a_file_that_cannot_be_drawn_is_refused_and_its_child_lives_on(pool: ReaderPool) -> None:
    await pool.render(PAGE, 100)
    first = _children()
    for data in (b"%PDF-1.7 broken", b"\x89PNG\r\n\x1a\n broken", b"II*\x00 broken", b""):
        with pytest.raises(RefusedError) as refused:
            await pool.render(PageAt(data, "a.pdf", 1), 400)
        assert refused.value.code == "UNREADABLE"
        assert refused.value.action
    assert _children() == first


async def test_a_page_that_costs_too_much_time_costs_its_child() -> None:
    async with ReaderPool(Limits(cpu_seconds=1.0)) as pool:
        with pytest.raises(RefusedError) as refused:
            await pool.render(PageAt(costly(), "costly.pdf", 1), 3000)
        assert refused.value.code == "TIMED_OUT"
        assert not _children()
        assert (await pool.render(PAGE, 400)).png


async def test_a_picture_that_unpacks_to_too_much_memory_costs_its_child() -> None:
    buffer = io.BytesIO()
    Image.new("RGB", (9000, 9000)).save(buffer, "PNG", compress_level=1)
    async with ReaderPool(Limits(memory_bytes=220 * MIB)) as pool:
        with pytest.raises(RefusedError) as refused:
            await pool.render(PageAt(buffer.getvalue(), "bomb.png", 1), 400)
        assert refused.value.code == "OUT_OF_MEMORY"
        assert (await pool.render(PAGE, 400)).png


async def test_a_child_that_is_killed_costs_its_picture_only(pool: ReaderPool) -> None:
    drawing = asyncio.create_task(pool.render(PageAt(costly(), "costly.pdf", 1), 3000))
    while not _children():
        await asyncio.sleep(0.01)
    for pid in _children():
        psutil.Process(pid).kill()
    with pytest.raises(RefusedError):
        await drawing
    assert (await pool.render(PAGE, 400)).png


async def test_nothing_is_left_running_after_close() -> None:
    async with ReaderPool(children=2) as pool:
        await asyncio.gather(*(pool.render(PAGE, 100) for _ in range(6)), pool.locate(PAGE, "welds", ocr=True))
        assert 2 <= len(_children()) <= 3
    assert not _children()
    with pytest.raises(RuntimeError):
        await pool.render(PAGE, 100)
