"""A channel has a team of its own and says who from elsewhere may report in it."""

import pytest

from bot.sandbox.slack import SlackSandbox
from storage.audit import AuditEvent
from tests.team import DATABASES, Bot, assignees, make_admin, report, said, select_all, slash

BOTH = pytest.mark.parametrize("engine", DATABASES)


@pytest.fixture
async def bot(bot: Bot) -> Bot:
    """Its admin is alice."""
    await make_admin(bot, "alice")
    return bot


@BOTH
async def test_what_says_nothing_else_goes_to_the_team_of_the_channel(bot: Bot) -> None:
    answer = await slash(bot, "erin", "channel team Payments", channel="#general")
    assert answer == "<#C0GENERAL>: its team is Payments; from elsewhere nobody may report."
    await report(bot, "frank", "the page is slow", channel="#general")
    assert await assignees(bot) == ["dave"]
    refused = await slash(bot, "erin", "channel team Platform", channel="#general")
    assert refused.startswith("You may not say of a channel that it is Platform's: that is for managers of the team")
    gone = await slash(bot, "erin", "channel team default", channel="#general")
    assert gone == "<#C0GENERAL>: no team is named for it; from elsewhere nobody may report."
    events = [event for event in await select_all(bot, AuditEvent) if event.object_kind == "channel"]
    assert [event.after["team"] for event in events] == ["2", None]


@BOTH
async def test_an_admin_lets_guests_into_a_channel_and_externals_not(slack: SlackSandbox, bot: Bot) -> None:
    refused = await slash(bot, "bob", "channel allow guests")
    assert refused.startswith("You may not let people from elsewhere into a channel: that is for admins.")
    answer = await slash(bot, "alice", "channel allow guests")
    assert answer == "<#C0OPS>: its team is Platform; from elsewhere guests may report."
    root = await report(bot, "gus", "redis is down")
    assert slack.thread("#ops", root)[1].plain.startswith("*CH-1  Redis is down*")
    await report(bot, "xena", "kafka is down")
    [told] = said(slack.ephemerals("xena"))
    assert told.startswith("I take reports from full members of this workspace only.")
    await slash(bot, "alice", "channel allow guests external")
    await report(bot, "xena", "kafka is down")
    assert (await bot.ticket(2)).title == "Kafka is down"
    await slash(bot, "alice", "kanal allow niemand")
    assert (await slash(bot, "gus", "list")).startswith("I take reports from full members")


async def test_a_direct_message_is_no_channel(slack: SlackSandbox, bot: Bot) -> None:
    await slack.dm("alice", "channel allow guests")
    await slack.until(lambda: said(slack.dms("alice")))
    assert said(slack.dms("alice")) == ["Say this in the channel that it is about."]
