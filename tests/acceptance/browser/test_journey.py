"""The whole job by a planner who has never seen the product: from an empty list to an exported plan."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from playwright.async_api import expect

from tests.acceptance.browser.planner import Planner
from tests.acceptance.command import SAMPLES

pytestmark = [pytest.mark.asyncio(loop_scope="package"), pytest.mark.xdist_group("browser"), pytest.mark.timeout(240)]


async def test_from_an_empty_list_to_an_exported_plan(planner: Planner, tmp_path: Path) -> None:
    await planner.open("/")
    await planner.sees("No jobs yet")
    await planner.looks_right("jobs-empty")
    job = await planner.create_job("BR-2041 Bioreactor Skid Frame")
    await _bring_papers(planner)
    await _run(planner)
    await _take_away(planner, tmp_path)
    await _find_and_delete(planner, job)


async def _bring_papers(planner: Planner) -> None:
    page = planner.page
    run = page.get_by_role("button", name="Run agents")
    await expect(run).to_be_disabled()
    await expect(page.locator("#run-why")).to_contain_text("No files uploaded")
    await planner.looks_right("papers-empty")
    await planner.upload(sorted(SAMPLES.iterdir()))
    await expect(page.locator(".papers tbody tr:not(.note)")).to_have_count(11)
    await expect(page.get_by_label("Revision of BR-2041_drawing_rev_B.pdf")).to_have_value("B")
    await page.get_by_role("textbox", name="Family page").fill("Skid frames")
    await page.get_by_role("textbox", name="Family page").blur()
    await expect(page.locator("#score-title")).to_contain_text("95 %")
    await expect(page.locator("#readiness")).to_contain_text("+5: Get the customer's answer")
    await planner.looks_right("papers")
    await expect(run).to_be_enabled()


async def _run(planner: Planner) -> None:
    page = planner.page
    await planner.click("Run agents")
    await page.wait_for_url("**/run")
    await planner.has_ended("succeeded")
    for agent in ("qma", "pma", "sca", "ema"):
        await expect(planner.agent(agent)).to_contain_text("Complete")
    sequences = await planner.sequences()
    assert sequences == list(range(sequences[0], 0, -1))
    await expect(page.locator("#section-purchasing")).to_be_visible()
    await planner.looks_right("run-complete")


async def _take_away(planner: Planner, folder: Path) -> None:
    page = planner.page
    await page.get_by_role("link", name=re.compile("Read the plan")).click()
    await planner.sees("Quality gate: passed")
    await planner.looks_right("plan")
    for form in ("Word", "Excel", "Markdown", "JSON"):
        await planner.click("Take away")
        async with page.expect_download() as started:
            await page.get_by_role("link", name=re.compile(form)).click()
        taken = await started.value
        await taken.save_as(folder / taken.suggested_filename)
        await page.keyboard.press("Escape")
    assert json.loads((folder / "plan-1.json").read_text())["revision"] == 1
    assert "Strategic Build Plan" in (folder / "plan-1.md").read_text()


async def _find_and_delete(planner: Planner, job: str) -> None:
    page = planner.page
    await planner.open("/?query=bioreactor")
    link = page.get_by_role("link", name="BR-2041 Bioreactor Skid Frame")
    await expect(link).to_have_attribute("href", f"/jobs/{job}/plan")
    await planner.looks_right("jobs")
    await planner.click("Delete BR-2041 Bioreactor Skid Frame")
    await planner.looks_right("jobs-delete")
    await planner.click("Cancel")
    await expect(page.locator("tbody tr")).to_have_count(1)
    await planner.click("Delete BR-2041 Bioreactor Skid Frame")
    await planner.click("Delete job")
    await expect(page.locator("tbody tr")).to_have_count(0)
