"""The forms in a real browser: a message is tracked by its menu, and a form shows what is wrong at its fields."""

import re
from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Browser, Page, expect

from bot.sandbox.page import routes
from bot.sandbox.slack import SlackSandbox
from tests.conftest import PATIENT
from tests.journeys.browser import BROWSER
from tests.journeys.test_forms import pressed
from tests.team import Bot, quiet, report

expect.set_options(timeout=40_000)
pytestmark = BROWSER


@pytest.fixture
async def slack() -> AsyncIterator[SlackSandbox]:
    async with SlackSandbox.start(routes=routes, ack_within=PATIENT) as sandbox:
        yield sandbox


@pytest.fixture
async def page(slack: SlackSandbox, browser: Browser) -> AsyncIterator[Page]:
    """The page as alice; an error on it fails the test."""
    errors: list[str] = []
    page = await browser.new_page(viewport={"width": 1280, "height": 860}, reduced_motion="reduce")
    page.set_default_timeout(30_000)
    page.on("pageerror", lambda error: errors.append(str(error)))
    await page.goto(f"{slack.url}/#U0ALICE/C0OPS")
    await expect(page.get_by_role("heading", name="# ops")).to_be_visible()
    yield page
    await page.close()
    assert errors == []


async def test_a_message_is_tracked_from_its_menu(page: Page, slack: SlackSandbox, bot: Bot) -> None:
    await slack.say("frank", "#ops", "redis is down again. It was fine at noon")
    row = page.get_by_role("article").first
    await row.hover()
    await row.get_by_role("button", name="Message shortcuts").click()
    await row.get_by_role("menuitem", name="Track this").click()
    form = page.get_by_role("dialog", name="Track this")
    await expect(form.get_by_label("Title")).to_have_value("Redis is down again")
    await expect(form.get_by_label("Team")).to_have_value("Platform")
    await form.get_by_label("Title").fill("Redis falls over")
    await form.get_by_role("button", name="Track", exact=True).click()
    await expect(form).to_be_hidden()
    await quiet(bot)
    await page.get_by_role("button", name=re.compile("1 reply")).click()
    thread = page.get_by_role("complementary", name="Thread")
    await expect(thread.get_by_text("CH-1 Redis falls over")).to_be_visible()
    await expect(thread.get_by_role("link", name="the message")).to_be_visible()


async def test_a_form_keeps_what_was_typed_beside_what_is_wrong(page: Page, slack: SlackSandbox, bot: Bot) -> None:
    await report(bot, "frank", "redis is down")
    await pressed(slack, bot, "alice", "set")
    form = page.get_by_role("dialog", name="Edit CH-1")
    await form.get_by_label("Title").fill("Redis is slow")
    await form.get_by_label("Tags").fill("one two three four five six")
    await form.get_by_role("button", name="Save").click()
    await expect(form.get_by_text("A ticket has at most 5 tags of 30 characters.")).to_be_visible()
    await expect(form.get_by_label("Title")).to_have_value("Redis is slow")
    await form.get_by_label("Tags").fill("one two")
    await form.get_by_role("button", name="Save").click()
    await expect(form).to_be_hidden()
    await quiet(bot)
    ticket = await bot.ticket()
    assert (ticket.title, ticket.tags) == ("Redis is slow", ["one", "two"])


async def test_who_is_picked_in_the_page_has_it(page: Page, slack: SlackSandbox, bot: Bot) -> None:
    await report(bot, "frank", "redis is down")
    await pressed(slack, bot, "alice", "assign")
    form = page.get_by_role("dialog", name="Reassign CH-1")
    await expect(form.get_by_role("listbox")).to_have_values(["U0BOB"])
    await form.get_by_role("listbox").select_option(["U0CAROL"])
    await form.get_by_role("button", name="Reassign").click()
    await expect(form).to_be_hidden()
    await quiet(bot)
    assert "U0CAROL" in str([call.args for call in slack.calls("chat.postMessage")][-1])
