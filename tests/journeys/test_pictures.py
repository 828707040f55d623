"""The pictures of the docs that need several people, in English and German; taken anew by

CHARGEHAND_SHOTS=docs/img .venv/bin/python -m pytest tests/journeys/test_pictures.py
"""

import re

import pytest
from playwright.async_api import Browser, Page, ViewportSize, expect

from prompts.words import say as words
from prompts.words import speaking
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
    await page.set_viewport_size(ViewportSize(width=1180, height=800))
    for picture, name in HOMES.items():
        await speak_as(page, name)
        await page.get_by_role("button", name=re.compile("^chargehand")).click()
        await page.get_by_role("tab", name="Home").click()
        await expect(page.locator("#home").get_by_role("heading").first).to_be_visible()
        await shoot(page, f"{picture}{suffix}")
    await page.locator("#home").get_by_role("button").last.scroll_into_view_if_needed()
    await shoot(page, f"home-admin{suffix}")
    await page.close()


SMALLER = ViewportSize(width=1120, height=700)  # a form needs no more


async def button(page: Page, label: str, language: str, *, last: bool = False) -> None:
    """Press a button by its English label."""
    with speaking(language):
        found = page.get_by_role("button", name=words(label), exact=True)
    await (found.last if last else found.first).click()


async def show_clock(page: Page) -> None:
    """Its controls stand above the people to speak as."""
    await page.locator("#rail").evaluate("rail => { rail.scrollTop = 0; }")


async def filled(page: Page, name: str) -> None:
    """The form that is open, as a picture; then it is closed."""
    await expect(page.get_by_role("dialog")).to_be_visible()
    await show_clock(page)
    await shoot(page, name)
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("dialog")).to_be_hidden()


async def from_message(page: Page, text: str, shortcut: str) -> None:
    """Use a shortcut of the message that says this."""
    message = page.get_by_role("article").filter(has_text=text).first
    await message.hover()
    await message.get_by_role("button", name="Message shortcuts").click()
    await page.get_by_role("menuitem", name=shortcut).click()


async def from_more(page: Page, label: str, language: str) -> None:
    """Press what is folded away on the card in the thread."""
    thread = page.get_by_role("complementary", name="Thread")
    await thread.get_by_role("button", name="More actions").first.click()
    with speaking(language):
        item = thread.get_by_role("menuitem", name=words(label))
    await item.click()


@pytest.mark.parametrize("language", RESOLVE)
async def test_the_other_forms_and_a_viewers_home(url: str, browser: Browser, language: str) -> None:
    suffix = "" if language == "en" else f"-{language}"
    page = await browser.new_page(viewport=SMALLER, reduced_motion="reduce")
    await page.goto(url)
    if suffix:
        await speak_german(page)
    await speak_as(page, "Frank Foster")
    await say(page, "my refund of yesterday hangs. It is of 40 euros.")
    await from_message(page, "my refund of yesterday", "Track this")
    await filled(page, f"track{suffix}")
    await say(page, "@chargehand redis is down, payments failing for everyone")
    thread = page.get_by_role("button", name="1 reply")
    await expect(thread).to_be_visible()
    await say(page, "@chargehand redis is slow in eu-1")
    await expect(thread).to_have_count(2)

    await speak_as(page, "Bob Brown")
    await page.get_by_role("button", name=re.compile("^#ops")).click()
    await thread.first.click()
    for label, name in (("Edit…", "edit"), ("Hand over…", "handover"), ("Duplicate of…", "merge")):
        await from_more(page, label, language)
        await filled(page, f"{name}{suffix}")
    await say(page, "/chargehand snooze CH-1")
    with speaking(language):
        await page.get_by_role("button", name=words("Snooze {ticket}", ticket="CH-1")).last.click()
    await filled(page, f"snooze{suffix}")
    await from_message(page, "my refund of yesterday", "Remind me")
    await filled(page, f"remind{suffix}")
    await say(page, "/chargehand remind me to call the bank tomorrow at 9")
    await button(page, "Change…", language, last=True)
    await filled(page, f"remind-change{suffix}")

    await speak_as(page, "Alice Adams")
    await page.get_by_role("button", name=re.compile("^#ops")).click()
    await thread.first.click()
    await button(page, "Reassign…", language)
    await filled(page, f"reassign{suffix}")
    await speak_as(page, "Frank Foster")
    await page.get_by_role("button", name=re.compile("^chargehand")).click()
    await page.get_by_role("tab", name="Home").click()
    await expect(page.locator("#home").get_by_role("heading").first).to_be_visible()
    await show_clock(page)
    await shoot(page, f"home-viewer{suffix}")
    await page.close()
