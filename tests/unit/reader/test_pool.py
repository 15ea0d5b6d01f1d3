import asyncio
import ctypes
import io
import os
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import suppress
from pathlib import Path

import psutil
import pytest
from PIL import Image

from services.reader.limits import MIB, Limits
from services.reader.pool import ReaderPool
from tests.unit.reader.conftest import codes, pdf

_SET_CHILD_SUBREAPER = 36
"""PR_SET_CHILD_SUBREAPER of prctl(2)."""


@pytest.fixture
async def pool() -> AsyncIterator[ReaderPool]:
    async with ReaderPool() as opened:
        yield opened


def _stored(folder: Path, data: bytes) -> Path:
    path = folder / "stored"
    path.write_bytes(data)
    return path


def _children() -> set[int]:
    """Those that live; one that ends while it is looked at is none."""
    found = set[int]()
    for child in psutil.Process().children(recursive=True):
        with suppress(psutil.NoSuchProcess):
            if "services.reader" in " ".join(child.cmdline()):
                found.add(child.pid)
    return found


async def test_a_file_is_read_in_a_child_that_stays_warm(pool: ReaderPool, tmp_path: Path) -> None:
    path = _stored(tmp_path, pdf(["All welds shall be inspected."]))
    (document,) = await pool.read(path, "a.pdf")
    first = _children()
    await pool.read(path, "a.pdf")
    assert document.pages[0].text == "All welds shall be inspected."
    assert len(first) == 1
    assert _children() == first


async def test_a_child_that_is_killed_costs_its_file_only(pool: ReaderPool, tmp_path: Path) -> None:
    path = _stored(tmp_path, pdf(*[["A page of text."] * 50] * 1500))
    reading = asyncio.create_task(pool.read(path, "long.pdf"))
    while not _children():
        await asyncio.sleep(0.01)
    for pid in _children():
        psutil.Process(pid).kill()
    (document,) = await reading
    assert codes(document) == ["UNREADABLE"]
    assert document.document.sha256
    (after,) = await pool.read(_stored(tmp_path, pdf(["Next file."])), "b.pdf")
    assert after.pages[0].text == "Next file."


async def test_a_file_that_takes_too_long_is_stopped(tmp_path: Path) -> None:
    path = _stored(tmp_path, pdf(*[["A page of text."] * 50] * 1500))
    async with ReaderPool(Limits(wall_seconds=0.6)) as pool:
        (document,) = await pool.read(path, "long.pdf")
        assert codes(document) == ["TIMED_OUT"]
        assert not _children()


async def test_a_file_that_takes_too_much_processor_time_is_stopped(tmp_path: Path) -> None:
    path = _stored(tmp_path, pdf(*[["A page of text that is long enough."] * 60] * 1900))
    async with ReaderPool(Limits(cpu_seconds=0.3)) as pool:
        (document,) = await pool.read(path, "long.pdf")
    assert codes(document) == ["TIMED_OUT"]
    assert "processor" in document.document.findings[0].message


async def test_a_file_that_takes_too_much_memory_is_stopped_and_the_next_is_read(tmp_path: Path) -> None:
    async with ReaderPool(Limits(memory_bytes=220 * MIB)) as pool:
        (document,) = await pool.read(_stored(tmp_path, b"<html><p>a</p>" * 6_000_000), "big.html")
        assert codes(document) == ["OUT_OF_MEMORY"]
        (after,) = await pool.read(_stored(tmp_path, b"Next file."), "b.txt")
        assert after.pages[0].text == "Next file."


async def test_a_missing_file_is_a_finding(pool: ReaderPool, tmp_path: Path) -> None:
    (document,) = await pool.read(tmp_path / "gone", "gone.pdf")
    assert codes(document) == ["UNREADABLE"]


async def test_nothing_is_left_running_after_close(tmp_path: Path) -> None:
    path = _stored(tmp_path, b"The finish shall be 2B.")
    async with ReaderPool(children=2) as pool:
        await asyncio.gather(*(pool.read(path, f"{number}.txt") for number in range(6)))
        assert 1 <= len(_children()) <= 2
    assert not _children()
    with pytest.raises(RuntimeError):
        await pool.read(path, "a.txt")


async def test_a_cancelled_read_ends_its_child(tmp_path: Path) -> None:
    path = _stored(tmp_path, pdf(*[["A page of text."] * 50] * 1500))
    async with ReaderPool() as pool:
        reading = asyncio.create_task(pool.read(path, "long.pdf"))
        while not _children():
            await asyncio.sleep(0.01)
        reading.cancel()
        with pytest.raises(asyncio.CancelledError):
            await reading
        assert not _children()


async def test_a_read_that_is_cancelled_while_its_child_starts_leaves_none(tmp_path: Path) -> None:
    path = _stored(tmp_path, b"The finish shall be 2B.")
    async with ReaderPool() as pool:
        for number in range(10):
            reading = asyncio.create_task(pool.read(path, "a.txt"))
            await asyncio.sleep(number * 0.001)
            reading.cancel()
            with pytest.raises(asyncio.CancelledError):
                await reading
            assert not _children()


@pytest.fixture
def parent_of_orphans() -> Iterator[None]:
    """What a container's first process is."""
    libc = ctypes.CDLL(None, use_errno=True)
    assert libc.prctl(_SET_CHILD_SUBREAPER, 1) == 0
    yield
    assert libc.prctl(_SET_CHILD_SUBREAPER, 0) == 0


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux lets a process adopt orphans")
async def test_a_child_that_is_stopped_leaves_no_zombie(
    parent_of_orphans: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    slow = tmp_path / "tesseract"
    slow.write_text("#!/bin/sh\nexec sleep 60\n")
    slow.chmod(0o700)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    picture = io.BytesIO()
    Image.new("L", (400, 400), 255).save(picture, "PNG")
    path = _stored(tmp_path, picture.getvalue())
    async with ReaderPool() as pool:
        reading = asyncio.create_task(pool.read(path, "scan.png"))
        while "sleep" not in _names_below():
            await asyncio.sleep(0.01)
        reading.cancel()
        with pytest.raises(asyncio.CancelledError):
            await reading
        assert "sleep" not in _names_below()


def _names_below() -> list[str]:
    return [child.name() for child in psutil.Process().children(recursive=True)]


def test_the_parent_loads_nothing_that_looks_into_papers() -> None:
    parsers = ("pypdfium2", "PIL", "docx", "openpyxl", "lxml", "oxmsg", "services.facts.extraction")
    script = f"import sys, services.reader.pool; print([n for n in {parsers} if n in sys.modules])"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=30)
    assert done.stdout.strip() == "[]"


_UNDER_UVLOOP = """
import asyncio, os, sys
from pathlib import Path
from services.reader.pool import ReaderPool
from services.runtime import event_loop

async def main():
    async with ReaderPool() as pool:
        (read,) = await pool.read(Path(sys.argv[1]), "po.txt")
        print([finding.code for finding in read.document.findings], len(read.pages))

os.register_at_fork(after_in_child=lambda: os._exit(9))
event_loop.run(main())
"""


def test_children_start_without_what_libraries_do_after_a_fork(tmp_path: Path) -> None:
    paper = tmp_path / "po.txt"
    paper.write_text("PURCHASE ORDER 4711\n\nMaterial shall be AISI 316L.\n")
    script = [sys.executable, "-c", _UNDER_UVLOOP, str(paper)]
    shown = subprocess.run(script, capture_output=True, text=True, check=True, timeout=50)
    assert shown.stdout.strip() == "[] 1"
