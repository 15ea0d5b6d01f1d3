"""Where tokens are asked for, a planner signs in and out again."""

from __future__ import annotations

import re
import time
from pathlib import Path

import pytest
from playwright.async_api import Browser, expect

from gateway.access.guard import COOKIE
from services.runtime.identity import Principal, StaticTokens
from tests.acceptance.browser.planner import planner_at
from tests.fakes.identity_provider import Provider
from tests.integration.gateway.web import Web, open_web

pytestmark = [pytest.mark.asyncio(loop_scope="package"), pytest.mark.xdist_group("browser"), pytest.mark.timeout(120)]
TOKEN = "a-token-of-sufficient-length"


async def test_a_planner_signs_in_and_out(browser: Browser, web: Web) -> None:
    identities = StaticTokens({TOKEN: Principal("ann", "acme")})
    async with open_web(web.house, identities=identities) as closed, planner_at(browser, closed.address) as planner:
        page = planner.page
        await planner.open("/?query=skid")
        await page.wait_for_url("**/sign-in?*")
        await expect(page.get_by_label("Access token")).to_be_focused()
        await planner.looks_right("sign-in")
        await page.get_by_label("Access token").fill("another")
        await page.keyboard.press("Enter")
        await expect(page.get_by_role("alert").filter(has_text=re.compile("not known"))).to_be_visible()
        await planner.looks_right("sign-in-refused")
        await page.get_by_label("Access token").fill(TOKEN)
        await planner.click("Sign in")
        await page.wait_for_url("**/?query=skid")
        await planner.looks_right("jobs-signed-in")
        await planner.click("Sign out")
        await page.wait_for_url("**/sign-in")
        await planner.open("/")
        await page.wait_for_url("**/sign-in?*")


async def test_a_token_of_the_identity_provider_serves_until_it_expires(
    browser: Browser, web: Web, tmp_path: Path
) -> None:
    provider = Provider()
    identities = provider.identities(tmp_path)
    async with open_web(web.house, identities=identities) as closed, planner_at(browser, closed.address) as planner:
        page = planner.page
        await planner.open("/sign-in")
        await page.get_by_label("Access token").fill(Provider().token())
        await planner.click("Sign in")
        await planner.sees(re.compile("token is not valid here"))
        await page.get_by_label("Access token").fill(provider.token())
        await planner.click("Sign in")
        await expect(page.get_by_role("button", name="New job")).to_be_visible()
        expired = provider.token(exp=time.time() - 60)
        await page.context.add_cookies([{"name": COOKIE, "value": expired, "url": planner.base}])
        await planner.open("/")
        await page.wait_for_url("**/sign-in?*")


async def test_nobody_signs_out_where_nobody_signed_in(browser: Browser, web: Web) -> None:
    async with planner_at(browser, web.address) as planner:
        await planner.open("/")
        await expect(planner.page.get_by_role("button", name="New job")).to_be_visible()
        await expect(planner.page.get_by_role("button", name="Sign out")).to_have_count(0)
