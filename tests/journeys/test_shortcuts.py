"""A message becomes a ticket, or a comment on one, by a shortcut: once, and with its author kept."""

import pytest

from bot.sandbox.slack import SlackSandbox
from bot.sandbox.slack.message import Payload
from storage.comments import Comment
from storage.people import Person
from storage.tickets import Ticket
from tests.journeys.test_forms import held
from tests.team import DATABASES, Bot, quiet, report, said, select_all, slash

BOTH = pytest.mark.parametrize("engine", DATABASES)
WORDS = "checkout is slow since the 5 pm deploy. All customers see it, <b>help</b>"


async def tracked(slack: SlackSandbox, who: str, channel: str, ts: str, name: str = "track") -> Payload:
    """Use a shortcut on a message and wait for its form."""
    await slack.shortcut(who, name, channel=channel, ts=ts)
    await slack.until(lambda: slack.modal(who))
    return slack.modal(who) or {}


@BOTH
async def test_a_message_is_tracked_in_its_thread(slack: SlackSandbox, bot: Bot) -> None:
    await report(bot, "dave", "checkout is slow in the shop", channel="#payments")
    ts = await slack.say("frank", "#general", WORDS)
    form = await tracked(slack, "erin", "#general", ts)
    shown = held(form)
    assert shown["title"]["initial_value"] == "Checkout is slow since the 5 pm deploy"
    assert shown["description"]["initial_value"] == WORDS
    assert shown["team"]["initial_option"]["value"] == "Payments"
    assert "channel" not in shown
    assert form["blocks"][0]["elements"][0]["text"] == "<@U0FRANK> · <#C0GENERAL>"
    assert "CH-1 Checkout is slow in the shop" in form["blocks"][1]["elements"][0]["text"]
    assert await slack.submit("erin", {"title": "Checkout crawls", "priority": "critical"}) == {}
    await quiet(bot)
    ticket = await bot.ticket(2)
    assert (ticket.title, ticket.priority, ticket.author_id) == ("Checkout crawls", "critical", "U0FRANK")
    assert ticket.description == WORDS.replace("<", "&lt;").replace(">", "&gt;")
    people = {person.slack_id: person.id for person in await select_all(bot, Person)}
    assert ticket.reporter_id == people["U0ERIN"]
    [card] = slack.thread("#general", ts)[1:]
    assert "Checkout crawls" in card.plain
    assert "Tracked from <http" in card.plain
    assert "|the message> of @frank" in card.plain
    assert slack.ephemerals("erin") == []


@BOTH
async def test_the_same_message_twice_shows_its_ticket(slack: SlackSandbox, bot: Bot) -> None:
    ts = await slack.say("frank", "#general", WORDS)
    for who in ("erin", "dave"):
        await tracked(slack, who, "#general", ts)
    for who in ("erin", "dave"):
        assert await slack.submit(who) == {}
        await quiet(bot)
    assert len(await select_all(bot, Ticket)) == 1
    shown = "That message is *CH-1* Checkout is slow since the 5 pm deploy already. `show CH-1` shows it."
    assert said(slack.ephemerals("dave")) == [shown]
    await slack.shortcut("erin", "track", channel="#general", ts=ts)
    await slack.until(lambda: slack.ephemerals("erin"))
    assert said(slack.ephemerals("erin")) == [shown]
    assert slack.modal("erin") is None


async def test_where_i_am_not_the_form_asks_where_the_card_shall_live(slack: SlackSandbox, bot: Bot) -> None:
    ts = await slack.say("frank", "#random", WORDS)
    shown = held(await tracked(slack, "erin", "#random", ts))
    assert "channel" in shown
    assert await slack.submit("erin", {}) == {}
    await quiet(bot)
    ticket = await bot.ticket()
    assert (ticket.channel_id, ticket.origin_channel_id, ticket.origin_ts) == ("C0PAYMENTS", "C0RANDOM", ts)
    assert slack.thread("#random", ts)[1:] == []
    assert "*CH-1  Checkout is slow since the 5 pm deploy*" in slack.messages("#payments")[-1].plain
    assert said(slack.ephemerals("erin")) == [
        "*CH-1* Checkout is slow since the 5 pm deploy is tracked in <#C0PAYMENTS>."
    ]
    assert "C0RANDOM" not in {call.args["channel"] for call in slack.calls("reactions.add")}
    await slack.shortcut("dave", "track", channel="#random", ts=ts)
    await slack.until(lambda: slack.ephemerals("dave"))
    assert "is *CH-1*" in said(slack.ephemerals("dave"))[0]


async def test_in_anothers_thread_it_is_said_that_the_message_has_its_own(slack: SlackSandbox, bot: Bot) -> None:
    ts = await report(bot, "frank", "redis is down")
    reply = await slack.say("dave", "#ops", "and kafka lags", thread_ts=ts)
    await quiet(bot)
    slack.fail(method="views.open", error="expired_trigger_id")
    await slack.shortcut("bob", "track", channel="#ops", ts=reply)
    await slack.until(lambda: slack.ephemerals("bob"))
    await slack.click_ephemeral("bob", "Open the form")
    await slack.until(lambda: slack.modal("bob"))
    assert await slack.submit("bob", {"title": "Kafka lags"}) == {}
    await quiet(bot)
    ticket = await bot.ticket(2)
    assert (ticket.thread_ts is None or ticket.thread_ts != ts, ticket.message_ts) == (True, reply)
    told = slack.thread("#ops", ts)[-1].plain
    assert told == (
        f"*CH-2* Kafka lags is tracked, made of <{ticket.permalink}|this message>; its card follows in this channel."
    )


async def test_it_lives_where_the_form_says(slack: SlackSandbox, bot: Bot) -> None:
    ts = await slack.say("frank", "#random", "the printer smells")
    await tracked(slack, "erin", "#random", ts)
    assert await slack.submit("erin", {}) == {"channel": "Choose a channel, or a team that has one."}
    assert await slack.submit("erin", {"channel": "#general"}) == {}
    await quiet(bot)
    assert (await bot.ticket()).channel_id == "C0GENERAL"


async def test_a_new_ticket_without_a_message(slack: SlackSandbox, bot: Bot) -> None:
    await slack.shortcut("frank", "new")
    await slack.until(lambda: slack.modal("frank"))
    assert await slack.submit("frank", {}) == {"title": "Please complete this required field."}
    assert await slack.submit("frank", {"title": "The wiki is gone", "team": "Platform"}) == {}
    await quiet(bot)
    ticket = await bot.ticket()
    assert (ticket.title, ticket.channel_id, ticket.author_id) == ("The wiki is gone", "C0OPS", None)
    assert said(slack.dms("frank"))[-1] == "*CH-1* The wiki is gone is tracked in <#C0OPS>."


async def test_a_message_is_added_to_a_ticket(slack: SlackSandbox, bot: Bot) -> None:
    await report(bot, "frank", "redis is down")
    ts = await report(bot, "frank", "kafka is down")
    reply = await slack.say("dave", "#ops", "only <eu> & asia", thread_ts=ts)
    shown = held(await tracked(slack, "bob", "#ops", reply, "add"))
    assert shown["ticket"]["initial_option"]["value"] == "CH-2"
    assert shown["text"]["initial_value"] == "@dave: only <eu> & asia"
    assert await slack.submit("bob", {"ticket": "CH-1"}) == {}
    await quiet(bot)
    said_there, added = sorted(await select_all(bot, Comment), key=lambda comment: comment.id)
    assert said_there.ticket_id == (await bot.ticket(2)).id, "it is a reply of that thread, too"
    assert (added.ticket_id, added.text) == ((await bot.ticket(1)).id, "@dave: only &lt;eu&gt; &amp; asia")
    assert "• @dave: only &lt;eu&gt; &amp; asia" in await slash(bot, "bob", "show CH-1")


async def test_a_private_ticket_is_not_offered_to_others(slack: SlackSandbox, bot: Bot) -> None:
    slack.invite_bot("#secret")
    await report(bot, "alice", "the password leaked", channel="#secret")
    ts = await report(bot, "frank", "kafka is down")
    offered = held(await tracked(slack, "carol", "#ops", ts, "add"))["ticket"]["options"]
    assert [one["value"] for one in offered] == ["CH-2"]


async def test_guests_are_told_before_a_form_opens(slack: SlackSandbox, bot: Bot) -> None:
    ts = await report(bot, "gus", "let me in")
    before = len(slack.ephemerals("gus"))
    await slack.shortcut("gus", "track", channel="#ops", ts=ts)
    await slack.until(lambda: len(slack.ephemerals("gus")) > before)
    assert said(slack.ephemerals("gus"))[-1].startswith("I take reports from full members of this workspace only.")
    assert slack.modal("gus") is None
