"""A ticket's life ends in the same rows and the same record, whichever way each step of it was asked for."""

from collections.abc import Awaitable, Callable

import pytest

from bot.sandbox.slack import SlackSandbox
from tests.team import Bot, assignees, audit_of, quiet, report, slash

LIFE = ("start", "resolve failed over", "reopen down again", "resolve new node")
RECORD = ["status", "status", "status", "status"]
Step = Callable[[SlackSandbox, Bot, str, str], Awaitable[None]]


async def by_mention(slack: SlackSandbox, bot: Bot, ts: str, line: str) -> None:
    await report(bot, "bob", line, thread_ts=ts)


async def by_slash(slack: SlackSandbox, bot: Bot, ts: str, line: str) -> None:
    verb, _, reason = line.partition(" ")
    await slash(bot, "bob", f"{verb} CH-1 {reason}".strip())


async def by_direct_message(slack: SlackSandbox, bot: Bot, ts: str, line: str) -> None:
    verb, _, reason = line.partition(" ")
    await slack.dm("bob", f"{verb} CH-1 {reason}".strip())
    await quiet(bot)


async def by_button(slack: SlackSandbox, bot: Bot, ts: str, line: str) -> None:
    """The card's controls; what needs a reason opens its form."""
    verb, _, reason = line.partition(" ")
    label = f"{verb.capitalize()}…" if reason else verb.capitalize()
    await slack.click("bob", "#ops", slack.thread("#ops", ts)[1].ts, label)
    if reason:
        await slack.until(lambda: slack.modal("bob"))
        assert await slack.submit("bob", {"reason": reason}) == {}
    await quiet(bot)


@pytest.mark.parametrize("step", [by_mention, by_slash, by_direct_message, by_button])
async def test_each_way_ends_in_the_same_rows_and_record(slack: SlackSandbox, bot: Bot, step: Step) -> None:
    ts = await report(bot, "frank", "redis is down")
    for line in LIFE:
        await step(slack, bot, ts, line)
    assert await acts_of_bob(bot) == RECORD
    await ended_as_usual(slack, bot, ts)


async def test_so_does_a_life_by_shortcuts_and_what_they_open(slack: SlackSandbox, bot: Bot) -> None:
    ts = await slack.say("frank", "#ops", "redis is down")
    await slack.shortcut("frank", "track", channel="#ops", ts=ts)
    await slack.until(lambda: slack.modal("frank"))
    assert await slack.submit("frank", {}) == {}
    await quiet(bot)
    found = await slack.say("dave", "#ops", "only in eu-1", thread_ts=ts)
    await slack.shortcut("bob", "add", channel="#ops", ts=found)
    await slack.until(lambda: slack.modal("bob"))
    assert await slack.submit("bob", {"ticket": "CH-1"}) == {}
    await quiet(bot)
    for line in LIFE:
        await by_button(slack, bot, ts, line)
    assert await acts_of_bob(bot) == ["comment", *RECORD]
    await ended_as_usual(slack, bot, ts)


async def acts_of_bob(bot: Bot) -> list[str]:
    return [event.action for event in await audit_of(bot, await bot.ticket()) if event.actor == "person:2"]


async def ended_as_usual(slack: SlackSandbox, bot: Bot, ts: str) -> None:
    """The rows and the sign at the report, as LIFE leaves them."""
    ticket = await bot.ticket()
    assert (ticket.status, ticket.resolution, ticket.version, len(ticket.rests)) == ("resolved", "new node", 4, 1)
    assert (await assignees(bot), ticket.due_at) == (["bob"], None)
    assert slack.reactions("#ops", ts).keys() == {"checkered_flag"}
