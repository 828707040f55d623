"""A press runs the same command as its words, asks for a reason where one is due, and survives a restart."""

import asyncio

import pytest

from bot.sandbox.slack import SlackSandbox
from bot.settings import Settings
from bot.slack.pace import EPHEMERAL
from tests.team import (
    DATABASES,
    Bot,
    assignees,
    audit_of,
    last_change,
    quiet,
    report,
    running,
    said,
    slash,
)

pytestmark = pytest.mark.parametrize("engine", DATABASES)


async def test_claim_start_and_resolve_by_button(slack: SlackSandbox, bot: Bot) -> None:
    ts = await report(bot, "frank", "redis is down")
    card = slack.thread("#ops", ts)[1].ts
    await slack.click("bob", "#ops", card, "Claim")
    await quiet(bot)
    assert slack.message("#ops", card).buttons == [
        "Release…",
        "Start",
        "Resolve…",
        "Reassign…",
        "Why",
        "Close…",
        "Wait…",
    ]
    await slack.click("bob", "#ops", card, "Start")
    await quiet(bot)
    await slack.click("bob", "#ops", card, "Resolve…")
    await slack.until(lambda: slack.modal("bob"))
    assert (slack.modal("bob") or {})["title"]["text"] == "Resolve CH-1"
    assert await slack.submit("bob", {"quick": "Fixed in production", "reason": "new <node>"}) == {}
    await quiet(bot)
    assert slack.message("#ops", card).buttons == ["Reopen…", "Why", "History"]
    # The card shows the first two; the thread hears of the third once; nobody hears anything twice.
    assert said(slack.thread("#ops", ts))[1:] == [
        "<@U0FRANK> *CH-1 resolved* by @bob after less than a minute: Fixed in production: new &lt;node&gt;"
    ]
    assert slack.ephemerals("bob") == []
    by_hand = [(event.action, event.surface) for event in await audit_of(bot, await bot.ticket())][3:]
    assert by_hand == [("claim", "button"), ("status", "button"), ("status", "form")]


async def test_forms_that_slack_would_refuse_for_their_number_are_not_opened(slack: SlackSandbox, bot: Bot) -> None:
    ts = await report(bot, "frank", "redis is down")
    await bot.ctx.limiter.block(EPHEMERAL, seconds=60)
    await slack.click("bob", "#ops", slack.thread("#ops", ts)[1].ts, "Resolve…")
    await slack.until(lambda: slack.ephemerals("bob"))
    [told] = slack.ephemerals("bob")
    assert told.plain == "Slack lets me open no more forms at the moment. Please press again in a minute."
    assert slack.calls("views.open") == []


async def test_a_form_without_a_reason_is_not_taken(slack: SlackSandbox, bot: Bot) -> None:
    ts = await report(bot, "frank", "redis is down")
    await slack.click("bob", "#ops", slack.thread("#ops", ts)[1].ts, "Resolve…")
    await slack.until(lambda: slack.modal("bob"))
    problem = "Pick a reason or write one: it goes on record."
    assert await slack.submit("bob", {}) == {"reason": problem}
    assert await slack.submit("bob", {"reason": " x "}) == {"reason": problem}
    assert (await bot.ticket()).status == "open"


async def test_the_first_releases_button_not_an_issue_comes_with_its_reason_chosen(
    slack: SlackSandbox, bot: Bot
) -> None:
    ts = await report(bot, "frank", "redis is down")
    await press_old_button(bot, "bob", ts, label="Not an issue…", action="form:resolve:not_an_issue")
    await slack.until(lambda: slack.modal("bob"))
    assert await slack.submit("bob", {}) == {}
    await quiet(bot)
    assert (await bot.ticket()).resolution == "Not an issue"


async def press_old_button(bot: Bot, who: str, thread_ts: str, *, label: str, action: str) -> None:
    """A button that this release no longer makes, in the ticket's thread."""
    element = {"type": "button", "text": {"type": "plain_text", "text": label}, "action_id": action, "value": "CH-1"}
    where = {"channel": bot.slack.channel("#ops").id, "thread_ts": thread_ts}
    blocks = [{"type": "actions", "elements": [element]}]
    sent = await bot.ctx.client.chat_postMessage(**where, text="An old card", blocks=blocks)
    await bot.slack.click(who, "#ops", sent["ts"], label)


async def test_who_may_not_is_told_before_a_form_opens(slack: SlackSandbox, bot: Bot) -> None:
    ts = await report(bot, "frank", "redis is down")
    card = slack.thread("#ops", ts)[1].ts
    await slack.click("frank", "#ops", card, "Resolve…")
    await slack.until(lambda: slack.ephemerals("frank"))
    assert slack.modal("frank") is None
    assert said(slack.ephemerals("frank")) == [
        "You may not resolve CH-1: that is for assignees, managers and admins. Ask @alice."
    ]
    await slack.click("frank", "#ops", card, "Claim")
    await quiet(bot)
    assert said(slack.ephemerals("frank"))[-1] == (
        "You may not claim CH-1: that is for its assignees, responders of the team while nobody has it,"
        " managers and admins. Ask @alice."
    )
    assert await assignees(bot) == ["bob"]


async def test_a_press_in_a_direct_message_is_answered_there(slack: SlackSandbox, bot: Bot) -> None:
    await report(bot, "dave", "checkout looks odd", channel="#payments")
    [told] = [message for message in slack.dms("erin") if message.bot_id]
    await slack.click("erin", "@chargehand", told.ts, "Claim")
    await quiet(bot)
    [settled] = [message for message in slack.dms("erin") if message.bot_id]
    assert settled.plain.startswith("*CH-1* Checkout looks odd was claimed by @erin <!date^")
    assert settled.buttons == []
    assert slack.ephemerals("erin") == []
    assert await assignees(bot) == ["erin"]


async def test_a_call_for_help_is_settled_wherever_the_ticket_is_taken(slack: SlackSandbox, bot: Bot) -> None:
    for number, change in ((1, "assign CH-1 @dave"), (2, "close CH-2 nothing to see")):
        await report(bot, "dave", f"checkout looks odd {number}", channel="#payments")
        assert slack.dms("erin")[-1].buttons == ["Claim", "Assign…"]
        await slash(bot, "erin", change, channel="#payments")
        assert slack.dms("erin")[-1].buttons == []
    assert [text.split(" <!date")[0] for text in said(slack.dms("erin"))] == [
        "*CH-1* Checkout looks odd 1 was assigned to @dave by @erin",
        "*CH-2* Checkout looks odd 2 was closed by @erin",
    ]


async def test_a_card_shown_in_private_can_be_used_from_there(slack: SlackSandbox, bot: Bot) -> None:
    await report(bot, "frank", "redis is down")
    await slash(bot, "bob", "show CH-1", channel="#general")
    await slack.click_ephemeral("bob", "Claim")
    await quiet(bot)
    assert said(slack.ephemerals("bob"))[-1] == "@bob has *CH-1* Redis is down."
    await slack.click_ephemeral("bob", "Resolve…")
    await slack.until(lambda: slack.modal("bob"))
    assert await slack.submit("bob", {"reason": "failed over"}) == {}
    await quiet(bot)
    assert said(slack.ephemerals("bob"))[-1] == "*CH-1 resolved* by @bob after less than a minute: failed over"


async def test_buttons_outlive_the_process(slack: SlackSandbox, settings: Settings) -> None:
    async with running(slack, settings) as bot:
        ts = await report(bot, "frank", "redis is down")
    async with running(slack, settings) as bot:
        card = slack.thread("#ops", ts)[1].ts
        await slack.click("bob", "#ops", card, "Claim")
        await quiet(bot)
        assert last_change(slack.message("#ops", card).plain) == "acknowledged by @bob"


async def test_two_who_claim_at_once_leave_one_owner(slack: SlackSandbox, bot: Bot) -> None:
    ts = await report(bot, "dave", "checkout looks odd", channel="#payments")
    card = slack.thread("#payments", ts)[1].ts
    await asyncio.gather(*(slack.click("dave", "#payments", card, "Claim") for _ in range(2)))
    await quiet(bot)
    assert await assignees(bot) == ["dave"]
    assert said(slack.ephemerals("dave")) == ["CH-1 is yours already."]


async def test_a_press_that_comes_again_opens_one_form_and_says_nothing(slack: SlackSandbox, bot: Bot) -> None:
    ts = await report(bot, "frank", "redis is down")
    await slack.click("bob", "#ops", slack.thread("#ops", ts)[1].ts, "Resolve…")
    await slack.until(lambda: slack.modal("bob"))
    [press] = [envelope for envelope in slack.envelopes if envelope.kind == "interactive"]
    press.acked_at = None
    slack.world.socket.again(press)
    await slack.until(lambda: press.acked_at)
    await quiet(bot)
    assert len(slack.calls("views.open")) == 1
    assert said(slack.ephemerals("bob")) == []
