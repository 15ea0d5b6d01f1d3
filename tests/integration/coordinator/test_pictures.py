"""DocumentService: pages as pictures, and where the lines of a plan stand on them."""

from __future__ import annotations

import io
from pathlib import Path

import grpc
import pytest
from PIL import Image

from buildplan.v1.document_service_pb2 import LocateQuoteRequest, RenderPageRequest
from buildplan.v1.statement_pb2 import Citation
from services.contract.statements import lines
from tests.integration.coordinator.house import House, refused
from tests.unit.reader.conftest import pdf
from tests.unit.reader.looking import ink, pixels, same, source, text_inside

pytestmark = pytest.mark.asyncio(loop_scope="package")
SAMPLES = Path(__file__).parents[3] / "samples" / "br-2041"
TEXT = pdf(["All welds shall be inspected."], ["Second page."])


async def uploaded(house: House, content: bytes = TEXT, name: str = "spec.pdf") -> str:
    return (await house.upload(await house.session(), name, content)).document.name


async def test_a_page_is_a_png_with_the_quote_where_the_boxes_say(house: House) -> None:
    name = await uploaded(house)
    picture = await house.documents.RenderPage(RenderPageRequest(document=name, number=1))
    image = Image.open(io.BytesIO(picture.image))
    assert (image.format, image.size, picture.width) == ("PNG", (picture.width, picture.height), 1200)
    request = LocateQuoteRequest(document=name, number=1, quote="All welds shall be inspected.")
    (box,) = (await house.documents.LocateQuote(request)).boxes
    assert ink(image, box) == 1.0
    left, top, right, bottom = pixels(image, box)
    assert (right - left) * (bottom - top) < 0.02 * image.width * image.height


async def test_a_quote_that_is_on_another_page_has_no_box(house: House) -> None:
    name = await uploaded(house)
    for number, quote in ((2, "All welds"), (1, "Second page"), (1, "welds shell be"), (1, "")):
        request = LocateQuoteRequest(document=name, number=number, quote=quote)
        assert not (await house.documents.LocateQuote(request)).boxes


@pytest.mark.parametrize("number", [-1, 0, 3])
async def test_pages_that_are_not_there_are_not_found(house: House, number: int) -> None:
    name = await uploaded(house)
    for name_ in (name, f"{name}0"):
        with refused(grpc.StatusCode.NOT_FOUND, "NOT_FOUND"):
            await house.documents.RenderPage(RenderPageRequest(document=name_, number=number))
        with refused(grpc.StatusCode.NOT_FOUND, "NOT_FOUND"):
            await house.documents.LocateQuote(LocateQuoteRequest(document=name_, number=number, quote="x"))


@pytest.mark.parametrize(
    ("file_name", "content"), [("a.md", b"# Note"), ("a.csv", b"a,b\n1,2"), ("a.pdf", b"%PDF-1.7 x")]
)
async def test_what_has_no_pages_to_look_at_says_so(house: House, file_name: str, content: bytes) -> None:
    name = await uploaded(house, content, file_name)
    with refused(grpc.StatusCode.FAILED_PRECONDITION, "NO_PICTURE") as seen:
        await house.documents.RenderPage(RenderPageRequest(document=name, number=1))
    assert file_name in seen.value.message
    with refused(grpc.StatusCode.FAILED_PRECONDITION, "NO_PICTURE"):
        await house.documents.LocateQuote(LocateQuoteRequest(document=name, number=1, quote="x"))


async def test_a_width_or_quote_out_of_bounds_is_refused(house: House) -> None:
    name = await uploaded(house)
    for width in (-1, 99, 3001):
        with refused(grpc.StatusCode.INVALID_ARGUMENT, field="width"):
            await house.documents.RenderPage(RenderPageRequest(document=name, number=1, width=width))
    with refused(grpc.StatusCode.INVALID_ARGUMENT, field="quote"):
        await house.documents.LocateQuote(LocateQuoteRequest(document=name, number=1, quote="x" * 10_001))


async def test_a_page_that_cannot_be_drawn_says_why(house: House) -> None:
    whole = io.BytesIO()
    Image.effect_noise((300, 300), 50).save(whole, "PNG")
    name = await uploaded(house, whole.getvalue()[:20_000], "cut.png")
    with refused(grpc.StatusCode.FAILED_PRECONDITION, "PICTURE_FAILED") as seen:
        await house.documents.RenderPage(RenderPageRequest(document=name, number=1))
    assert "damaged" in seen.value.message


async def test_every_verified_pdf_citation_of_the_sample_plan_is_located(house: House) -> None:
    session = await house.session(project_name="BR-2041")
    files: dict[str, bytes] = {}
    for path in sorted(SAMPLES.iterdir()):
        document = (await house.upload(session, path.name, path.read_bytes())).document
        if document.media_type == "application/pdf":
            files[document.name] = path.read_bytes()
    await house.run(session)
    plan = await house.plan(session)
    cited = [citation for line in lines(plan) for citation in line.statement.citations]
    checked = [citation for citation in cited if citation.document in files and citation.verified]
    assert len(checked) > 50
    missed = [citation.quote for citation in checked if not await _covered(house, citation, files)]
    print(f"{len(checked) - len(missed)} of {len(checked)} verified PDF citations located")
    assert missed == []


async def _covered(house: House, citation: Citation, files: dict[str, bytes]) -> bool:
    """True when the boxes hold the words of the quote, as PDFium reads them."""
    request = LocateQuoteRequest(document=citation.document, number=citation.page, quote=citation.quote)
    boxes = (await house.documents.LocateQuote(request)).boxes
    inside = text_inside(source(files[citation.document]), citation.page, boxes)
    return same("".join(sorted(inside)), "".join(sorted(citation.quote)))
