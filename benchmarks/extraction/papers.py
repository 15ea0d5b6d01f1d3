"""The labelled papers, read by the product's own reader and given to the offline engine one by one."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

from benchmarks.extraction.score import EngineLine
from buildplan.v1.context_pb2 import ContextPack
from buildplan.v1.plan_pb2 import Patch
from buildplan.v1.statement_pb2 import Statement
from services.contract.statements import lines
from services.ema.profile import PROFILE as EMA
from services.pma.profile import PROFILE as PMA
from services.qma.profile import PROFILE as QMA
from services.reader.document import ReadDocument
from services.reader.pool import ReaderPool
from services.sca.profile import PROFILE as SCA
from services.specialist.offline.engine import OfflineEngine

ROOT = Path(__file__).resolve().parents[2]
LABELS = Path(__file__).parent / "labels"
CORPUS = ROOT.parent / "shared" / "corpus"
FOLDERS = {"samples": ROOT / "samples" / "br-2041", "corpus": CORPUS, "held_out": CORPUS}
PROFILES = (QMA, PMA, SCA, EMA)


def label_files() -> list[dict[str, Any]]:
    """All labels, in the order of their files' names."""
    return [json.loads(path.read_text()) for path in sorted(LABELS.glob("*.json"))]


def source_path(label_file: dict[str, Any]) -> Path:
    """The file that holds the labelled document; for an attachment, the email."""
    return FOLDERS[label_file["source"]] / str(label_file.get("attached_to", label_file["document"]))


async def read_labelled(label_file: dict[str, Any], pool: ReaderPool) -> ReadDocument:
    """The labelled document as the reader reads it; raises LookupError when it is not in its file."""
    path = source_path(label_file)
    for document in await pool.read(path, path.name):
        if document.document.file_name == label_file["document"]:
            return document
    raise LookupError(f"{label_file['document']} was not found in {path}")


def pack_of(documents: list[ReadDocument], as_of: str = "2026-11-23") -> ContextPack:
    """A context pack of the documents, without facts."""
    pack = ContextPack(session="sessions/benchmark", as_of=as_of)
    for place, read in enumerate(documents, start=1):
        source = pack.sources.add()
        source.CopyFrom(read.document)
        source.name, source.precedence = f"sessions/benchmark/documents/d{place}", 1
        for page in read.pages:
            for passage in page.passages:
                copy = pack.passages.add()
                copy.CopyFrom(passage)
                copy.document, copy.id = source.name, f"d{place}-{passage.id}"
    return pack


async def patches(pack: ContextPack) -> AsyncIterator[Patch]:
    """What the four offline specialists make of the pack."""
    for profile in PROFILES:
        async for part in OfflineEngine(profile).propose(pack):
            if isinstance(part, Patch):
                yield part


async def engine_lines(pack: ContextPack) -> list[EngineLine]:
    """The stated lines of all four: conclusions are no extraction and are not judged."""
    found = []
    async for patch in patches(pack):
        for line in lines(patch.sections):
            if line.statement.basis == Statement.BASIS_STATED:
                quotes = tuple((citation.page, citation.quote) for citation in line.statement.citations)
                found.append(EngineLine(line.path, quotes))
    return found
