"""`make demo` as a new user meets it: the page, the walk-through, one wrong input; with the real bot.

CHARGEHAND_SHOTS=docs/img renews the pictures in the docs.
"""

import asyncio
import os
import re
import signal
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Browser, Page, expect

from tests.journeys.browser import BROWSER
from tests.process import begun

ROOT = Path(__file__).parent.parent.parent
SHOTS = os.environ.get("CHARGEHAND_SHOTS")
expect.set_options(timeout=40_000)
pytestmark = BROWSER


@pytest.fixture
async def made() -> AsyncIterator[str]:
    """The demo, started the way the Makefile starts it; the address it prints."""
    demo = await asyncio.create_subprocess_exec(
        sys.executable, "app.py", "demo", "--port", "0", cwd=ROOT, stdout=asyncio.subprocess.PIPE
    )
    assert demo.stdout
    yield await _address(demo.stdout)
    demo.send_signal(signal.SIGINT)
    rest, _ = await asyncio.wait_for(demo.communicate(), 60)
    assert demo.returncode == 0, rest.decode()


@pytest.fixture
async def url() -> AsyncIterator[str]:
    """The demo, in a process that has no imports to wait for; the address it prints."""
    demo = await begun(ROOT / "app.py", "demo", "--port", "0")
    yield await _address(demo.stdout)
    demo.send_signal(signal.SIGINT)
    rest, err = await asyncio.wait_for(demo.communicate(), 60)
    assert demo.returncode == 0, (rest + err).decode()


async def _address(printed: asyncio.StreamReader) -> str:
    line = (await asyncio.wait_for(printed.readline(), 60)).decode()
    found = re.search(r"http://127\.0\.0\.1:\d+", line)
    assert found, line
    return found.group()


async def shoot(page: Page, name: str) -> None:
    if SHOTS:
        await page.wait_for_timeout(700)  # for the picture alone: toasts and focus rings settle
        await page.screenshot(path=str(ROOT / SHOTS / f"{name}.png"))


async def test_the_walk_through(made: str, browser: Browser) -> None:
    page = await browser.new_page(viewport={"width": 1280, "height": 860}, reduced_motion="reduce")
    await page.goto(made)
    frank = page.get_by_role("button", name="Speak as Frank Foster")
    await frank.click()
    await expect(frank).to_have_attribute("aria-pressed", "true")
    await expect(page.get_by_role("button", name="#secret")).to_be_hidden()
    box = page.get_by_label("Message #ops")
    await box.fill("@chargehand redis is down, payments failing for everyone")
    await box.press("Escape")
    await box.press("Enter")

    thread = page.get_by_role("complementary", name="Thread")
    card = thread.get_by_text("CH-1")
    await expect(card.first).to_be_visible()
    for words in ("Critical", "Platform", "@bob", "triaged by rules (no model configured)"):
        await expect(thread.get_by_text(words).first).to_be_visible()
    await expect(page.get_by_role("button", name="Speak as Bob Brown, has a new direct message")).to_be_visible()
    await expect(page.get_by_role("button", name="Speak as Alice Adams, has a new direct message")).to_be_visible()
    await shoot(page, "card")

    await thread.get_by_role("button", name="Resolve…").click()
    await expect(page.get_by_text("You may not resolve CH-1").first).to_be_visible()

    await page.get_by_role("button", name="Speak as Bob Brown").click()
    await page.get_by_role("button", name=re.compile("^#ops")).click()
    await page.get_by_role("button", name="1 reply").click()
    await thread.get_by_role("button", name="Resolve…").click()
    form = page.get_by_role("dialog")
    await form.get_by_role("button", name="Resolve").click()
    await expect(form.get_by_text("Pick a reason or write one")).to_be_visible()
    await form.get_by_label("In your words").fill("failed over to the replica")
    await shoot(page, "form")
    await form.get_by_role("button", name="Resolve").click()
    await expect(thread.get_by_text("failed over to the replica").first).to_be_visible()
    await expect(thread.get_by_role("button", name="Reopen…")).to_be_visible()
    await shoot(page, "resolved")
    await page.close()


async def test_an_issue_from_open_to_closed(url: str, browser: Browser) -> None:
    page = await browser.new_page(viewport={"width": 1280, "height": 860}, reduced_motion="reduce")
    await page.goto(url)
    await page.get_by_role("button", name="Speak as Frank Foster").click()
    await page.get_by_role("button", name="acme/shop, 0 open").click()
    await expect(page.get_by_role("heading", name="acme/shop")).to_be_visible()
    await page.get_by_role("button", name="New issue").click()
    form = page.get_by_role("dialog", name="New issue in acme/shop")
    await form.get_by_label("Title").fill("redis is down, nobody can pay")
    await form.get_by_label("Description").fill("Since **noon** <b>every</b> payment fails.")
    await form.get_by_label("bug").check()
    await form.get_by_role("button", name="Open issue").click()

    issue = page.get_by_role("complementary", name="Issue")
    await expect(issue.get_by_role("heading", name="redis is down, nobody can pay")).to_be_visible()
    await expect(issue.get_by_text("<b>every</b> payment fails.")).to_be_visible()
    await expect(issue.get_by_role("article", name="chargehand-robot")).to_contain_text("Tracked as CH-1")
    box = page.get_by_label("Comment on acme/shop#1")
    await box.fill("it happens to me too")
    await box.press("Enter")
    await expect(issue.get_by_role("article").last).to_contain_text("it happens to me too")
    await shoot(page, "issue")

    await page.get_by_role("button", name="Webhook deliveries").click()
    opened = page.get_by_role("article", name="issues.opened acme/shop#1")
    await expect(opened).to_have_count(1)
    await opened.get_by_role("button", name="Redeliver").click()
    await expect(page.get_by_role("article", name="issues.opened acme/shop#1, 202 duplicate")).to_be_visible()
    ids = await opened.locator("small code").all_inner_texts()
    assert ids[:2] == ids[2:], "a redelivery keeps its id and is answered with the first correlation id"
    await shoot(page, "deliveries")

    await opened.first.get_by_role("button", name="acme/shop#1").click()
    await issue.get_by_role("button", name="Close issue").click()
    await expect(issue.get_by_text("frank closed this")).to_be_visible()
    await page.get_by_role("button", name=re.compile("^#ops")).click()
    await expect(page.get_by_text("Resolved: closed on GitHub by frank")).to_be_visible()
    async with page.expect_popup() as opening:
        await page.get_by_role("link", name="acme/shop#1").click()
    there = await opening.value
    await there.get_by_role("complementary", name="Issue").get_by_role("button", name="Reopen issue").click()
    await expect(page.get_by_text("reopened on GitHub by alice")).to_be_visible()
    await page.close()


async def test_a_slip_of_the_finger_is_answered_with_what_was_meant(url: str, browser: Browser) -> None:
    page = await browser.new_page(viewport={"width": 1280, "height": 860}, reduced_motion="reduce")
    await page.goto(url)
    box = page.get_by_label("Message #ops")
    await box.fill("/chargehand lst")
    await box.press("Escape")
    await box.press("Enter")
    await expect(page.get_by_text("Did you mean list?").first).to_be_visible()
    await page.close()


async def test_two_quick_presses_both_count(url: str, browser: Browser) -> None:
    page = await browser.new_page(viewport={"width": 1280, "height": 860}, reduced_motion="reduce")
    await page.goto(url)
    await expect(page.get_by_role("button", name="Speak as Frank Foster")).to_be_visible()
    await page.evaluate(
        """() => ["Speak as Frank Foster", "#payments"].forEach((name) =>
            document.querySelector(`button[aria-label^="${name}"]`).click())"""
    )
    await expect(page.get_by_role("heading", name="payments", exact=False).first).to_be_visible()
    frank = page.get_by_role("button", name="Speak as Frank Foster")
    await expect(frank).to_have_attribute("aria-pressed", "true")
    await expect(page.get_by_role("button", name=re.compile("^#payments"))).to_have_attribute("aria-current", "page")
    await page.close()
