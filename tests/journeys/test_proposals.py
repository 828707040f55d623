"""Who may not do something asks for it: somebody who may decides, once, with one press, and everybody is told."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from bot.sandbox.slack import SlackSandbox
from bot.settings import Settings
from storage.audit import AuditEvent
from storage.proposals import Proposal
from storage.reminders import Reminder
from tests.clock import Clock, go_to
from tests.team import (
    DATABASES,
    Bot,
    make_admin,
    quiet,
    report,
    running,
    said,
    select_all,
    slash,
)

BOTH = pytest.mark.parametrize("engine", DATABASES)
NOON = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)


@pytest.fixture
def clock() -> Clock:
    return Clock(base=NOON)


async def ask(bot: Bot, words: str = "withdraw") -> str:
    """Frank reports that redis is down and asks for something; the thread."""
    ts = await report(bot, "frank", "redis is down")
    await report(bot, "frank", words, thread_ts=ts)
    return ts


async def press(slack: SlackSandbox, bot: Bot, who: str, ts: str, label: str) -> None:
    asked = next(message for message in slack.thread("#ops", ts) if label in message.buttons)
    await slack.click(who, "#ops", asked.ts, label)
    await quiet(bot)


@BOTH
async def test_a_reporter_withdraws_and_the_manager_agrees(slack: SlackSandbox, bot: Bot) -> None:
    ts = await ask(bot)
    asked = slack.thread("#ops", ts)[-1]
    alice = f"<@{slack.user('alice').id}>"
    assert asked.plain.startswith(f"*P-1*: @frank asks to withdraw CH-1. {alice} can decide. It waits until ")
    assert asked.buttons == ["Approve", "Deny…"]
    assert (await bot.ticket()).status == "open"
    await press(slack, bot, "alice", ts, "Approve")
    ticket = await bot.ticket()
    assert (ticket.status, ticket.resolution) == ("closed", "withdrawn by frank")
    decided, told = [message for message in slack.thread("#ops", ts) if message.bot_id][-2:]
    assert (decided.plain, decided.buttons) == ("*P-1*: @frank asked to withdraw CH-1: approved by @alice.", [])
    assert told.plain == "*CH-1 closed* by @alice: withdrawn by frank"
    assert said(slack.dms("frank"))[-1].startswith(decided.plain)
    deeds = [event.action for event in await select_all(bot, AuditEvent) if event.object_kind == "proposal"]
    assert deeds == ["propose", "approve"]
    assert [row.state for row in await select_all(bot, Reminder) if row.kind == "proposal"] == ["cancelled"]


async def test_a_denial_says_why(slack: SlackSandbox, bot: Bot) -> None:
    ts = await ask(bot)
    await press(slack, bot, "alice", ts, "Deny…")
    await slack.until(lambda: slack.modal("alice"))
    assert await slack.submit("alice", {"reason": "it is still slow"}) == {}
    await quiet(bot)
    assert (await bot.ticket()).status == "open"
    denied = "*P-1*: @frank asked to withdraw CH-1: denied by @alice: it is still slow."
    assert denied in said(slack.thread("#ops", ts))
    assert said(slack.dms("frank"))[-1].startswith(denied)


async def test_who_may_do_it_does_it_at_once(slack: SlackSandbox, bot: Bot) -> None:
    await report(bot, "frank", "redis is down")
    await slash(bot, "alice", "withdraw CH-1")
    assert ((await bot.ticket()).resolution, await select_all(bot, Proposal)) == ("withdrawn by alice", [])


async def test_nobody_else_decides_nor_who_asked(slack: SlackSandbox, bot: Bot) -> None:
    await ask(bot)
    for who in ("frank", "bob", "erin"):
        refusal = "You may not decide P-1: that is for managers of the team and admins. Ask @alice."
        assert await slash(bot, who, "approve P-1") == refusal
    assert (await slash(bot, "bob", "deny P-1 no way")).startswith("You may not decide P-1")
    assert (await slash(bot, "bob", "approve P-7")).startswith("There is no P-7 that you can see.")
    taken_back = await slash(bot, "frank", "deny P-1 my mistake")
    assert taken_back == "*P-1*: @frank asked to withdraw CH-1: denied by @frank: my mistake."


async def test_the_same_asked_twice_is_one_and_numbers_have_no_gaps(slack: SlackSandbox, bot: Bot) -> None:
    ts = await ask(bot)
    await report(bot, "frank", "withdraw", thread_ts=ts)
    assert [one.number for one in await select_all(bot, Proposal)] == [1]
    await report(bot, "frank", "kafka lags")
    await slash(bot, "frank", "dup CH-2 of CH-1")
    assert [one.number for one in await select_all(bot, Proposal)] == [1, 2]


@BOTH
@pytest.mark.parametrize("second", ["alice", "bob"])
async def test_two_presses_at_once_do_it_once(slack: SlackSandbox, bot: Bot, second: str) -> None:
    ts = await ask(bot)
    await make_admin(bot, "bob")
    asked = next(message for message in slack.thread("#ops", ts) if "Approve" in message.buttons)
    await asyncio.gather(*(slack.click(who, "#ops", asked.ts, "Approve") for who in ("alice", second)))
    await quiet(bot)
    deeds = [event.action for event in await select_all(bot, AuditEvent) if event.object_kind == "proposal"]
    assert deeds == ["propose", "approve"]
    refused = [text for who in {"alice", second} for text in said(slack.ephemerals(who))]
    assert [text.split(" by ")[0] for text in refused] == ["P-1 was approved"]
    assert [text.split(" by ")[0] for text in said(slack.thread("#ops", ts))].count("*CH-1 closed*") == 1


@BOTH
async def test_it_expires_and_who_asked_hears_so(slack: SlackSandbox, bot: Bot, clock: Clock) -> None:
    ts = await ask(bot)
    await go_to(bot, clock, NOON + timedelta(days=7, minutes=1))
    expired = "*P-1*: @frank asked to withdraw CH-1: expired, since nobody decided in time."
    assert expired in said(slack.thread("#ops", ts))
    assert said(slack.dms("frank"))[-1].startswith(expired)
    assert (await slash(bot, "alice", "approve P-1")).startswith("P-1 expired ")
    assert (await bot.ticket()).status == "open"


async def test_what_changed_meanwhile_is_said_first(slack: SlackSandbox, bot: Bot) -> None:
    ts = await ask(bot)
    await slash(bot, "bob", "start CH-1")
    await press(slack, bot, "alice", ts, "Approve")
    again = slack.ephemerals("alice")[-1]
    assert again.plain.startswith("CH-1 has changed since P-1 was asked: started by @bob")
    assert (await bot.ticket()).status == "in_progress"
    await slack.click_ephemeral("alice", "Approve anyway")
    await quiet(bot)
    assert (await bot.ticket()).status == "closed"


async def test_what_no_longer_applies_is_refused_and_stays_to_be_decided(slack: SlackSandbox, bot: Bot) -> None:
    ts = await ask(bot)
    await slash(bot, "alice", "resolve CH-1 failed over")
    await press(slack, bot, "alice", ts, "Approve")
    assert said(slack.ephemerals("alice"))[-1].startswith("CH-1 is resolved;")
    assert [one.state for one in await select_all(bot, Proposal)] == ["open"]


async def test_the_buttons_work_after_a_restart(slack: SlackSandbox, settings: Settings) -> None:
    async with running(slack, settings) as bot:
        ts = await ask(bot)
    async with running(slack, settings) as bot:
        await press(slack, bot, "alice", ts, "Approve")
        assert (await bot.ticket()).status == "closed"


async def test_still_broken_opens_it_again_once_somebody_agrees(slack: SlackSandbox, bot: Bot) -> None:
    ts = await report(bot, "frank", "redis is down")
    await slash(bot, "bob", "resolve CH-1 failed over")
    await report(bot, "frank", "still broken on the replica", thread_ts=ts)
    assert (await bot.ticket()).status == "resolved"
    await press(slack, bot, "bob", ts, "Approve")
    assert (await bot.ticket()).status == "open"
    assert "*CH-1 reopened* by @bob: still broken: on the replica" in said(slack.thread("#ops", ts))


async def test_still_broken_on_an_open_ticket_is_a_remark(slack: SlackSandbox, bot: Bot) -> None:
    ts = await ask(bot, "still broken")
    assert said(slack.ephemerals("frank"))[-1] == "CH-1 is open; that is kept as a comment on it."
    assert await select_all(bot, Proposal) == []
    assert "Approve" not in [label for message in slack.thread("#ops", ts) for label in message.buttons]


async def test_what_is_asked_in_a_private_channel_stays_there(slack: SlackSandbox, bot: Bot) -> None:
    slack.invite_bot("#secret")
    await report(bot, "bob", "redis password leaked", channel="#secret")
    await slash(bot, "bob", "withdraw CH-1", channel="#secret")
    assert (await slash(bot, "carol", "approve P-1")).startswith("There is no P-1 that you can see.")
