"""A channel is renamed, archived, locked or left: what is set for it and its tickets follow, and nothing is deleted."""

import pytest
from sqlmodel import select

from bot.sandbox.slack import SlackSandbox
from storage import queue
from storage.audit import AuditEvent
from storage.channels import Channel
from storage.queue import Job
from tests.team import DATABASES, Bot, make_admin, quiet, report, said, slash

BOTH = pytest.mark.parametrize("engine", DATABASES)
HIDDEN = "There is no CH-1 that you can see. `list` shows what there is."
HELLO = "I am Chargehand."


async def night(bot: Bot, kind: str) -> None:
    """The job that the clock asks for at night is done."""
    job = Job(workspace_id=bot.ctx.workspace_id, kind=kind, args={}, key=f"schedule:{kind}", dedupe_key="tonight")
    job.dedupe_key, job.created_at, job.correlation_id = f"{kind}:{bot.ctx.clock()}", bot.ctx.clock(), "night"
    async with bot.ctx.db.write() as tx:
        await queue.put(tx, job)
    await quiet(bot)


async def followed(bot: Bot, name: str) -> Channel:
    [row] = await bot.rows(select(Channel).where(Channel.channel_id == bot.slack.channel(name).id))
    assert isinstance(row, Channel)
    return row


def told_of(slack: SlackSandbox, who: str, word: str) -> list[str]:
    return [text for text in said(slack.dms(who)) if word in text]


@BOTH
async def test_a_channel_turns_private_and_public_again(slack: SlackSandbox, bot: Bot) -> None:
    slack.kick("dave", "#ops")
    root = await report(bot, "frank", "redis password leaked")
    await report(bot, "frank", "redis is slow")
    await slash(bot, "dave", "watch CH-1", channel="#payments")
    assert "redis password" in (await slash(bot, "dave", "show CH-1", channel="#payments")).lower()
    slack.convert("#ops", is_private=True)
    await quiet(bot)
    assert (await bot.ticket()).is_private
    heard = len(slack.dms("dave"))
    for line in ("show CH-1", "why CH-1", "history CH-1", "dup CH-1 of CH-2", "comment CH-1 what is it"):
        assert await slash(bot, "dave", line, channel="#payments") == HIDDEN
    assert await slash(bot, "dave", "list", channel="#payments") == "No open tickets."
    assert "0 open" in await slash(bot, "dave", "team show Platform", channel="#payments")
    alike = await report(bot, "dave", "redis password leaked again", channel="#payments")
    assert "Similar" not in slack.thread("#payments", alike)[1].plain
    assert "redis password" in (await slash(bot, "frank", "show CH-1", channel="#payments")).lower()
    assert told_of(slack, "alice", "is private now") == [
        "<#C0OPS> is private now: its 2 tickets are for its members alone. What is set for it stays."
    ]
    await report(bot, "alice", "resolve rotated the password", thread_ts=root)
    assert len(slack.dms("dave")) == heard  # a watcher who may not see it hears nothing
    assert (await bot.ticket(3)).is_private is False
    slack.convert("#ops", is_private=False)
    await quiet(bot)
    assert "redis password" in (await slash(bot, "dave", "show CH-1", channel="#payments")).lower()
    assert "CH-2" in await slash(bot, "dave", "list", channel="#payments")
    events = [event for event in await bot.rows(select(AuditEvent)) if event.action == "follow"]
    assert [(event.after["private"], event.after["tickets_turned"]) for event in events] == [(True, 2), (False, 2)]


@BOTH
async def test_what_no_event_told_is_found_at_night(slack: SlackSandbox, bot: Bot) -> None:
    await report(bot, "frank", "redis is down")
    slack.convert("#ops", is_private=True, is_told=False)
    slack.kick("carol", "#ops")
    await quiet(bot)
    assert not (await bot.ticket()).is_private
    await night(bot, "channels")
    assert (await bot.ticket()).is_private
    slack.archive("#payments", is_told=False)
    await night(bot, "channels")
    assert told_of(slack, "erin", "archived") == [
        "<#C0PAYMENTS> was archived. What is set for it rests until somebody unarchives it; nothing is deleted."
    ]
    await night(bot, "channels")
    assert len(told_of(slack, "erin", "archived")) == 1


async def test_cards_elsewhere_name_its_tickets_no_more(slack: SlackSandbox, bot: Bot) -> None:
    await report(bot, "frank", "redis password leaked")
    alike = await report(bot, "frank", "redis password leaked again", channel="#payments")
    twice = await report(bot, "frank", "the vault is open", channel="#payments")
    await slash(bot, "erin", "move CH-3 Platform")
    await slash(bot, "alice", "dup CH-3 of CH-1")
    assert "Similar" in slack.thread("#payments", alike)[1].plain
    assert "CH-1" in slack.thread("#payments", twice)[1].plain
    slack.convert("#ops", is_private=True)
    await quiet(bot)
    assert "Similar" not in slack.thread("#payments", alike)[1].plain
    assert "CH-1" not in slack.thread("#payments", twice)[1].plain
    assert "a private ticket" in slack.thread("#payments", twice)[1].plain


async def test_a_report_made_after_it_is_private_too(slack: SlackSandbox, bot: Bot) -> None:
    await bot.ctx.directory.channel(slack.channel("#ops").id)
    slack.hold_events()
    slack.convert("#ops", is_private=True)
    slack.release_events()
    await quiet(bot)
    await report(bot, "frank", "redis is down")
    assert (await bot.ticket()).is_private


async def test_a_new_name_is_shown(slack: SlackSandbox, bot: Bot) -> None:
    await report(bot, "frank", "redis is down")
    slack.rename("#ops", "operations")
    await quiet(bot)
    assert (await bot.ticket()).channel_name == "operations"
    assert (await followed(bot, "#operations")).rests_since is None
    assert said(slack.dms("alice"))[-1].startswith("*CH-1*")


@BOTH
async def test_an_archived_channel_rests_and_comes_back(slack: SlackSandbox, bot: Bot) -> None:
    await report(bot, "frank", "redis is down")
    await slash(bot, "alice", "channel team Platform")
    slack.archive("#ops")
    await quiet(bot)
    assert told_of(slack, "alice", "archived") == [
        "<#C0OPS> was archived. What is set for it rests until somebody unarchives it; nothing is deleted."
    ]
    assert "All of it rests since" in await slash(bot, "alice", "channel")
    assert "its team is Platform" in await slash(bot, "alice", "channel")
    await slash(bot, "alice", "priority CH-1 low nobody is hurt", channel="#payments")
    card = slack.messages("#ops")[0]
    assert "low" not in slack.thread("#ops", card.ts)[1].plain.lower().split("platform")[0]
    slack.unarchive("#ops")
    await quiet(bot)
    assert told_of(slack, "alice", "archived") == []
    assert len(told_of(slack, "alice", "counts again")) == 1
    assert "low" in slack.thread("#ops", card.ts)[1].plain.lower()
    assert "rests" not in await slash(bot, "alice", "channel")


@BOTH
async def test_the_bot_is_put_out_and_invited_again(slack: SlackSandbox, bot: Bot) -> None:
    slack.invite_bot("#random")
    await quiet(bot)
    assert [text.splitlines()[0][: len(HELLO)] for text in said(slack.messages("#random"))] == [HELLO]
    await slash(bot, "erin", "channel team Payments", channel="#random")
    slack.kick_bot("#random")
    slack.redeliver()
    await quiet(bot)
    assert told_of(slack, "erin", "removed") == [
        "I was removed from <#C0RANDOM>. What is set for it rests until somebody writes `/invite @chargehand` there;"
        " nothing is deleted."
    ]
    assert slack.calls("conversations.join") == []  # it never adds itself
    assert slack.bot_user.id not in slack.channel("#random").members
    slack.invite_bot("#random")
    await quiet(bot)
    assert len(said(slack.messages("#random"))) == 1
    assert len(told_of(slack, "erin", "counts again")) == 1
    assert "its team is Payments" in await slash(bot, "erin", "channel", channel="#random")


async def test_nobody_is_told_of_a_channel_where_nothing_rests(slack: SlackSandbox, bot: Bot) -> None:
    await make_admin(bot, "bob")
    slack.invite_bot("#random")
    slack.kick_bot("#random")
    await quiet(bot)
    assert said(slack.dms("bob")) == []
    assert (await followed(bot, "#random")).rests_since is not None


async def test_of_a_private_channel_without_the_bot_nobody_else_learns(slack: SlackSandbox, bot: Bot) -> None:
    slack.convert("#ops", is_private=True)
    await report(bot, "frank", "redis is down")
    slack.kick_bot("#ops")
    await quiet(bot)
    assert (await bot.ticket()).is_private
    assert await slash(bot, "dave", "show CH-1", channel="#payments") == HIDDEN
    assert (await slash(bot, "frank", "show CH-1", channel="#payments")) != HIDDEN  # who reported it still does


async def test_the_tickets_of_a_deleted_channel_stay_as_they_were(slack: SlackSandbox, bot: Bot) -> None:
    await report(bot, "frank", "redis is down")
    slack.delete_channel("#ops")
    await quiet(bot)
    await night(bot, "channels")
    assert not (await bot.ticket()).is_private
    assert (await bot.ticket()).channel_name == "ops"
    assert told_of(slack, "alice", "deleted") == ["<#C0OPS> was deleted. Nothing of its tickets is deleted."]


@pytest.mark.settings(reporters="responders")
async def test_a_report_that_waits_is_locked_with_its_channel(slack: SlackSandbox, bot: Bot) -> None:
    await report(bot, "frank", "redis is down")
    slack.kick("carol", "#ops")
    slack.convert("#ops", is_private=True)
    await quiet(bot)
    refused = await slash(bot, "carol", "approve P-1", channel="#payments")
    assert refused.startswith("There is no P-1 that you can see.")
    await slash(bot, "alice", "approve P-1")
    assert (await bot.ticket()).is_private
