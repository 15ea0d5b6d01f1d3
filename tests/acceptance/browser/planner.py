"""A planner at a browser: what they open, click and see. Every error that a page logs fails the test."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from itertools import product
from pathlib import Path
from typing import Literal

from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, BrowserContext, ConsoleMessage, Locator, Page, expect

from tests.acceptance.browser.weight import weigh
from tests.acceptance.command import ROOT

PICTURES = ROOT / "out" / "pages"
WIDTHS = {"wide": 1280, "narrow": 390}
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
# Each width and each scheme once: a long plan takes seconds.
CHECKED = {("wide", "light"), ("narrow", "dark")}
MAX_WEIGHT = 200_000
# What a page may say while its server is away.
_AWAY = re.compile(r"Failed to load resource|ERR_|EventSource")


class Planner:
    """One tab."""

    def __init__(self, page: Page, base: str) -> None:
        self.page = page
        self.base = base
        self.errors: list[str] = []
        page.on("console", self._console)
        page.on("pageerror", lambda error: self.errors.append(str(error)))

    async def open(self, path: str) -> None:
        """Goes to a path of the gateway."""
        await self.page.goto(self.base + path)

    async def click(self, name: str | re.Pattern[str]) -> None:
        """Presses the button with that name."""
        await self.page.get_by_role("button", name=name).click()

    async def sees(self, text: str | re.Pattern[str]) -> None:
        """The text is on the page, or comes."""
        await expect(self.page.get_by_text(text).first).to_be_visible()

    def agent(self, agent: str) -> Locator:
        """The badge of an agent."""
        return self.page.locator(f"#agent-{agent}")

    async def has_ended(self, how: str) -> None:
        """The run is over."""
        await expect(self.page.locator("#overall")).to_have_attribute("data-state", how)

    async def sequences(self) -> list[int]:
        """The numbers in the history, the newest first."""
        return [int(text) for text in await self.page.locator("#history li > :first-child").all_inner_texts()]

    async def create_job(self, project: str, customer: str = "Northwind Bioprocess") -> str:
        """Opens a job from the list; returns its id."""
        await self.open("/")
        await self.page.get_by_role("button", name=re.compile("New job|first job")).first.click()
        await expect(self.page.get_by_label("Project")).to_be_focused()
        await self.page.keyboard.type(project)
        await self.page.get_by_label("Customer").fill(customer)
        await self.click("Create job")
        await self.page.wait_for_url("**/papers")
        return self.page.url.split("/")[-2]

    async def upload(self, files: Iterable[Path]) -> None:
        """Chooses files and waits until all have been read."""
        await self.page.set_input_files("#files", list(files))
        await expect(self.page.locator("#uploads li")).to_have_count(0, timeout=30_000)

    async def drag(self, files: Iterable[Path], kind: str, place: str) -> None:
        """One step of dragging files from the desk over the middle of the element `place`, as the mouse does it."""
        box = await self.page.locator(place).bounding_box()
        assert box is not None
        client = await self.page.context.new_cdp_session(self.page)
        paths = [str(file) for file in files]
        data = {"items": [], "files": paths, "dragOperationsMask": 1}
        x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
        await client.send("Input.dispatchDragEvent", {"type": kind, "x": x, "y": y, "data": data})

    async def looks_right(self, name: str) -> None:
        """axe-core finds nothing, wide and light or narrow and dark; nothing scrolls sideways; the page is light.

        Keeps a picture of each width and scheme.
        """
        for (width, pixels), scheme in product(WIDTHS.items(), SCHEMES):
            await self.page.set_viewport_size({"width": pixels, "height": 900})
            await self.page.emulate_media(color_scheme=scheme)
            if (width, scheme) in CHECKED:
                results = await Axe().run(self.page, options={"resultTypes": ["violations"]})
                assert results.violations_count == 0, f"{self.page.url} ({scheme})\n{results.generate_report()}"
            used = await self.page.evaluate("document.documentElement.scrollWidth")
            assert used <= pixels, f"{self.page.url} is {used} wide in a window of {pixels}"
            await self.picture(f"{name}-{width}-{scheme}")
        assert await weigh(self.page.context, self.page.url) < MAX_WEIGHT
        await self.page.set_viewport_size({"width": WIDTHS["wide"], "height": 900})
        await self.page.emulate_media(color_scheme="light")

    async def picture(self, name: str) -> None:
        """Keeps a screenshot as an artifact, to be looked at."""
        PICTURES.mkdir(parents=True, exist_ok=True)
        await self.page.screenshot(path=PICTURES / f"{name}.png", animations="disabled")

    def _console(self, message: ConsoleMessage) -> None:
        if message.type == "error" and not _AWAY.search(message.text):
            self.errors.append(message.text)


@asynccontextmanager
async def planner_at(browser: Browser, address: str) -> AsyncIterator[Planner]:
    """A planner with a window of their own."""
    context = await browser.new_context(viewport={"width": WIDTHS["wide"], "height": 900}, accept_downloads=True)
    try:
        planner = await tab(context, address)
        yield planner
        assert planner.errors == []
    finally:
        await context.close()


async def tab(context: BrowserContext, address: str) -> Planner:
    """One more tab of the same window."""
    return Planner(await context.new_page(), f"http://{address}")
