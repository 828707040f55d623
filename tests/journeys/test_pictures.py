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
HOMES = {"home": "Bob Brown", "home-manager": "Alice Adams"}
RESOLVE = {"en": "Resolve…", "de": "Lösen…"}


async def speak_as(page: Page, name: str) -> None:
    person = page.get_by_role("button", name=re.compile(f"^Speak as {name}"))
    await person.click()
    await expect(person).to_have_attribute("aria-pressed", "true")


async def say(page: Page, text: str) -> None:
    await page.get_by_role("button", name=re.compile("^#ops")).click()
    box = page.get_by_label("Message #ops")
    await box.fill(text)
    await box.press("Escape")
    await box.press("Enter")


async def speak_german(page: Page) -> None:
    for name in PEOPLE:
        await speak_as(page, name)
        await say(page, "/chargehand me set language de")
    await speak_as(page, "Alice Adams")
    await say(page, "/chargehand channel language de")
    await expect(page.get_by_text("language").last).to_be_visible()


@pytest.mark.parametrize("language", RESOLVE)
async def test_card_form_and_homes(url: str, browser: Browser, language: str) -> None:
    suffix = "" if language == "en" else f"-{language}"
    page = await browser.new_page(viewport={"width": 1280, "height": 860}, reduced_motion="reduce")
    await page.goto(url)
    if suffix:  # English is what is spoken unasked
        await speak_german(page)
    await speak_as(page, "Frank Foster")
    await say(page, "@chargehand redis is down, payments failing for everyone")
    await expect(page.get_by_role("button", name=re.compile("^Speak as Bob Brown, has a new"))).to_be_visible()

    await speak_as(page, "Bob Brown")
    await page.get_by_role("button", name=re.compile("^#ops")).click()
    await page.get_by_role("button", name="1 reply").click()
    await shoot(page, f"card{suffix}")
    await page.get_by_role("complementary", name="Thread").get_by_role("button", name=RESOLVE[language]).click()
    await expect(page.get_by_role("dialog")).to_be_visible()
    await shoot(page, f"form{suffix}")
    await page.keyboard.press("Escape")
    for picture, name in HOMES.items():
        await speak_as(page, name)
        await page.get_by_role("button", name=re.compile("^chargehand")).click()
        await page.get_by_role("tab", name="Home").click()
        await expect(page.locator("#home").get_by_role("heading").first).to_be_visible()
        await shoot(page, f"{picture}{suffix}")
    await page.close()
