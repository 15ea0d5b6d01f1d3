"""What opening a page takes from the network."""

from __future__ import annotations

from collections import Counter
from typing import Any

from playwright.async_api import BrowserContext

_SETTLED_MILLISECONDS = 500


async def weigh(context: BrowserContext, url: str) -> int:
    """Bytes, headers included, of all that a first visit to `url` loads by itself: live streams as far as they are."""
    page = await context.new_page()
    client = await context.new_cdp_session(page)
    found: Counter[str] = Counter()

    def came(event: dict[str, Any]) -> None:
        length = event.get("encodedDataLength", 0) or event.get("response", {}).get("encodedDataLength", 0)
        found[event["requestId"]] += int(length)

    def ended(event: dict[str, Any]) -> None:
        """Only now is all of it known to have been counted."""
        found[event["requestId"]] = int(event["encodedDataLength"])

    client.on("Network.responseReceived", came)
    client.on("Network.dataReceived", came)
    client.on("Network.loadingFinished", ended)
    await client.send("Network.enable")
    await client.send("Network.setCacheDisabled", {"cacheDisabled": True})
    await page.goto(url, wait_until="load")
    await page.wait_for_timeout(_SETTLED_MILLISECONDS)
    await page.close()
    return found.total()
