"""The page in a real browser: report, card, button, form with errors, direct message, command, and hostile text."""

import re
from collections.abc import AsyncIterator
from typing import Any

import pytest
from playwright.async_api import Browser, ConsoleMessage, Page, expect
from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from bot.sandbox.page import routes
from bot.sandbox.slack import SlackSandbox
from tests.bot.sandbox.slack_app import actions, bolt_app, button, running, section
from tests.journeys.browser import BROWSER

expect.set_options(timeout=40_000)
pytestmark = BROWSER


def text(words: str) -> dict[str, str]:
    return {"type": "plain_text", "text": words}


TEAMS = [{"text": text(team), "value": team.lower()} for team in ("Payments", "Platform")]
MENU = {"type": "static_select", "action_id": "team", "placeholder": text("Which team?"), "options": TEAMS}
MORE = {"type": "overflow", "action_id": "more", "options": [{"text": text("Close…"), "value": "close CH-1"}]}
REASON = {"type": "plain_text_input", "action_id": "reason", "multiline": True}
FORM = {
    "type": "modal",
    "callback_id": "resolve",
    "title": text("Resolve CH-1"),
    "submit": text("Resolve"),
    "blocks": [{"type": "input", "block_id": "reason", "label": text("What fixed it?"), "element": REASON}],
}
TABLE = [["Ticket", "Priority"], ["CH-1 Redis is down", "Critical"]]
LISTING = [
    {"type": "header", "text": text("1 open ticket")},
    {"type": "table", "rows": [[{"type": "raw_text", "text": cell} for cell in row] for row in TABLE]},
]


def card(status: str) -> dict[str, Any]:
    fields = {"type": "section", "fields": [{"type": "mrkdwn", "text": f"*Status*\n{status}"}]}
    controls = actions(button("Claim", "claim"), button("Resolve…", "resolve"), MENU, MORE)
    return {
        "text": "CH-1 Redis is down",
        "blocks": [section("*CH-1 Redis is down*")],
        "attachments": [{"color": "#C62828", "blocks": [fields, controls]}],
    }


def stub(slack: SlackSandbox) -> AsyncApp:
    """An app that answers a mention with a card, and the card's buttons."""
    app = bolt_app(slack)

    @app.event("app_mention")
    async def mention(event: Any, client: AsyncWebClient) -> None:
        channel, ts = event["channel"], event["ts"]
        await client.reactions_add(channel=channel, timestamp=ts, name="eyes")
        await client.chat_postMessage(channel=channel, thread_ts=ts, **card("open"))
        await client.chat_postMessage(channel="U0BOB", text="You are assigned to *CH-1*")

    @app.action("claim")
    async def claim(ack: Any, body: Any, client: AsyncWebClient) -> None:
        await ack()
        where = {"channel": body["channel"]["id"], "ts": body["message"]["ts"]}
        await client.chat_update(**where, **card(f"claimed by <@{body['user']['id']}>"))

    @app.action(re.compile("team|more"))
    async def chosen(ack: Any, body: Any, action: Any, client: AsyncWebClient) -> None:
        await ack()
        where = {"channel": body["channel"]["id"], "ts": body["message"]["ts"]}
        await client.chat_update(**where, **card(f"with {action['selected_option']['value']}"))

    @app.action("resolve")
    async def resolve(ack: Any, body: Any, client: AsyncWebClient) -> None:
        await ack()
        await client.views_open(trigger_id=body["trigger_id"], view=FORM)

    @app.view("resolve")
    async def resolved(ack: Any, view: Any) -> None:
        reason = view["state"]["values"]["reason"]["reason"]["value"]
        refused = {"response_action": "errors", "errors": {"reason": "Say what fixed it, not when."}}
        await ack(**(refused if reason == "later" else {}))

    @app.command("/chargehand")
    async def command(ack: Any) -> None:
        await ack(text="1 open ticket", blocks=LISTING)

    @app.event(re.compile(".*"))
    async def other() -> None:
        """Everything else is only acknowledged."""

    return app


@pytest.fixture
async def slack() -> AsyncIterator[SlackSandbox]:
    async with SlackSandbox.start(routes=routes) as slack, running(slack, stub(slack)):
        yield slack


def is_complaint(line: ConsoleMessage) -> bool:
    # Chromium reports each 400 as an error; here they are refusals that the page shows in a sentence.
    return line.type in ("error", "warning") and "a status of 400" not in line.text


@pytest.fixture
async def page(slack: SlackSandbox, browser: Browser) -> AsyncIterator[Page]:
    """The page as alice; whatever the browser complains about fails the test."""
    complaints: list[str] = []
    page = await browser.new_page(viewport={"width": 1280, "height": 800}, reduced_motion="reduce")
    page.set_default_timeout(10_000)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda line: complaints.append(line.text) if is_complaint(line) else None)
    await page.goto(slack.url)
    await expect(page.get_by_role("heading", name="# ops")).to_be_visible()
    yield page
    await page.close()
    assert complaints == []


async def write(page: Page, words: str, *, box: str = "Message #ops") -> None:
    await page.get_by_label(box).fill(words)
    await page.get_by_label(box).press("Enter")


async def test_from_the_first_suggestion_to_a_claimed_ticket(page: Page) -> None:
    await page.get_by_role("button", name="Report a problem").click()
    await page.get_by_label("Message #ops").press("Enter")
    thread = page.get_by_role("complementary", name="Thread")
    await expect(page.get_by_role("button", name="eyes, 1").first).to_be_visible()
    await expect(page.get_by_role("button", name="1 reply")).to_be_visible()
    await expect(thread.get_by_text("CH-1 Redis is down")).to_be_visible()
    await thread.get_by_role("button", name="Claim").click()
    await expect(thread.get_by_text("claimed by @alice")).to_be_visible()
    await thread.get_by_role("combobox", name="Which team?").select_option("Payments")
    await expect(thread.get_by_text("with payments")).to_be_visible()


async def test_what_is_folded_away_comes_into_sight_and_can_be_chosen(page: Page) -> None:
    await write(page, "@chargehand redis is down")
    await page.get_by_role("button", name="1 reply").click()
    thread = page.get_by_role("complementary", name="Thread")
    await thread.get_by_role("button", name="More actions").click()
    entry = thread.get_by_role("menuitem", name="Close…")
    await expect(entry).to_be_in_viewport(ratio=1)
    await entry.click()
    await expect(thread.get_by_text("with close CH-1")).to_be_visible()


async def test_a_form_shows_slacks_errors_and_the_apps(page: Page) -> None:
    await write(page, "@chargehand redis is down")
    await page.get_by_role("button", name="Resolve…").click()
    form = page.get_by_role("dialog", name="Resolve CH-1")
    await form.get_by_role("button", name="Resolve").click()
    await expect(form.get_by_text("Please complete this required field.")).to_be_visible()
    await form.get_by_label("What fixed it?").fill("later")
    await form.get_by_role("button", name="Resolve").click()
    await expect(form.get_by_text("Say what fixed it, not when.")).to_be_visible()
    await expect(form.get_by_label("What fixed it?")).to_have_value("later")
    await form.get_by_label("What fixed it?").fill("failed over to the replica")
    await form.get_by_role("button", name="Resolve").click()
    await expect(form).to_be_hidden()


async def test_escape_leaves_a_form(page: Page, slack: SlackSandbox) -> None:
    await write(page, "@chargehand redis is down")
    await page.get_by_role("button", name="Resolve…").click()
    await page.get_by_label("What fixed it?").press("Escape")
    await expect(page.get_by_role("dialog")).to_be_hidden()
    assert slack.modal("alice") is None


async def test_one_sees_that_bob_got_a_direct_message(page: Page) -> None:
    await write(page, "@chargehand redis is down")
    bob = page.get_by_role("button", name="Speak as Bob Brown, has a new direct message")
    await bob.click()
    await expect(page.get_by_role("log", name="Messages", exact=True)).to_contain_text("You are assigned to CH-1")
    await expect(page.get_by_role("button", name="Speak as Bob Brown", exact=True)).to_have_attribute(
        "aria-pressed", "true"
    )
    await expect(page.get_by_role("button", name="#ops, 1 unread")).to_be_visible()
    await write(page, "on it", box="Message chargehand")
    await expect(page.get_by_text("on it")).to_be_visible()


async def test_an_ephemeral_answer_is_seen_by_one_person(page: Page) -> None:
    await write(page, "/chargehand list")
    await expect(page.get_by_text("Only visible to you")).to_be_visible()
    await expect(page.get_by_role("cell", name="CH-1 Redis is down")).to_be_visible()
    await page.get_by_role("button", name="Speak as Carol Clark").click()
    await expect(page.get_by_role("button", name="Speak as Carol Clark")).to_have_attribute("aria-pressed", "true")
    await expect(page.get_by_text("Only visible to you")).to_have_count(0)


async def test_the_keyboard_completes_names_and_commands(page: Page, slack: SlackSandbox) -> None:
    box = page.get_by_label("Message #ops")
    await box.press_sequentially("hi @car")
    await expect(page.get_by_role("option", name="Carol Clark")).to_be_visible()
    await box.press("Enter")
    await expect(box).to_have_value("hi @carol ")
    await box.press("Enter")
    await expect(page.get_by_text("hi @carol")).to_be_visible()
    assert [message.text for message in slack.messages("#ops")] == ["hi <@U0CAROL>"]
    await box.press_sequentially("/chargehand res")
    await box.press("Tab")
    await expect(box).to_have_value("/chargehand resolve ")
    await box.fill("/frobnicate")
    await box.press("Enter")
    await expect(page.get_by_role("alert").get_by_text("/frobnicate is not a command here.")).to_be_visible()
    await expect(box).to_have_value("/frobnicate")


async def test_own_messages_are_edited_deleted_and_reacted_to(page: Page) -> None:
    await write(page, "redis is donw")
    row = page.get_by_role("article")
    await row.hover()
    await row.get_by_role("button", name="Edit message").click()
    await row.get_by_role("textbox", name="Edit message").fill("redis is down")
    await row.get_by_role("textbox", name="Edit message").press("Enter")
    await expect(row).to_contain_text("redis is down(edited)")
    await row.hover()
    await row.get_by_role("button", name="Add a reaction").click()
    await row.get_by_role("menuitem", name="tada").click()
    await expect(row.get_by_role("button", name="tada, 1")).to_have_attribute("aria-pressed", "true")
    await row.get_by_role("button", name="tada, 1").click()
    await expect(row.get_by_role("button", name="tada, 1")).to_have_count(0)
    await row.hover()
    await row.get_by_role("button", name="Delete message").click()
    await page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    await expect(page.get_by_text("Nothing has been said here yet.")).to_be_visible()


async def test_text_stays_text(page: Page, slack: SlackSandbox) -> None:
    hostile = "<img src=x onerror=alert(1)> <javascript:alert(2)|press> <https://example.com/a|safe> `<b>` \"'<script>"
    await slack.say("bob", "#ops", hostile, raw=True)
    await slack.say("bob", "#ops", hostile)
    await expect(page.get_by_text("press")).to_have_count(2)
    rows = page.get_by_role("log", name="Messages", exact=True)
    assert await rows.locator("img[src=x], script").count() == 0
    links = await rows.locator("a").evaluate_all("links => links.map((link) => link.href)")
    assert links == ["https://example.com/a", "https://example.com/a"]


async def test_a_place_has_its_own_address_and_draft(page: Page) -> None:
    await page.get_by_label("Message #ops").fill("half a thought")
    await page.get_by_role("button", name="#payments").click()
    await expect(page.get_by_label("Message #payments")).to_have_value("")
    await page.go_back()
    await expect(page.get_by_label("Message #ops")).to_have_value("half a thought")
    await page.get_by_role("button", name="#old-ops").click()
    await expect(page.locator("#write")).to_be_disabled()
    await page.reload()
    await expect(page.get_by_role("heading", name="# old-ops")).to_be_visible()


async def test_an_address_from_an_earlier_workspace_still_opens(page: Page, slack: SlackSandbox) -> None:
    await page.goto(f"{slack.url}/#U0GONE/C0GONE/1.1")
    await expect(page.get_by_role("alert").get_by_text("Nobody here is called U0GONE.")).to_be_visible()
    await expect(page.get_by_role("button", name="Speak as Alice Adams")).to_have_attribute("aria-pressed", "true")
    await expect(page.get_by_role("heading", name="# ops")).to_be_visible()
