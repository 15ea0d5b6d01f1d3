"""Papers before they reach the store: names, identifiers, corrections, metadata, spooling."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator
from datetime import date
from pathlib import Path

import pytest

from buildplan.v1.document_pb2 import Authority, Document, DocumentKind, Page, Passage
from buildplan.v1.session_pb2 import SessionMetadata, WorkCalendar
from services.coordinator.documents.correction import correct
from services.coordinator.documents.doubt import doubt_issue_date
from services.coordinator.documents.spool import MAX_CHUNK_BYTES, spool
from services.coordinator.documents.stamp import free_id, stamp
from services.coordinator.metadata import check_metadata
from services.reader.document import safe_name
from services.runtime.errors import InvalidArgument, ResourceExhausted

DRAWING = DocumentKind.DOCUMENT_KIND_DRAWING
EMAIL = DocumentKind.DOCUMENT_KIND_EMAIL


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("drawing.pdf", "drawing.pdf"),
        ("../../etc/passwd", "passwd"),
        ("C:\\papers\\po 4711.pdf", "po 4711.pdf"),
        ("Prüfplan.xlsx", "Prüfplan.xlsx"),
        ("a\x00b\n.txt", "ab.txt"),
        ("x" * 400 + ".pdf", "x" * 150 + "…" + "x" * 36 + ".pdf"),
        ("folder/", "folder"),
        ("\x00\x01", "unnamed"),
        ("..", "unnamed"),
    ],
)
def test_file_names_lose_folders_and_control_characters(given: str, shown: str) -> None:
    assert safe_name(given) == shown


def test_ids_follow_the_content_and_copies_are_numbered() -> None:
    digest = "ab" * 32
    assert free_id(digest, set()) == digest[:10]
    assert free_id(digest, {digest[:10]}) == f"{digest[:10]}-2"
    assert free_id(digest, {digest[:10], f"{digest[:10]}-2"}) == f"{digest[:10]}-3"


def test_stamp_names_pages_and_passages_and_ranks_the_kind() -> None:
    document = Document(kind=DRAWING)
    page = Page(number=1, passages=[Passage(id="p1-1"), Passage(id="p1-2")])
    stamp("s1", "d1", document, [page])
    assert document.name == page.document == page.passages[0].document == "sessions/s1/documents/d1"
    assert [passage.id for passage in page.passages] == ["d1-p1-1", "d1-p1-2"]
    assert (document.precedence, document.authority) == (1, Authority.AUTHORITY_MANDATORY)


def test_an_unknown_kind_becomes_other() -> None:
    document = Document()
    stamp("s1", "d1", document, [])
    assert (document.kind, document.precedence) == (DocumentKind.DOCUMENT_KIND_OTHER, 10)


def test_a_corrected_kind_brings_its_rank_unless_that_is_named_too() -> None:
    email = Document(name="n", kind=EMAIL, precedence=20, authority=Authority.AUTHORITY_INTERNAL, revision="B")
    drawing = correct(email, Document(kind=DRAWING), ["kind"])
    assert (drawing.kind, drawing.precedence, drawing.revision, drawing.kind_corrected) == (DRAWING, 1, "B", True)
    ranked = correct(email, Document(kind=DRAWING, precedence=7), ["kind", "precedence"])
    assert (ranked.precedence, ranked.authority) == (7, Authority.AUTHORITY_MANDATORY)
    assert email.kind == EMAIL


@pytest.mark.parametrize(
    ("wanted", "paths"),
    [
        (Document(), []),
        (Document(sha256="0"), ["sha256"]),
        (Document(), ["kind"]),
        (Document(kind=99), ["kind"]),  # type: ignore[arg-type]
        (Document(precedence=0), ["precedence"]),
        (Document(precedence=101), ["precedence"]),
        (Document(), ["authority"]),
        (Document(issue_date="18 Dec"), ["issue_date"]),
    ],
)
def test_wrong_corrections_name_the_field(wanted: Document, paths: list[str]) -> None:
    with pytest.raises(InvalidArgument) as caught:
        correct(Document(), wanted, paths)
    assert caught.value.field in {"update_mask", *(f"document.{path}" for path in paths)}


@pytest.mark.parametrize(
    ("metadata", "field"),
    [
        (SessionMetadata(project_name="x" * 201), "metadata.project_name"),
        (SessionMetadata(notes="x" * 20_001), "metadata.notes"),
        (SessionMetadata(calendar=WorkCalendar(working_weekdays=[0])), "metadata.calendar.working_weekdays"),
        (SessionMetadata(calendar=WorkCalendar(holidays=["Xmas"])), "metadata.calendar.holidays"),
        (SessionMetadata(calendar=WorkCalendar(country="Atlantis")), "metadata.calendar.country"),
    ],
)
def test_wrong_metadata_names_the_field(metadata: SessionMetadata, field: str) -> None:
    with pytest.raises(InvalidArgument) as caught:
        check_metadata(metadata)
    assert caught.value.field == field


def test_good_metadata_passes() -> None:
    check_metadata(SessionMetadata())
    check_metadata(
        SessionMetadata(calendar=WorkCalendar(country="US", working_weekdays=[1, 7], holidays=["2026-12-24"]))
    )


async def chunks(*parts: bytes) -> AsyncIterator[bytes]:
    for part in parts:
        yield part


async def test_spooled_bytes_are_counted_hashed_and_removed(tmp_path: Path) -> None:
    async with spool(tmp_path / "new", chunks(b"ab", b"", b"c"), 10) as spooled:
        assert spooled.path.read_bytes() == b"abc"
        assert (spooled.size, spooled.sha256) == (3, hashlib.sha256(b"abc").hexdigest())
    assert list((tmp_path / "new").iterdir()) == []


async def test_a_file_above_the_limit_is_refused_and_removed(tmp_path: Path) -> None:
    with pytest.raises(ResourceExhausted, match="limit"):
        async with spool(tmp_path, chunks(b"x" * 6, b"x" * 6), 10):
            pytest.fail("the file was accepted")
    assert list(tmp_path.iterdir()) == []


async def test_a_chunk_above_the_limit_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidArgument, match="chunk"):
        async with spool(tmp_path, chunks(b"x" * (MAX_CHUNK_BYTES + 1)), 10**9):
            pytest.fail("the chunk was accepted")


@pytest.mark.parametrize(("written", "kept"), [("2053-05-01", ""), ("2027-06-30", "2027-06-30"), ("", "")])
def test_a_date_of_issue_far_ahead_is_said_and_not_believed(written: str, kept: str) -> None:
    document = Document(issue_date=written)
    doubt_issue_date(document, date(2026, 11, 23))
    assert document.issue_date == kept
    assert [written in found.message for found in document.findings] == [True] * (written != kept)
