"""The plan: every citation opens its source with the words marked; lines are edited, revisions compared."""

from __future__ import annotations

import re

import pytest
import pytest_asyncio
from playwright.async_api import Locator, expect

from buildplan.v1.document_service_pb2 import ListDocumentsRequest
from buildplan.v1.statement_pb2 import Statement
from tests.acceptance.browser.planner import Planner
from tests.acceptance.browser.test_run import behave, ready_job
from tests.acceptance.command import SAMPLES
from tests.fakes.patches import patch_of
from tests.fakes.specialist import Behaviour
from tests.integration.gateway.web import Told, Web

pytestmark = [pytest.mark.asyncio(loop_scope="package"), pytest.mark.xdist_group("browser"), pytest.mark.timeout(120)]


@pytest_asyncio.fixture(scope="module", loop_scope="package")
async def job(web: Web) -> str:
    """The id of a session whose plan is made from the samples."""
    session = await web.house.session()
    for paper in sorted(SAMPLES.iterdir()):
        await web.house.upload(session, paper.name, paper.read_bytes())
    await web.house.run(session)
    return session.removeprefix("sessions/")


def line(planner: Planner, words: str) -> Locator:
    """The first row of the plan's sections that says so."""
    return planner.page.locator(".section tbody tr").filter(has_text=words).first


async def cited(planner: Planner, words: str, source: str) -> Locator:
    """The source pane after a click on that citation of the line."""
    await line(planner, words).get_by_role("link", name=re.compile(source)).first.click()
    return planner.page.locator("#source")


@pytest.mark.parametrize(
    ("words", "source", "place", "marked"),
    [
        ("The Buyer returns comments", "SOW", "paragraph", "returns comments on submitted documents"),
        ("Gear reducer GR-400: lead time 26 weeks", "Quote", "paragraph", "lead time 26 weeks"),
        ("Receiving inspection of plate", "ITP", "cell", "Receiving inspection"),
    ],
)
async def test_a_citation_opens_the_words_in_text(
    planner: Planner, job: str, words: str, source: str, place: str, marked: str
) -> None:
    await planner.open(f"/jobs/{job}/plan")
    pane = await cited(planner, words, source)
    passage = pane.locator(".cited")
    await expect(passage.locator("mark").first).to_contain_text(marked)
    await expect(passage.locator(".where").first).to_contain_text(place)
    await expect(passage.first).to_be_in_viewport()
    await planner.page.keyboard.press("Escape")
    await expect(pane).to_be_hidden()
    focused = await planner.page.evaluate("document.activeElement.className")
    assert focused == "cite"


async def test_the_source_is_beside_the_plan_and_accessible(planner: Planner, job: str) -> None:
    await planner.open(f"/jobs/{job}/plan")
    await cited(planner, "The Buyer returns comments", "SOW")
    await planner.looks_right("plan-source-text")


async def test_a_citation_opens_the_email_at_its_words(planner: Planner, job: str) -> None:
    await planner.open(f"/jobs/{job}/plan")
    pane = await cited(planner, "Due date of production", "Email")
    await expect(pane.locator("mark")).to_contain_text("deliver the four production frames by 16 April 2027")
    await expect(pane.locator(".cited .where")).to_have_text("paragraph 2")
    await expect(pane).to_contain_text("From: Dana Whitfield")
    await expect(pane.locator("mark")).to_be_in_viewport()
    await planner.looks_right("plan-source-email")


async def test_what_was_not_found_on_its_page_is_marked(watcher: Planner, told: Told) -> None:
    job = await ready_job(told.web)
    documents = await told.house.documents.ListDocuments(ListDocumentsRequest(parent=f"sessions/{job}"))
    patch = patch_of("qma", "Helium leak test of every frame")
    statement = patch.sections.quality_plan.required_tests[0]
    statement.basis = Statement.BASIS_STATED
    statement.citations.add(document=documents.documents[0].name, page=1, quote="helium leak test")
    behave(told, qma=Behaviour(patches=(patch,)))
    await told.house.run(f"sessions/{job}")
    await watcher.open(f"/jobs/{job}/plan")
    await expect(watcher.page.locator("#gate-title")).to_have_text("Quality gate: blocked")
    row = line(watcher, "Helium leak test")
    await expect(row.locator(".tag")).to_have_text("unverified")
    for part, style, value in ((".unverified", "text-decoration-style", "wavy"), (".cite", "color", "rgb(138, 82, 0)")):
        await expect(row.locator(part)).to_have_css(style, value)
    await row.get_by_role("link").click()
    await expect(watcher.page.locator("#source")).to_contain_text("“helium leak test” was not found on this page")
    await watcher.looks_right("plan-unverified")


async def test_stated_and_inferred_are_told_apart(planner: Planner, job: str) -> None:
    await planner.open(f"/jobs/{job}/plan")
    await expect(line(planner, "Receive material and check certificates")).to_contain_text("inferred")
    await expect(line(planner, "The Buyer returns comments")).not_to_contain_text("inferred")


async def test_lines_are_changed_and_revisions_compared(planner: Planner, job: str) -> None:
    page = planner.page
    await planner.open(f"/jobs/{job}/plan")
    before = "Submit weld procedures in the first week."
    second = Planner(await page.context.new_page(), planner.base)
    await second.open(f"/jobs/{job}/plan")
    await line(planner, before).get_by_role("button").click()
    await page.get_by_role("textbox", name="Text").fill("Submit weld procedures in the second week.")
    await planner.looks_right("plan-edit")
    await planner.click("Save")
    await planner.sees("Revision 2")
    await expect(line(planner, "Submit weld procedures in the second week.")).to_contain_text("inferred")

    await line(second, before).get_by_role("button").click()
    await second.click("Remove line")
    await second.sees("The plan is at revision 2 by now")

    await planner.click("Revision 2")
    await page.get_by_role("link", name="Compare 1 with 2").click()
    await expect(page.locator("del")).to_have_text(["first"])
    await expect(page.locator("ins")).to_have_text(["second"])
    await planner.looks_right("plan-compare")


async def test_an_unknown_job_is_a_page_that_says_so(planner: Planner) -> None:
    await planner.open("/jobs/none/plan")
    await planner.sees("Not Found")
    await planner.looks_right("problem")
    planner.errors.clear()


async def test_a_citation_opens_the_page_as_a_picture_with_every_line_of_the_words_marked(
    planner: Planner, job: str
) -> None:
    await planner.open(f"/jobs/{job}/plan")
    pane = await cited(planner, "NO LINEAR INDICATIONS ALLOWED.", "Drawing")
    picture = pane.get_by_role("img")
    await expect(picture).to_have_js_property("complete", True)
    assert await picture.evaluate("image => image.naturalWidth") == 2000
    marks = pane.locator("rect.box")
    await expect(marks).to_have_count(2)
    first, second = [await marks.nth(number).bounding_box() for number in (0, 1)]
    assert first is not None
    assert second is not None
    assert second["y"] >= first["y"] + first["height"] / 2, "the words wrap: the second mark is a line lower"
    await expect(marks.first).to_be_in_viewport()
    larger = planner.page.get_by_role("button", name="Larger")
    await expect(larger).to_have_attribute("aria-pressed", "true")  # Else nobody could read the words of a drawing.
    for pressed in ("false", "true"):
        await larger.click()
        await expect(larger).to_have_attribute("aria-pressed", pressed)
        await expect(marks.first).to_be_in_viewport()
    await planner.looks_right("plan-source-picture")
