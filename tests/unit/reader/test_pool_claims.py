"""Facts out of child processes: apart from reading, and a paper that costs too much costs its child only."""

import asyncio
from pathlib import Path

import pytest

from buildplan.v1.document_pb2 import DocumentKind
from services.coordinator.documents.stamp import stamp
from services.facts.extraction import extract_facts
from services.reader.child_process import ChildProcess, Stopped
from services.reader.document import ReadDocument
from services.reader.findings import RefusedError
from services.reader.framing import Frame
from services.reader.limits import Limits
from services.reader.pool import ReaderPool
from services.reader.read import read_upload
from tests.unit.reader.conftest import pdf
from tests.unit.reader.test_pool import _children, _stored

ORDER = b"PURCHASE ORDER 4711\n\nMaterial shall be AISI 316L. Quantity: 12. Due 2027-03-01.\n"
ENDLESS = b"Lead time 6 weeks, quantity 12, thickness 3 mm, due 2027-03-01. " * 12_000


def paper(content: bytes) -> ReadDocument:
    (read,) = read_upload(content, "order.txt", Limits(), lambda _pages: None)
    read.document.kind = DocumentKind.DOCUMENT_KIND_PURCHASE_ORDER
    stamp("s", "d", read.document, read.pages)
    return read


async def test_the_child_that_read_a_file_draws_its_facts(tmp_path: Path) -> None:
    order = paper(ORDER)
    async with ReaderPool() as pool:
        await pool.read(_stored(tmp_path, ORDER), "order.txt")
        first = _children()
        claims = await pool.claims(order.document, order.pages)
        assert _children() == first
    assert claims.facts == extract_facts(order.document, order.pages)
    assert len(claims.facts) >= 3
    assert claims.stopped_on == 0


async def test_a_paper_whose_facts_cost_too_much_costs_its_child() -> None:
    endless, order = paper(ENDLESS), paper(ORDER)
    async with ReaderPool(Limits(cpu_seconds=1.0)) as pool:
        with pytest.raises(RefusedError) as refused:
            await pool.claims(endless.document, endless.pages)
        assert refused.value.code == "TIMED_OUT"
        assert not _children()
        assert (await pool.claims(order.document, order.pages)).facts


async def test_a_long_reading_keeps_nobody_from_a_papers_facts(tmp_path: Path) -> None:
    order = paper(ORDER)
    async with ReaderPool() as pool:
        reading = asyncio.create_task(pool.read(_stored(tmp_path, pdf(*[["A page."] * 50] * 1500)), "long.pdf"))
        while not _children():
            await asyncio.sleep(0.01)
        assert (await pool.claims(order.document, order.pages)).facts
        assert not reading.done()
        reading.cancel()


async def test_a_defect_of_ours_is_logged_with_its_place_and_without_words(caplog: pytest.LogCaptureFixture) -> None:
    child = await ChildProcess.start()
    with pytest.raises(Stopped):
        await child.ask(Frame({"ask": "claims", "parts": [5]}, b"secret words"), Limits(), lambda frames: frames)
    await child.kill()
    (record,) = caplog.records
    assert "BrokenFrameError at child.py:" in record.message
    assert "claims.py:" in record.message
    assert "secret" not in record.message
