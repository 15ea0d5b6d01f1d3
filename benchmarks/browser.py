"""How soon a status change is on the page: `python -m benchmarks.browser`.

A coordinator and a gateway in processes of their own, four fake specialists that tell of a step about every two
seconds, and chromium with many windows on the run's page, each at a host name and so with connections of its own. The
time is from the event's own to the line in the page's history; beside it stands the same for one window, and for many
whose pixels are not drawn: fifty planners have fifty screens, which the cores of one machine need not draw. Then what
the page weighs, and how long after the start of the gateway it is painted.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import shutil
import socket
import statistics
import tempfile
import time
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

# Apart from each other, as agents are.
AGENT_SECONDS, STEPS, STARTS = (565, 585, 605, 625), 300, 5
# What is measured are open windows and an open browser, not how long fifty of them take to open and to close.
SETTLING = 2.0
DOMAIN = "planner.test"
ARGUMENTS = [
    "--no-sandbox",
    "--disable-dev-shm-usage",
    "--disable-gpu",
    "--no-proxy-server",
    "--renderer-process-limit=4",
]
ARGUMENTS += [f"--host-resolver-rules=MAP *.{DOMAIN} 127.0.0.1"]
UNDRAWN = "document.documentElement.style.display = 'none'"
PAINTED = """() => new Promise((done) => new PerformanceObserver((found) => {
    const paint = found.getEntriesByName("first-contentful-paint")[0];
    if (paint) done(performance.timeOrigin + paint.startTime);
}).observe({ type: "paint", buffered: true }))"""
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
async def running(folder: Path, windows: int) -> AsyncIterator[tuple[ServerProcess, list[str]]]:
    """The gateway, and the URLs of the page of a run that goes on, one for each window."""
    pairs = zip(AGENTS, AGENT_SECONDS, strict=True)
    specialists = [SpecialistProcess(agent, delay=seconds, steps=STEPS) for agent, seconds in pairs]
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
                yield gateway, [f"http://{host}:{port}/jobs/{job}/run" for host in hosts]
                await house.runs.CancelRun(CancelRunRequest(name=run.name))
    finally:
        for each in specialists:
            each.kill()


async def measure(browser: Browser, urls: list[str], seconds: float, *, drawn: bool) -> list[float]:
    """Milliseconds of every event at every window, in their order of size."""
    context = await browser.new_context(reduced_motion="reduce", viewport={"width": 320, "height": 240})
    pages = [await _window(context, url) for url in urls]
    if not drawn:
        await asyncio.gather(*(page.evaluate(UNDRAWN) for page in pages))
    await asyncio.sleep(SETTLING)
    await asyncio.gather(*(page.evaluate(LISTEN) for page in pages))
    await asyncio.sleep(seconds)
    found = await asyncio.gather(*(page.evaluate("window.arrivals") for page in pages))
    await context.close()
    return sorted(delay for delays in found for delay in delays)


async def _window(context: BrowserContext, url: str) -> Page:
    """It is small and spins no wheels: fifty planners have fifty screens, and one would be measured painting."""
    page = await context.new_page()
    await page.goto(url, timeout=120_000)
    return page


async def first_paint(browser: Browser, gateway: ServerProcess) -> float:
    """Milliseconds from the start of the gateway's process until the list of jobs is painted."""
    gateway.kill()
    page = await browser.new_page()
    await asyncio.sleep(SETTLING)
    began = time.time()
    gateway.start()
    await asyncio.to_thread(_until_it_listens, gateway.address)
    await page.goto(f"http://{gateway.address}/")
    painted: float = await page.evaluate(PAINTED)
    await page.close()
    return painted - 1000 * began


def _until_it_listens(address: str) -> None:
    """A browser that asks too early would spend its time on a page that says so."""
    host, _, port = address.rpartition(":")
    while True:
        with socket.socket() as client:
            if client.connect_ex((host, int(port))) == 0:
                return
        time.sleep(0.005)


async def main_async(windows: int, seconds: float) -> None:
    chromium = shutil.which("chromium")
    assert chromium, "chromium is not installed: apt-get install chromium"
    with tempfile.TemporaryDirectory() as folder:
        os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # Installed code is compiled once, not at each start.
        async with running(Path(folder), windows) as (gateway, urls), async_playwright() as playwright:
            browser = await playwright.chromium.launch(executable_path=chromium, args=ARGUMENTS)
            for count, drawn in ((1, True), (windows, True), (windows, False)):
                delays = await measure(browser, urls[:count], seconds, drawn=drawn)
                median, p99 = statistics.median(delays), delays[int(0.99 * len(delays))]
                how = "drawn" if drawn else "not drawn"
                print(f"{count:3} windows, {how}: {len(delays)} arrivals, median {median:5.1f} ms, p99 {p99:5.1f} ms")
            print(f"weight of the page of a run: {await weigh(await browser.new_context(), urls[0]) / 1000:.0f} kB")
            starts = [await first_paint(browser, gateway) for _ in range(STARTS)]
            print(f"from the start of the gateway to the first paint: median {statistics.median(starts):.0f} ms")
            await browser.close()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--windows", type=int, default=50)
    parser.add_argument("--seconds", type=float, default=15)
    arguments = parser.parse_args()
    asyncio.run(main_async(arguments.windows, arguments.seconds))
    print("wanted: from a status change to 50 windows p99 under 100 ms, under 200 kB, painted within 1000 ms")


if __name__ == "__main__":
    main()
