"""How soon a status change is on the page: `python -m benchmarks.browser`.

A coordinator and a gateway in processes of their own, four fake specialists that tell of a step every two seconds, and
chromium with many windows on the run's page, each at a host name and so with connections of its own. The time is from
the event's own to the line in the page's history; beside it stands the same for one window. Then what the page weighs.
"""

from __future__ import annotations

import argparse
import asyncio
import shutil
import statistics
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from playwright.async_api import Browser, BrowserContext, Page, async_playwright

from buildplan.v1.run_service_pb2 import CancelRunRequest, StartRunRequest
from services.runtime.channels import open_channel
from tests.acceptance.browser.weight import weigh
from tests.fakes.process import AGENTS, SpecialistProcess
from tests.integration.coordinator.house import House
from tests.integration.coordinator.papers import DRAWING
from tests.integration.gateway.processes import ServerProcess

RUN_SECONDS = 600
DOMAIN = "planner.test"
ARGUMENTS = [
    "--no-sandbox",
    "--disable-dev-shm-usage",
    "--disable-gpu",
    "--no-proxy-server",
    "--renderer-process-limit=4",
]
ARGUMENTS += [f"--host-resolver-rules=MAP *.{DOMAIN} 127.0.0.1"]
LISTEN = """() => {
    window.arrivals = [];
    new MutationObserver((records) => {
        const now = performance.timeOrigin + performance.now();
        for (const line of records.flatMap((record) => [...record.addedNodes])) {
            const happened = line.querySelector?.("local-time")?.getAttribute("datetime");
            if (happened) window.arrivals.push(now - Date.parse(happened));
        }
    }).observe(document.querySelector("#history"), { childList: true });
}"""


@asynccontextmanager
async def running(folder: Path, windows: int) -> AsyncIterator[list[str]]:
    """The URLs of the page of a run that goes on, one for each window."""
    specialists = [SpecialistProcess(agent, delay=RUN_SECONDS, steps=RUN_SECONDS // 2) for agent in AGENTS]
    addresses = {each.agent: each.address for each in specialists}
    hosts = [f"w{number}.{DOMAIN}" for number in range(windows)]
    try:
        with (
            ServerProcess.coordinator(folder, addresses) as coordinator,
            ServerProcess.gateway(coordinator.address, BUILDPLAN_ALLOWED_HOSTS=",".join(hosts)) as gateway,
        ):
            async with open_channel(coordinator.address) as channel:
                house = House(coordinator.address, channel, folder)
                session = await house.session()
                await house.upload(session, "drawing.md", DRAWING)
                run = (await house.runs.StartRun(StartRunRequest(parent=session))).run
                port, job = gateway.address.rpartition(":")[2], session.removeprefix("sessions/")
                yield [f"http://{host}:{port}/jobs/{job}/run" for host in hosts]
                await house.runs.CancelRun(CancelRunRequest(name=run.name))
    finally:
        for each in specialists:
            each.kill()


async def measure(browser: Browser, urls: list[str], seconds: float) -> list[float]:
    """Milliseconds of every event at every window."""
    context = await browser.new_context(reduced_motion="reduce", viewport={"width": 320, "height": 240})
    pages = [await _window(context, url) for url in urls]
    await asyncio.gather(*(page.evaluate(LISTEN) for page in pages))
    await asyncio.sleep(seconds)
    found = await asyncio.gather(*(page.evaluate("window.arrivals") for page in pages))
    await context.close()
    return [delay for delays in found for delay in delays]


async def _window(context: BrowserContext, url: str) -> Page:
    """It is small and spins no wheels: fifty planners have fifty screens, and one would be measured painting."""
    page = await context.new_page()
    await page.goto(url, timeout=120_000)
    return page


async def main_async(windows: int, seconds: float) -> None:
    chromium = shutil.which("chromium")
    assert chromium, "chromium is not installed: apt-get install chromium"
    with tempfile.TemporaryDirectory() as folder:
        async with running(Path(folder), windows) as urls, async_playwright() as playwright:
            browser = await playwright.chromium.launch(executable_path=chromium, args=ARGUMENTS)
            for count in (1, windows):
                delays = sorted(await measure(browser, urls[:count], seconds))
                median, p99 = statistics.median(delays), delays[int(0.99 * len(delays))]
                print(f"{count:3} windows: {len(delays)} arrivals, median {median:5.1f} ms, p99 {p99:5.1f} ms")
            print(f"weight of the page of a run: {await weigh(await browser.new_context(), urls[0]) / 1000:.0f} kB")
            await browser.close()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--windows", type=int, default=50)
    parser.add_argument("--seconds", type=float, default=15)
    arguments = parser.parse_args()
    asyncio.run(main_async(arguments.windows, arguments.seconds))
    print("from a status change to the page with 50 windows: p99 under 100 ms, and under 200 kB, are wanted")


if __name__ == "__main__":
    main()
