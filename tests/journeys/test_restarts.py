"""A restart between a card, a press, its form and the answer loses no step: nothing of a control lives in memory."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from bot.sandbox.slack import SlackSandbox
from bot.settings import Settings
from storage.tickets import Ticket
from tests.team import (
    DATABASES,
    Bot,
    assignees,
    audit_of,
    quiet,
    report,
    running,
    said,
    select_all,
)

BOTH = pytest.mark.parametrize("engine", DATABASES)


@asynccontextmanager
async def started_anew(slack: SlackSandbox, settings: Settings) -> AsyncIterator[Bot]:
    """The bot for one step of somebody; it stops when all that follows is done."""
    async with running(slack, settings) as bot:
        yield bot
        await quiet(bot)


@BOTH
async def test_from_the_card_to_undo(slack: SlackSandbox, settings: Settings) -> None:
    async with started_anew(slack, settings) as bot:
        ts = await report(bot, "frank", "redis is down")
    card = slack.thread("#ops", ts)[1].ts
    async with started_anew(slack, settings):
        await slack.click("bob", "#ops", card, "Start")
    async with started_anew(slack, settings):
        await slack.click("bob", "#ops", card, "Resolve…")
        await slack.until(lambda: slack.modal("bob"))
    async with started_anew(slack, settings):
        assert "reason" in await slack.submit("bob", {})
    async with started_anew(slack, settings) as bot:
        assert await slack.submit("bob", {"reason": "failed over"}) == {}
        await quiet(bot)
        assert (await bot.ticket()).resolution == "failed over"
    told = next(message for message in reversed(slack.thread("#ops", ts)) if "Undo" in message.buttons)
    async with started_anew(slack, settings):
        await slack.click("bob", "#ops", told.ts, "Undo")
    async with started_anew(slack, settings) as bot:
        ticket = await bot.ticket()
        assert (ticket.status, await assignees(bot)) == ("in_progress", ["bob"])
        assert [event.action for event in await audit_of(bot, ticket)][-3:] == ["status", "status", "undo"]
    assert len(slack.thread("#ops", ts)) == 3  # the report, its card, and what the resolve was told


@BOTH
async def test_from_a_message_to_its_ticket(slack: SlackSandbox, settings: Settings) -> None:
    async with started_anew(slack, settings):
        ts = await slack.say("frank", "#ops", "redis is down since the 5 pm deploy")
    async with started_anew(slack, settings):
        await slack.shortcut("erin", "track", channel="#ops", ts=ts)
        await slack.until(lambda: slack.modal("erin"))
    async with started_anew(slack, settings) as bot:
        assert await slack.submit("erin", {"title": "Redis is down"}) == {}
        await quiet(bot)
        assert len(await select_all(bot, Ticket)) == 1
    async with started_anew(slack, settings):
        await slack.shortcut("bob", "add", channel="#ops", ts=ts)
        await slack.until(lambda: slack.modal("bob"))
    async with started_anew(slack, settings) as bot:
        assert await slack.submit("bob", {"text": "the failover is stuck"}) == {}
        await quiet(bot)
        assert "the failover is stuck" in said(slack.ephemerals("bob"))[-1] or slack.thread("#ops", ts)
        assert (await bot.ticket()).title == "Redis is down"


async def test_from_a_question_to_its_answer(slack: SlackSandbox, settings: Settings) -> None:
    """What somebody asks for, whom it is asked, and that one's form for the reason why not."""
    async with started_anew(slack, settings) as bot:
        ts = await report(bot, "frank", "redis is down")
    async with started_anew(slack, settings) as bot:
        await report(bot, "bob", "handover @carol", thread_ts=ts)
    asked = next(message for message in reversed(slack.dms("carol")) if "Decline…" in message.buttons)
    async with started_anew(slack, settings):
        await slack.click("carol", "@chargehand", asked.ts, "Decline…")
        await slack.until(lambda: slack.modal("carol"))
    async with started_anew(slack, settings) as bot:
        assert await slack.submit("carol", {"reason": "I am on a train"}) == {}
        await quiet(bot)
        assert "I am on a train" in said(slack.dms("bob"))[-1]
        assert await assignees(bot) == ["bob"]
