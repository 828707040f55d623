"""The pictures of the docs that need several people, in English and German; taken anew by

CHARGEHAND_SHOTS=docs/img .venv/bin/python -m pytest tests/journeys/test_pictures.py
"""

import re

import pytest
from playwright.async_api import Browser, Page, expect

from tests.journeys.test_demo import SHOTS, shoot, url

__all__ = ["url"]
pytestmark = [pytest.mark.browser, pytest.mark.skipif(not SHOTS, reason="CHARGEHAND_SHOTS names no folder")]
PEOPLE = ("Alice Adams", "Bob Brown", "Frank Foster")
FORMS = ("Resolve…", "Reassign…", "Release…")


async def speak_as(page: Page, name: str) -> None:
    await page.get_by_role("button", name=re.compile(f"^Speak as {name}")).click()
    await expect(page.get_by_role("button", name=re.compile(f"^Speak as {name}"))).to_have_attribute("aria-pressed", "true")


async def say(page: Page, text: str) -> None:
    """In #ops."""
    await page.get_by_role("button", name=re.compile("^#ops")).click()
    box = page.get_by_label("Message #ops")
    await box.fill(text)
    await box.press("Escape")
    await box.press("Enter")


@pytest.mark.parametrize("language", ["en", "de"])
async def test_card_forms_and_home(url: str, browser: Browser, language: str) -> None:
    page = await browser.new_page(viewport={"width": 1280, "height": 1000}, reduced_motion="reduce")
    await page.goto(url)
    for name in PEOPLE:
        await speak_as(page, name)
        await say(page, f"/chargehand me set language {language}")
    await speak_as(page, "Alice Adams")
    await say(page, f"/chargehand channel language {language}")
    await page.wait_for_timeout(1500)
    await speak_as(page, "Frank Foster")
    await say(page, "@chargehand redis is down, payments failing for everyone")
    await page.wait_for_timeout(4000)
    await speak_as(page, "Bob Brown")
    await page.wait_for_timeout(1000)
    await shoot(page, f"card-{language}")
    await page.get_by_role("button", name=re.compile("^Chargehand", re.IGNORECASE)).first.click()
    await page.get_by_role("button", name="Home").click()
    await page.wait_for_timeout(2500)
    await shoot(page, f"home-{language}")
