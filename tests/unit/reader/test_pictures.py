"""Pages as pictures, and where quotes stand on them."""

import io

import pytest
from PIL import Image
from reportlab.pdfgen import canvas

from services.reader import ocr
from services.reader.findings import RefusedError
from services.reader.formats import image_scan
from services.reader.pictures import image_page
from services.reader.pictures.locate import locate
from services.reader.pictures.png import MAX_PIXELS
from tests.unit.reader.conftest import pdf
from tests.unit.reader.looking import drawn, ink, located, opened, pixels, rendered, same, source, text_inside, turned

needs_ocr = pytest.mark.skipif(ocr.tesseract() is None, reason="tesseract is not installed")


def saved(image: Image.Image, form: str = "PNG", **options: object) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, form, **options)
    return buffer.getvalue()


@pytest.mark.parametrize("width", [100, 801, 3000])
def test_a_page_is_drawn_as_wide_as_asked(width: int) -> None:
    picture = rendered(pdf(["Passivate per ASTM A967."]), width)
    assert picture.width == width
    assert picture.height == pytest.approx(width * 11 / 8.5, abs=2)
    assert min(opened(picture).convert("L").tobytes()) < 200


def test_a_page_without_colours_is_grey_and_one_with_them_is_not() -> None:
    assert opened(rendered(pdf(["Black."]))).mode == "L"
    buffer = io.BytesIO()
    sheet = canvas.Canvas(buffer)
    sheet.setFillColorRGB(1, 0, 0)
    sheet.rect(100, 100, 200, 200, fill=1)
    sheet.save()
    picture = opened(rendered(buffer.getvalue()))
    assert picture.mode == "RGB"
    assert (255, 0, 0) in {color for _, color in picture.getcolors(100_000) or []}


@pytest.mark.parametrize("size", [(14.0, 14_000.0), (14_000.0, 14.0), (14_400.0, 14_400.0), (3.0, 3.0)])
def test_a_picture_of_any_page_is_bounded(size: tuple[float, float]) -> None:
    picture = rendered(pdf(["x"], size=size), 3000)
    assert 1 <= picture.width <= 3000
    assert picture.height >= 1
    assert picture.width * picture.height <= MAX_PIXELS


def test_filled_form_fields_are_drawn_and_their_values_located() -> None:
    buffer = io.BytesIO()
    sheet = canvas.Canvas(buffer)
    sheet.acroForm.textfield(x=100, y=500, width=200, height=20, value="BR-2041", borderWidth=0)
    sheet.showPage()
    sheet.save()
    (box,) = located(buffer.getvalue(), "BR-2041")
    assert ink(opened(rendered(buffer.getvalue())), box) > 0.9


def test_a_damaged_file_and_a_page_that_is_not_there_are_refused() -> None:
    for data, number in ((b"%PDF-1.4 broken", 1), (pdf(["one"]), 2), (pdf(["one"]), 0)):
        with pytest.raises(RefusedError) as refused:
            rendered(data, number=number)
        assert refused.value.code == "UNREADABLE"


@pytest.mark.parametrize(
    ("form", "mode"), [("PNG", "RGB"), ("PNG", "RGBA"), ("PNG", "P"), ("JPEG", "CMYK"), ("TIFF", "1")]
)
def test_a_file_that_is_a_picture_is_drawn_never_larger(form: str, mode: str) -> None:
    data = saved(Image.new("RGB", (400, 200), "white").convert(mode), form)
    assert opened(image_page.render(data, 200)).size == (200, 100)
    assert opened(image_page.render(data, 1200)).size == (400, 200)


def test_what_is_transparent_is_white() -> None:
    picture = opened(image_page.render(saved(Image.new("RGBA", (10, 10), (0, 0, 0, 0))), 10))
    assert picture.convert("L").getextrema() == (255, 255)


def test_a_photo_is_turned_as_its_camera_says() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    data = saved(Image.new("RGB", (400, 200), "white"), "JPEG", exif=exif)
    assert opened(image_page.render(data, 100)).size == (100, 200)
    with Image.open(io.BytesIO(image_scan.upright(data))) as upright:
        assert upright.size == (200, 400)


def test_a_picture_with_too_many_pixels_is_refused_before_it_is_unpacked() -> None:
    with pytest.raises(RefusedError) as refused:
        image_page.render(saved(Image.new("1", (20_000, 20_000))), 100)
    assert refused.value.code == "TOO_LARGE"


LINES = [
    "Other words stand before it and are",
    "All welds shall be inspected by the manufac-",
    "turer's own \ufb01tters.",
]


def test_a_quote_over_two_lines_has_two_boxes_and_hyphenation_does_not_matter() -> None:
    first, second = located(pdf(LINES), "welds shall be inspected by the manufacturer")
    assert first.top < second.top
    assert first.left > second.left
    assert first.top + first.height <= second.top + 0.005
    assert second.width < first.width / 3


def test_quote_marks_white_space_and_ligatures_do_not_matter() -> None:
    page = drawn((72, 700, 0, "the manufacturer's own fitters"))
    assert len(located(page, "manufacturer\u2019s  own\n\ufb01tters")) == 1


@pytest.mark.parametrize("rotation", [0, 90, 180, 270])
@pytest.mark.parametrize("angle", [0, 90, 180, 270])
@pytest.mark.parametrize("crop", [None, (150.0, 150.0, 562.0, 742.0)])
def test_a_box_covers_its_words_however_page_and_text_are_turned(
    rotation: int, angle: int, crop: tuple[float, float, float, float] | None
) -> None:
    data = turned(drawn((300, 400, angle, "TORQUE 25 N m"), (300, 200, 0, "x")), rotation, crop)
    picture = opened(rendered(data))
    (box,) = located(data, "TORQUE 25 N m")
    (other,) = located(data, "x")
    assert ink(picture, box) + ink(picture, other) > 0.97
    assert ink(picture, box) > 0.9
    left, top, right, bottom = pixels(picture, box)
    assert max(right - left, bottom - top) / min(right - left, bottom - top) > 4


def test_text_that_runs_up_a_drawing_has_one_box_for_each_line() -> None:
    data = drawn((200, 300, 90, "BREAK ALL SHARP"), (214, 300, 90, "EDGES 0.5 MAX"))
    first, second = located(data, "BREAK ALL SHARP EDGES 0.5 MAX")
    assert first.left < second.left
    assert all(box.height > 4 * box.width for box in (first, second))


def test_a_row_of_a_table_has_a_box_for_each_cell() -> None:
    data = drawn((72, 600, 0, "1"), (252, 600, 0, "BR-2041 bracket"), (432, 600, 0, "25"), (72, 580, 0, "2"))
    row = located(data, "1 | BR-2041 bracket | 25")
    assert len(row) == 3
    assert [box.left for box in row] == sorted(box.left for box in row)
    assert len({round(box.top, 3) for box in row}) == 1


def test_a_row_whose_cells_are_wrapped_is_found_though_the_reader_puts_its_lines_in_order() -> None:
    wrapped = (
        (72, 600, "Weld per AWS D1.6"),
        (300, 600, "Visual, all"),
        (72, 588, "and grind flush"),
        (300, 588, "welds"),
    )
    data = drawn(*((x, y, 0, text) for x, y, text in wrapped), (72, 500, 0, "Weld per drawing"))
    boxes = located(data, "Weld per AWS D1.6 and grind flush | Visual, all welds")
    assert len(boxes) == 4
    assert same(text_inside(source(data), 1, boxes), "".join(text for _, _, text in wrapped))


def test_of_two_places_the_one_of_whole_words_is_taken() -> None:
    data = drawn((72, 700, 0, "ASTM A312 and 312 pieces"))
    (whole,) = located(data, "312")
    (all_of_it,) = located(data, "ASTM A312 and 312 pieces")
    assert whole.left > all_of_it.left + all_of_it.width / 2
    (inside,) = located(data, "TM A3")
    assert inside.left < whole.left


@pytest.mark.parametrize("quote", ["", " - ", "|", "words that are not there"])
def test_what_does_not_stand_there_has_no_box(quote: str) -> None:
    assert located(pdf(LINES), quote) == []


def test_words_outside_the_visible_page_have_no_box() -> None:
    assert located(turned(drawn((10, 10, 0, "hidden")), 0, (100, 100, 500, 700)), "hidden") == []


@needs_ocr
def test_a_quote_is_found_among_recognised_words_in_spite_of_wrong_letters() -> None:
    page = drawn((72, 700, 0, "All welds shall be inspected."), (72, 660, 0, "Passivate per ASTM A967."), font=14)
    picture = opened(rendered(page, 1700))
    words = image_page.words(source(saved(picture), "scan.png"))
    for quote in ("Passivate per ASTM A967.", "Passivate per A5TM A967."):
        (box,) = locate(quote, words, ocr=True)
        (exact,) = located(page, "Passivate per ASTM A967.")
        assert box.left == pytest.approx(exact.left, abs=0.01)
        assert box.width == pytest.approx(exact.width, abs=0.02)
        assert exact.top - 0.005 < box.top < exact.top + exact.height
        assert 0.3 < ink(picture, box) < 0.6
    assert locate("Paint it per ISO 12944 twice.", words, ocr=True) == []
