"""Where only responders' reports are tracked at once, a viewer's waits for a manager and loses nothing by it."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.sandbox.slack import SlackSandbox
from storage import people
from storage.proposals import Proposal
from storage.tickets import Ticket
from tests.clock import Clock, go_to
from tests.team import DATABASES, Bot, audit_of, make_admin, press, quiet, report, said, select_all, slash

BOTH = pytest.mark.parametrize("engine", DATABASES)
pytestmark = pytest.mark.settings(reporters="responders")
NOON = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)


@pytest.fixture
def clock() -> Clock:
    return Clock(base=NOON)


@BOTH
async def test_a_viewers_report_waits_and_becomes_their_ticket(slack: SlackSandbox, bot: Bot, clock: Clock) -> None:
    ts = await report(bot, "frank", "redis is down")
    assert await select_all(bot, Ticket) == []
    kept = "Your report is kept as P-1; it becomes a ticket when @alice approves it."
    assert said(slack.thread("#ops", ts)) == [kept]
    [asked] = [message for message in slack.dms("alice") if message.bot_id]
    ops = slack.channel("#ops").id
    assert asked.plain.startswith(f"*P-1*: @frank asks to report in <#{ops}>: “redis is down”.")
    assert asked.buttons == ["Approve", "Deny…"]
    clock.base += timedelta(hours=2)
    await press(slack, bot, "alice", "Approve")
    ticket = await bot.ticket()
    assert (ticket.thread_ts, ticket.message_ts) == (ts, ts)
    assert NOON <= ticket.created_at < NOON + timedelta(minutes=1)
    async with bot.ctx.db.read() as tx:
        assert (await people.get(tx, ticket.reporter_id or 0)).name == "frank"
    assert slack.thread("#ops", ts)[2].plain.startswith("*CH-1  Redis is down*")
    assert [event.action for event in await audit_of(bot, ticket)][:1] == ["report"]
    assert any(text.endswith(": approved by @alice.\nCH-1 is tracked.") for text in said(slack.dms("alice")))


async def test_a_responders_report_is_tracked_at_once(slack: SlackSandbox, bot: Bot) -> None:
    await report(bot, "dave", "redis is down")
    assert (await bot.ticket()).title == "Redis is down"


async def test_denied_it_is_no_ticket_and_they_hear_why(slack: SlackSandbox, bot: Bot) -> None:
    await report(bot, "frank", "redis is down")
    await slash(bot, "alice", "deny P-1 that is planned")
    assert await select_all(bot, Ticket) == []
    assert said(slack.dms("frank"))[-1].endswith("denied by @alice: that is planned.")


async def test_it_expires_and_they_hear_so(slack: SlackSandbox, bot: Bot, clock: Clock) -> None:
    await report(bot, "frank", "redis is down")
    await go_to(bot, clock, NOON + timedelta(days=7, minutes=1))
    assert said(slack.dms("frank"))[-1].endswith("expired, since nobody decided in time.")
    assert [message.buttons for message in slack.dms("alice") if message.bot_id] == [[]]


async def test_where_no_team_lives_admins_decide(slack: SlackSandbox, bot: Bot) -> None:
    await make_admin(bot, "erin")
    answer = await slash(bot, "frank", "report search is slow", channel="#general")
    assert answer == "Your report is kept as P-1; it becomes a ticket when @erin approves it."
    assert (await slash(bot, "alice", "approve P-1")).startswith("You may not decide P-1")
    await press(slack, bot, "erin", "Approve")
    assert (await bot.ticket()).title == "Search is slow"


async def test_a_direct_report_goes_to_its_team_once_approved(slack: SlackSandbox, bot: Bot) -> None:
    await make_admin(bot, "erin")
    await slack.dm("frank", "redis is down")
    await quiet(bot)
    await press(slack, bot, "erin", "Approve")
    assert (await bot.ticket()).channel_id == slack.channel("#ops").id


async def test_the_same_said_twice_is_kept_once(slack: SlackSandbox, bot: Bot) -> None:
    await report(bot, "frank", "redis is down")
    await report(bot, "frank", "redis is down")
    assert [one.number for one in await select_all(bot, Proposal)] == [1]


async def test_an_edit_reaches_who_decides_and_the_ticket(slack: SlackSandbox, bot: Bot) -> None:
    ts = await report(bot, "frank", "redis is down")
    await slack.edit("frank", "#ops", ts, "@chargehand redis is slow")
    await quiet(bot)
    assert "“redis is slow”" in said(slack.dms("alice"))[-1]
    await press(slack, bot, "alice", "Approve")
    assert (await bot.ticket()).description == "redis is slow"


async def test_a_deleted_report_is_not_tracked(slack: SlackSandbox, bot: Bot) -> None:
    ts = await report(bot, "frank", "redis is down")
    await slack.delete("frank", "#ops", ts)
    await quiet(bot)
    assert (await slash(bot, "alice", "approve P-1")).startswith("That report was deleted in Slack;")
    assert await select_all(bot, Ticket) == []


async def test_a_thread_that_has_a_ticket_by_now_gets_no_second_one(slack: SlackSandbox, bot: Bot) -> None:
    ts = await report(bot, "frank", "redis is down")
    await report(bot, "bob", "this is a real problem in eu-1", thread_ts=ts)
    assert (await slash(bot, "alice", "approve P-1")).startswith("That thread has CH-1 by now;")


async def test_what_is_said_in_a_private_channel_is_shown_to_its_members_alone(slack: SlackSandbox, bot: Bot) -> None:
    slack.invite_bot("#secret")
    slack.channel("#secret").members.add(slack.user("frank").id)
    await make_admin(bot, "alice", "erin")
    await report(bot, "frank", "the password leaked", channel="#secret")
    assert [len(said(slack.dms(who))) for who in ("alice", "erin")] == [1, 0]
    assert (await slash(bot, "erin", "approve P-1")).startswith("There is no P-1 that you can see.")
    await press(slack, bot, "alice", "Approve")
    assert (await bot.ticket()).is_private


async def test_what_was_filled_into_a_form_is_not_lost(slack: SlackSandbox, bot: Bot) -> None:
    ts = await slack.say("dave", "#random", "checkout is slow since the 5 pm deploy")
    await slack.shortcut("frank", "track", channel="#random", ts=ts)
    await slack.until(lambda: slack.modal("frank"))
    filled = {"title": "Checkout crawls", "priority": "critical", "team": "Payments"}
    assert await slack.submit("frank", filled) == {}
    await quiet(bot)
    assert said(slack.ephemerals("frank"))[-1].endswith("it becomes a ticket when @erin approves it.")
    words = "“checkout is slow since the 5 pm deploy” (Title: Checkout crawls, Priority: critical, Team: Payments)"
    assert words in said(slack.dms("erin"))[-1]
    await press(slack, bot, "erin", "Approve")
    ticket = await bot.ticket()
    assert (ticket.title, ticket.priority, ticket.author_id) == ("Checkout crawls", "critical", "U0DAVE")
    assert (ticket.channel_id, ticket.origin_channel_id, ticket.origin_ts) == ("C0PAYMENTS", "C0RANDOM", ts)
    assert (ticket.team_id, ticket.description) == (2, "checkout is slow since the 5 pm deploy")
