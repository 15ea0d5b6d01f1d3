"""Papers: corrected in place, contradictory, unreadable, removed; and what a run would cost."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.async_api import expect

from buildplan.v1.agent_pb2 import Usage
from tests.acceptance.browser.planner import Planner
from tests.acceptance.browser.test_run import behave, ready_job
from tests.acceptance.command import SAMPLES
from tests.fakes.specialist import Behaviour
from tests.integration.gateway.web import Told

pytestmark = [pytest.mark.asyncio(loop_scope="package"), pytest.mark.xdist_group("browser"), pytest.mark.timeout(120)]
DRAWING = "BR-2041_drawing_rev_B.pdf"
ORDER = "PO_4500781234.pdf"
# Out of the window, which the browser's protocol cannot do.
LEAVE = """() => {
    const dataTransfer = new DataTransfer();
    dataTransfer.items.add(new File(["x"], "x.txt"));
    document.body.dispatchEvent(new DragEvent("dragleave", { bubbles: true, dataTransfer }));
}"""


async def test_what_was_recognised_is_corrected_in_place(planner: Planner) -> None:
    page = planner.page
    job = await planner.create_job("Corrections")
    await planner.upload([SAMPLES / DRAWING])
    await page.get_by_label(f"Kind of {DRAWING}").select_option("meeting notes")
    await expect(page.get_by_label(f"Precedence of {DRAWING}")).to_have_value("6")
    await expect(page.locator("#readiness")).to_contain_text("Add the drawing")
    revision = page.get_by_label(f"Revision of {DRAWING}")
    await revision.fill("C")
    async with page.expect_response(lambda answer: answer.request.method == "PATCH"):
        await revision.press("Tab")
    await page.reload()
    await expect(page.get_by_label(f"Revision of {DRAWING}")).to_have_value("C")
    await expect(page.get_by_label(f"Kind of {DRAWING}")).to_have_value("DOCUMENT_KIND_MEETING_NOTES")
    await planner.click(f"Remove {DRAWING}")
    await planner.click("Remove paper")
    await expect(page.locator(".papers")).to_have_count(0)
    await expect(page.get_by_role("button", name="Run agents")).to_be_disabled()
    await planner.open(f"/jobs/{job}/papers")
    await expect(page.locator(".papers")).to_have_count(0)


@pytest.mark.parametrize("place", ["drop-zone", "h1"])
async def test_papers_are_dragged_and_dropped_on_the_page(planner: Planner, place: str) -> None:
    page = planner.page
    await planner.create_job("Dropped")
    zone = page.locator("drop-zone")
    await planner.drag([SAMPLES / DRAWING, SAMPLES / ORDER], "dragEnter", place)
    await planner.drag([SAMPLES / DRAWING, SAMPLES / ORDER], "dragOver", place)
    await expect(zone).to_have_class("drop over")
    await planner.looks_right("papers-dragged")
    await page.evaluate(LEAVE)
    await expect(zone).to_have_class("drop")
    for kind in ("dragEnter", "dragOver", "drop"):
        await planner.drag([SAMPLES / DRAWING, SAMPLES / ORDER], kind, place)
    await expect(page.locator(".papers tbody tr:not(.note)")).to_have_count(2)
    await expect(page.locator("#uploads li")).to_have_count(0)
    await expect(zone).to_have_class("drop")


async def test_contradictions_are_shown_before_a_run_and_can_be_decided(planner: Planner) -> None:
    page = planner.page
    await planner.create_job("Contradictions")
    await planner.upload([SAMPLES / DRAWING, SAMPLES / ORDER])
    conflict = page.get_by_role("article", name="Passivation", exact=True)
    await expect(conflict).to_contain_text("undecided: equal precedence")
    await conflict.get_by_role("link", name=re.compile("Drawing")).click()
    await expect(page.locator("#source")).to_contain_text("drawing BR-2041")
    await planner.looks_right("papers-source")
    await planner.click("Close the source")
    await conflict.get_by_text("Record an answer").click()
    await conflict.get_by_label("What is valid").select_option("ASTM A967 citric 4")
    await conflict.get_by_label("Why").fill("The buyer says so, 25 November")
    await conflict.get_by_role("button", name="Record").click()
    await expect(conflict).to_contain_text("ASTM A967 citric 4, chosen by you")
    await expect(conflict).to_contain_text("The buyer says so, 25 November")


async def test_a_file_that_cannot_be_read_says_why_and_stops_nothing(planner: Planner, tmp_path: Path) -> None:
    broken = tmp_path / "scan <b>of a drawing.pdf"
    broken.write_bytes(b"%PDF-1.7 and nothing of the kind")
    await planner.create_job("Unreadable")
    await planner.upload([broken, SAMPLES / ORDER])
    note = planner.page.locator("tr.note")
    await expect(note).to_have_count(1)
    await expect(note.locator(".bad")).not_to_be_empty()
    await planner.sees(broken.name)
    await planner.looks_right("papers-unreadable")


async def test_a_name_can_be_missing_and_the_button_says_so(planner: Planner) -> None:
    page = planner.page
    await planner.create_job("Nameless")
    await planner.upload([SAMPLES / ORDER])
    await expect(page.get_by_role("button", name="Run agents")).to_be_enabled()
    customer = page.get_by_role("textbox", name="Customer")
    await customer.fill("")
    await customer.press("Tab")
    await expect(page.get_by_role("button", name="Run agents")).to_be_disabled()
    await expect(page.locator("#run-why")).to_contain_text(re.compile("customer", re.IGNORECASE))


async def test_what_a_run_costs_is_shown_and_a_limit_is_kept(watcher: Planner, told: Told) -> None:
    usage = Usage(input_tokens=90_000, output_tokens=24_000, cost_usd=0.19)
    behave(told, **{agent: Behaviour(estimate=usage) for agent in told.fakes})
    job = await ready_job(told.web)
    await watcher.open(f"/jobs/{job}/papers")
    await watcher.sees("One attempt of each agent costs at most $0.76.")
    await watcher.looks_right("papers-cost")
    await watcher.page.get_by_label("Do not start above").fill("0.5")
    await watcher.click("Run agents")
    await expect(watcher.page.locator("#readiness .problem")).to_contain_text("the limit is $0.5")
    await watcher.page.get_by_label("Do not start above").fill("1")
    await watcher.click("Run agents")
    await watcher.page.wait_for_url("**/run")
    await watcher.has_ended("succeeded")
