"""`python -m benchmarks.offline_speed` prints what the four offline specialists cost on 500 pages.

The pages are real where the public corpus lies beside the repository, else written from the sample's sentences.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import time
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from rich.console import Console

from benchmarks.extraction.papers import FOLDERS, PROFILES, pack_of
from buildplan.v1.context_pb2 import ContextPack
from buildplan.v1.document_pb2 import DocumentKind, Passage
from buildplan.v1.plan_pb2 import Patch
from services.contract.statements import lines
from services.reader.document import ReadDocument
from services.reader.limits import Limits
from services.reader.pool import ReaderPool
from services.specialist.offline.engine import OfflineEngine

PAGES = 500
CORES = 2
_LINES_A_PAGE = 30
_WRITTEN = (
    "Item {n}: all welds shall be liquid penetrant inspected per ASTM E1417 to an extent of {n} percent.",
    "The frame number {n} carries a vessel, its agitator drive and the pump tray in plants on three continents.",
    "Plate number {n} shall be supplied with mill certificates in accordance with EN 10204 type 3.1.",
    "Earlier frames of series {n} were made in another shop, which closed some years ago.",
    "Hole {n} shall be within ±0.{n} mm of true position.",
)


async def real_pages() -> ContextPack:
    """Pages of the corpus until there are enough."""
    read: list[ReadDocument] = []
    async with ReaderPool(Limits(max_ocr_pages=0)) as pool:
        for path in sorted(FOLDERS["corpus"].glob("*.pdf"), key=lambda path: -path.stat().st_size):
            read += [document for document in await pool.read(path, path.name) if not document.document.ocr_page_count]
    while sum(len(document.pages) for document in read) < PAGES:
        read.append(read[len(read) % 7])
    return pack_of(read)


def written_pages() -> ContextPack:
    """Pages of plain requirements and background."""
    pack = ContextPack(session="sessions/benchmark", as_of="2026-11-23")
    kind = DocumentKind.DOCUMENT_KIND_CUSTOMER_SPECIFICATION
    pack.sources.add(name="d1", file_name="d1.pdf", kind=kind, precedence=3)
    for page in range(1, PAGES + 1):
        for line in range(_LINES_A_PAGE):
            number = page * _LINES_A_PAGE + line
            text = _WRITTEN[number % len(_WRITTEN)].format(n=number)
            pack.passages.add(id=f"p{page}-{line}", document="d1", page=page, text=text, role=Passage.ROLE_BODY)
    return pack


def work(place: int, packed: bytes) -> tuple[str, float, int]:
    """Agent, its CPU seconds and its lines."""
    context = ContextPack.FromString(packed)
    profile = PROFILES[place]
    began = time.process_time()
    found = asyncio.run(_lines(profile_place=place, context=context))
    return profile.agent, time.process_time() - began, found


async def _lines(profile_place: int, context: ContextPack) -> int:
    async for part in OfflineEngine(PROFILES[profile_place]).propose(context):
        if isinstance(part, Patch):
            return len(lines(part))
    raise RuntimeError("the engine ended without a patch")


def main() -> None:
    """Prints the figures."""
    console = Console()
    real = FOLDERS["corpus"].exists()
    if not real:
        console.print(f"SKIPPED the real pages: {Path(FOLDERS['corpus'])} is not here; written pages are used")
    context = asyncio.run(real_pages()) if real else written_pages()
    characters = sum(len(passage.text) for passage in context.passages)
    pages = len({(passage.document, passage.page) for passage in context.passages})
    console.print(
        f"{pages} pages with text, {characters / 1e6:.2f} million characters, {len(context.passages)} passages"
    )
    packed = context.SerializeToString()
    with ProcessPoolExecutor(CORES, mp_context=multiprocessing.get_context("spawn")) as pool:
        list(pool.map(work, range(len(PROFILES)), [ContextPack().SerializeToString()] * len(PROFILES)))
        began = time.perf_counter()
        results = list(pool.map(work, range(len(PROFILES)), [packed] * len(PROFILES)))
        elapsed = time.perf_counter() - began
    for agent, seconds, found in results:
        console.print(f"{agent}: {seconds:.2f} s CPU, {found} lines")
    console.print(f"four agents on {CORES} cores: {elapsed:.2f} s (target: under 3 s)")


if __name__ == "__main__":
    main()
