"""Real papers. They are no part of the repository: without them these tests are skipped."""

from functools import cache

import pytest

from buildplan.v1 import document_pb2 as pb
from buildplan.v1.document_pb2 import Page, Passage
from services.contract.citations import normalise
from services.reader import ocr
from services.reader.document import ReadDocument
from services.reader.limits import Limits
from services.reader.read import read_upload
from tests.unit.reader.conftest import CORPUS, codes, texts

pytestmark = pytest.mark.skipif(not CORPUS.is_dir(), reason="the corpus of real papers is not at hand")
PAPERS = sorted(path.name for path in CORPUS.glob("*.*") if path.name != "INDEX.md") if CORPUS.is_dir() else []
DRAWING_CODES = {"CAD_SIGNS_LOST", "MODEL_NOT_READ"}


@pytest.fixture(autouse=True)
def _no_ocr(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ocr, "tesseract", lambda: None)


@cache
def _paper(name: str) -> ReadDocument:
    return read_upload((CORPUS / name).read_bytes(), name, Limits(), lambda pages: None)[0]


@pytest.mark.parametrize("name", PAPERS)
def test_every_passage_is_found_on_its_page(name: str) -> None:
    paper = _paper(name)
    assert paper.pages or paper.document.findings
    for page in paper.pages:
        whole = normalise(page.text)
        assert [passage.text for passage in page.passages if normalise(passage.text) not in whole] == []
    identifiers = [passage.id for page in paper.pages for passage in page.passages]
    assert len(identifiers) == len(set(identifiers))


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("nasa_std_6016b_materials_processes.pdf", pb.DOCUMENT_KIND_GENERIC_SPECIFICATION),
        ("msfc_std_2594c_fastener_management.pdf", pb.DOCUMENT_KIND_GENERIC_SPECIFICATION),
        ("ocp_olympus_chassis_spec.pdf", pb.DOCUMENT_KIND_CUSTOMER_SPECIFICATION),
        ("usaf_jbsa_bleachers_sow.md", pb.DOCUMENT_KIND_STATEMENT_OF_WORK),
        ("vapotherm_manufacturing_agreement.pdf", pb.DOCUMENT_KIND_OTHER),
        ("odri_motor_shaft_drawing.pdf", pb.DOCUMENT_KIND_DRAWING),
        ("ms14179a_amendment1.pdf", pb.DOCUMENT_KIND_DRAWING),
        ("odri_bom_foot_switch.xlsx", pb.DOCUMENT_KIND_OTHER),
        ("nist_mtc_box_cmm_inspection.xlsx", pb.DOCUMENT_KIND_OTHER),
        ("nasa_llis_lessons_learned_fabrication.txt", pb.DOCUMENT_KIND_LESSONS_LEARNED),
        ("unstructured_fake-email-attachment.msg", pb.DOCUMENT_KIND_EMAIL),
    ],
)
def test_the_kind_is_guessed(name: str, kind: int) -> None:
    assert _paper(name).document.kind == kind


def test_scans_are_found_page_by_page() -> None:
    scanned = _paper("msfc_std_486b_torque_scanned.pdf")
    assert sum(page.origin == Page.ORIGIN_UNREAD for page in scanned.pages) >= 40
    assert len(_paper("ms33540j_drawing_scanned.pdf").document.findings[0].pages) == 4
    assert "SCANNED_PAGES" not in codes(_paper("ms14179a_amendment1.pdf"))


def test_poor_text_layers_and_lost_signs_are_said() -> None:
    assert "OCR_POOR" in codes(_paper("fed_std_h28-20b_bad_ocr_layer.pdf"))
    assert "CAD_SIGNS_LOST" in codes(_paper("odri_motor_shaft_drawing.pdf"))
    assert "MODEL_NOT_READ" in codes(_paper("nist_mtc_cover_revA_drawing.pdf"))
    for name in PAPERS:
        if "drawing" not in name:
            assert not DRAWING_CODES & set(codes(_paper(name))), name


def test_headers_and_contents_of_a_long_standard_are_no_body() -> None:
    paper = _paper("nasa_std_6016b_materials_processes.pdf")
    body = texts(paper, Passage.ROLE_BODY)
    assert not [text for text in body if "....." in text or "DISTRIBUTION IS UNLIMITED" in text or " of 155" in text]
    assert len(texts(paper, Passage.ROLE_CONTENTS)) > 80
    assert any("[MPR 63] Steels shall not be used in tension" in text for text in body)
