"""Invited into a channel, the bot says once what it does there; whose channel it is can be chosen below."""

import pytest

from bot.sandbox.slack import SlackSandbox
from bot.settings import Settings
from tests.team import DATABASES, Bot, assignees, make_admin, quiet, report, running, said, slash

BOTH = pytest.mark.parametrize("engine", DATABASES)
PUBLIC = """I am Chargehand. Write `@chargehand` and what is wrong: I make a ticket of it, find its team and somebody \
to take it, and keep one card in the thread.
Everybody in the workspace can see its tickets, but for guests.
`@chargehand channel mute` keeps me from posting here what nobody asked for, `/remove @chargehand` takes me out; \
`@chargehand help` shows the rest."""
SHARED = (
    "This channel is shared with another organisation. An admin has to allow it before people from there can report:"
    " `channel allow external`."
)


@pytest.fixture
async def bot(bot: Bot) -> Bot:
    """Its admin is alice."""
    await make_admin(bot, "alice")
    return bot


@BOTH
async def test_it_says_once_what_it_does_and_whose_channel_it_is_is_chosen(slack: SlackSandbox, bot: Bot) -> None:
    slack.duplicate_events = True
    slack.invite_bot("#random")
    await quiet(bot)
    slack.redeliver()
    await quiet(bot)
    [post] = slack.messages("#random")
    assert post.plain.startswith(PUBLIC)
    await slack.select("frank", "#random", post.ts, action="channel", choice="Payments")
    await quiet(bot)
    assert said(slack.ephemerals("frank"))[-1].startswith("You may not say of a channel that it is Payments's")
    await slack.select("erin", "#random", post.ts, action="channel", choice="Payments")
    await quiet(bot)
    [post] = slack.messages("#random")
    assert "What says nothing else goes to *Payments*." in post.plain
    assert post.controls == []
    await report(bot, "frank", "the page is slow", channel="#random")
    assert await assignees(bot) == ["dave"]
    await slash(bot, "erin", "channel team default", channel="#random")
    assert slack.messages("#random")[0].controls != []


@BOTH
async def test_a_restart_or_another_invitation_says_nothing_more(slack: SlackSandbox, settings: Settings) -> None:
    async with running(slack, settings) as bot:
        slack.invite_bot("#random")
        await quiet(bot)
    slack.kick_bot("#random")
    slack.invite_bot("#random")
    async with running(slack, settings) as bot:
        slack.redeliver()
        await quiet(bot)
        assert len(said(slack.messages("#random"))) == 1


async def test_in_a_private_channel_it_says_who_sees_the_tickets(slack: SlackSandbox, bot: Bot) -> None:
    slack.invite_bot("#secret")
    await quiet(bot)
    [post] = said(slack.messages("#secret"))
    assert "Its members alone can see the tickets of this private channel." in post


@BOTH
async def test_a_guest_in_a_shared_channel(slack: SlackSandbox, bot: Bot) -> None:
    slack.share("#random")
    slack.invite("xena", "#random")
    slack.invite("gus", "#random")
    slack.invite_bot("#random")
    await quiet(bot)
    assert said(slack.messages("#random")) == [SHARED]
    for who in ("xena", "gus"):
        await report(bot, who, "kafka is down", channel="#random")
        assert said(slack.ephemerals(who))[-1].startswith("I take reports from full members of this workspace only.")
    refused = await slash(bot, "bob", "channel allow external", channel="#random")
    assert refused.startswith("You may not let people from elsewhere into a channel: that is for admins.")
    answer = await slash(bot, "alice", "channel allow external", channel="#random")
    assert answer.endswith("from elsewhere external may report. It is shared with another organisation.")
    root = await report(bot, "xena", "kafka is down", channel="#random")
    assert slack.thread("#random", root)[1].plain.startswith("*CH-1  Kafka is down*")
    assert (await slash(bot, "xena", "claim CH-1", channel="#random")).startswith("You may not")
    await report(bot, "gus", "redis is down", channel="#random")
    assert said(slack.ephemerals("gus"))[-1].startswith("I take reports from full members")
    await report(bot, "frank", "redis is down")
    assert "CH-2" not in await slash(bot, "xena", "list", channel="#random")
    slack.share("#random", is_shared=False)
    await quiet(bot)
    assert "shared" not in await slash(bot, "alice", "channel", channel="#random")


@BOTH
async def test_a_muted_channel_hears_nothing_that_nobody_asked_for(slack: SlackSandbox, bot: Bot) -> None:
    assert (await slash(bot, "bob", "channel mute")).startswith("You may not say how loud I am in this channel")
    await slash(bot, "alice", "channel team Platform")
    answer = await slash(bot, "alice", "channel mute")
    assert answer.endswith("from elsewhere nobody may report. I post nothing here that nobody asked for.")
    root = await report(bot, "frank", "redis is down")
    assert slack.thread("#ops", root)[1].plain.startswith("*CH-1  Redis is down*")  # an answer comes all the same
    answer = await slash(bot, "alice", "kanal laut")
    assert answer.endswith("from elsewhere nobody may report.")
