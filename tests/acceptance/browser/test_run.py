"""A run as planners watch it: badges, sections as they come, cancel, a killed agent, and what is left of it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.async_api import Browser, expect

from services.coordinator.runs.policy import RunPolicy
from services.runtime.errors import ResourceExhausted
from tests.acceptance.browser.planner import Planner, planner_at, tab
from tests.fakes.process import SpecialistProcess
from tests.fakes.specialist import Behaviour
from tests.integration.coordinator.house import open_house
from tests.integration.coordinator.papers import DRAWING
from tests.integration.gateway.web import Told, Web, open_web

pytestmark = [pytest.mark.asyncio(loop_scope="package"), pytest.mark.xdist_group("browser"), pytest.mark.timeout(120)]
TURNING = "document.getAnimations().filter((each) => each.animationName === 'turn').length"
AGENTS = ("qma", "pma", "sca", "ema")


async def ready_job(web: Web) -> str:
    """A session with a paper; its id."""
    session = await web.house.session()
    await web.house.upload(session, "drawing.md", DRAWING)
    return session.removeprefix("sessions/")


def behave(told: Told, **behaviours: Behaviour) -> None:
    """What each agent does from now on; those that are not named answer at once."""
    for agent, fake in told.fakes.items():
        fake.behaviour = behaviours.get(agent, Behaviour())


async def start(planner: Planner, job: str) -> None:
    await planner.open(f"/jobs/{job}/papers")
    await planner.click("Run agents")
    await planner.page.wait_for_url("**/run")


async def test_sections_come_as_their_agents_finish_and_seconds_tick_silently(watcher: Planner, told: Told) -> None:
    behave(told, sca=Behaviour(hang=True, delay=0.1, steps=2), ema=Behaviour(hang=True))
    job = await ready_job(told.web)
    await start(watcher, job)
    page = watcher.page
    await expect(watcher.agent("qma")).to_have_attribute("data-state", "complete")
    await expect(page.locator("#section-quality_plan")).to_contain_text("a line of qma", use_inner_text=False)
    await expect(page.locator("#section-engineering_instructions")).to_have_count(0)
    await expect(watcher.agent("sca")).to_contain_text("Step 2 of 2")
    await expect(page.locator("#advance")).to_contain_text("2 of 4 agents complete")
    clock = watcher.agent("ema").locator("tick-time")
    shown = await clock.inner_text()
    await page.evaluate(
        "window.said = 0; new MutationObserver(() => window.said++).observe(announcer, {childList: true})"
    )
    await expect(clock).not_to_have_text(shown)
    assert await page.evaluate("window.said") == 0
    assert await page.evaluate(TURNING) == 3
    await page.emulate_media(reduced_motion="reduce")
    assert await page.evaluate(TURNING) == 0
    await watcher.looks_right("run-running")
    await watcher.click("Cancel run")
    await watcher.has_ended("cancelled")
    await expect(page.locator("#announcer")).to_have_text(re.compile("cancelled|error", re.IGNORECASE))
    await expect(page.get_by_role("button", name="Cancel run")).to_have_count(0)


async def test_a_wait_says_why_and_how_long(watcher: Planner, told: Told) -> None:
    behave(told, pma=Behaviour(error=ResourceExhausted("RATE_LIMITED", "the provider asks to wait", retry_after=25)))
    await start(watcher, await ready_job(told.web))
    badge = watcher.agent("pma")
    await expect(badge).to_contain_text("Its model's provider failed for now; runs again alone")
    await expect(badge).to_contain_text(re.compile(r"Next attempt in \d+ s"))
    await expect(badge).to_contain_text("attempt 1 of 3")
    left = badge.locator("tick-time[data-until]")
    await expect(left).not_to_have_text(await left.inner_text())
    await watcher.click("Cancel run")
    await watcher.has_ended("cancelled")


async def test_an_event_changes_only_what_differs(watcher: Planner, told: Told) -> None:
    behave(told, sca=Behaviour(delay=60, steps=600))
    await start(watcher, await ready_job(told.web))
    badge = watcher.agent("sca")
    step = re.compile(r"step \d+ of 600", re.IGNORECASE)
    await expect(badge).to_contain_text(step)
    first = step.findall(await badge.inner_text())
    await badge.evaluate("(element) => { window.wheel = element.querySelector('.icon'); }")
    await expect(badge).not_to_contain_text(first[0])
    assert await watcher.page.evaluate("wheel.isConnected")
    await watcher.click("Cancel run")
    await watcher.has_ended("cancelled")
    assert await badge.inner_text() == await _reloaded(watcher, "sca")


async def _reloaded(planner: Planner, agent: str) -> str:
    await planner.page.reload()
    return await planner.agent(agent).inner_text()


async def test_an_agent_killed_in_the_middle_is_retried_from_the_page(
    browser: Browser, told: Told, tmp_path: Path
) -> None:
    behave(told)
    slow = SpecialistProcess("sca", delay=30, steps=300)
    addresses = {agent: fake.address for agent, fake in told.fakes.items()} | {"sca": slow.address}
    async with (
        open_house(tmp_path, addresses, RunPolicy(attempts=5, patience=2.0)) as house,
        open_web(house) as web,
        planner_at(browser, web.address) as planner,
    ):
        page = planner.page
        job = await ready_job(web)
        await start(planner, job)
        await expect(planner.agent("sca")).to_contain_text(re.compile(r"step \d+ of 300", re.IGNORECASE))
        slow.kill()
        await planner.has_ended("partial")
        await expect(planner.agent("sca")).to_have_attribute("data-state", "error")
        section = page.locator("#section-release_plan")
        await expect(section).to_contain_text("not written")
        await planner.click("Resume from checkpoint")
        await expect(page.locator("#checkpoint-list")).to_contain_text("QMA Quality: 1 line kept")
        await expect(page.locator("#checkpoint-list")).to_contain_text("SCA Schedule: runs again")
        await planner.looks_right("run-partial")
        await planner.open(f"/jobs/{job}/plan")
        await expect(page.locator("#section-release_plan")).to_contain_text("UNREACHABLE")
        await planner.looks_right("plan-partial")
        mended = SpecialistProcess("sca", port=slow.port)
        try:
            assert mended.address == slow.address
            await page.get_by_role("button", name="Retry this agent: SCA, for Release plan").click()
            await page.wait_for_url("**/run")
            await planner.has_ended("succeeded")
            await expect(section).to_contain_text("Do early")
            await planner.open(f"/jobs/{job}/plan")
            await expect(page.locator("#section-release_plan")).to_contain_text("a line of sca")
        finally:
            mended.kill()


async def test_two_tabs_show_the_same_and_hear_of_each_other(watcher: Planner, told: Told) -> None:
    behave(told, ema=Behaviour(hang=True))
    job = await ready_job(told.web)
    await start(watcher, job)
    await expect(watcher.agent("qma")).to_have_attribute("data-state", "complete")
    second = await tab(watcher.page.context, told.web.address)
    await second.open(f"/jobs/{job}/run")
    await expect(second.agent("ema")).to_have_attribute("data-state", "running")
    await second.click("Cancel run")
    for each in (watcher, second):
        await each.has_ended("cancelled")
    assert await watcher.sequences() == await second.sequences()
    behave(told)
    await watcher.click("Resume from checkpoint")
    await watcher.click(re.compile("^Resume$"))
    for each in (watcher, second):
        await each.has_ended("succeeded")
    assert await watcher.sequences() == await second.sequences()
    assert second.errors == []


async def test_papers_of_another_tab_appear(watcher: Planner, told: Told, tmp_path: Path) -> None:
    job = await watcher.create_job("Two tabs")
    second = await tab(watcher.page.context, told.web.address)
    await second.open(f"/jobs/{job}/papers")
    paper = tmp_path / "drawing.md"
    paper.write_bytes(DRAWING)
    await watcher.upload([paper])
    for each in (watcher, second):
        await expect(each.page.get_by_role("link", name="drawing.md")).to_be_visible()
        await expect(each.page.get_by_role("button", name="Run agents")).to_be_enabled()
