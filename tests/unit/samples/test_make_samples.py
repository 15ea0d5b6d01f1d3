"""The generator writes the committed papers, and nothing of the clock into them."""

import zipfile
from pathlib import Path

import pypdfium2
import pytest

from samples.make_samples import FOLDER, PAPERS, ZIP_TIME, make

TEXT_PARTS = ("word/document.xml", "xl/sharedStrings.xml", "xl/worksheets/sheet1.xml", "xl/worksheets/sheet2.xml")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("samples")
    make(folder)
    return folder


def _content(path: Path) -> list[bytes]:
    if path.suffix == ".pdf":
        pdf = pypdfium2.PdfDocument(path)
        try:
            return [page.get_textpage().get_text_range().encode() for page in pdf]
        finally:
            pdf.close()
    with zipfile.ZipFile(path) as archive:
        return [archive.read(name) for name in TEXT_PARTS if name in archive.namelist()]


@pytest.mark.parametrize("name", PAPERS)
def test_the_committed_paper_says_what_the_generator_writes(made: Path, name: str) -> None:
    content = _content(made / name)
    assert content
    assert content == _content(FOLDER / name)


@pytest.mark.parametrize("name", [name for name in PAPERS if not name.endswith(".pdf")])
def test_no_time_of_making_is_left_in_an_office_file(made: Path, name: str) -> None:
    with zipfile.ZipFile(made / name) as archive:
        assert {info.date_time for info in archive.infolist()} == {ZIP_TIME}
        assert archive.read("docProps/core.xml").count(b"2026-11-20T00:00:00Z") == 2


def test_two_makings_give_the_same_bytes(made: Path, tmp_path: Path) -> None:
    make(tmp_path)
    assert {p.name: p.read_bytes() for p in tmp_path.iterdir()} == {p.name: p.read_bytes() for p in made.iterdir()}
