"""A report in a direct message goes to the team it is about, after one question at most."""

import asyncio
from functools import partial
from pathlib import Path

import pytest
from sqlmodel import select

from bot.sandbox.slack import SlackSandbox
from storage.tickets import Ticket
from tests.team import DATABASES, Bot, assignees, quiet, running, said, settings_for

pytestmark = pytest.mark.parametrize("engine", DATABASES)

QUESTION = "Which team is this for? I track it as soon as you choose."


async def dm(bot: Bot, who: str, text: str) -> str:
    ts = await bot.slack.dm(who, text)
    await quiet(bot)
    return ts


async def test_a_clear_report_is_tracked_in_the_teams_channel(slack: SlackSandbox, bot: Bot) -> None:
    await dm(bot, "frank", "checkout fails for everyone")
    payments = slack.channel("#payments").id
    assert said(slack.dms("frank")) == [f"*CH-1* Checkout fails for everyone is tracked for Payments in <#{payments}>."]
    [card] = slack.messages("#payments")
    assert card.plain.startswith("*CH-1  Checkout fails for everyone*")
    assert await assignees(bot) == ["dave"]


async def test_an_unclear_report_asks_once_and_is_kept_until_the_answer(slack: SlackSandbox, bot: Bot) -> None:
    await dm(bot, "frank", "the page is blank")
    [question] = [message for message in slack.dms("frank") if message.bot_id]
    assert question.plain == QUESTION
    assert question.menus == {"file": ["Platform", "Payments", "I don't know"]}
    assert await bot.rows(select(Ticket)) == []
    await slack.select("frank", "@chargehand", question.ts, action="file", choice="Payments")
    await quiet(bot)
    assert (await bot.ticket()).description == "the page is blank"
    assert slack.messages("#payments")[0].plain.startswith("*CH-1  The page is blank*")
    payments = slack.channel("#payments").id
    assert said(slack.dms("frank")) == [f"*CH-1* The page is blank is tracked for Payments in <#{payments}>."]
    assert slack.ephemerals("frank") == []


async def test_the_answer_can_be_typed(slack: SlackSandbox, bot: Bot) -> None:
    await dm(bot, "frank", "the page is blank")
    await dm(bot, "frank", "platform")
    assert (await bot.ticket()).channel_id == slack.channel("#ops").id
    assert len(await bot.rows(select(Ticket))) == 1


async def test_choosing_twice_makes_one_ticket(slack: SlackSandbox, bot: Bot) -> None:
    await dm(bot, "frank", "the page is blank")
    [question] = [message for message in slack.dms("frank") if message.bot_id]
    choose = partial(slack.select, "frank", "@chargehand", question.ts, action="file")
    await asyncio.gather(choose(choice="Payments"), choose(choice="Platform"))
    await quiet(bot)
    assert [ticket.number for ticket in await bot.rows(select(Ticket))] == [1]
    assert "That report is tracked already; `list` shows it." in slack.transcript()


@pytest.mark.parametrize("shrug", ["I don't know", "Weiß ich nicht."])
async def test_who_does_not_know_gets_a_ticket_all_the_same(slack: SlackSandbox, bot: Bot, shrug: str) -> None:
    ts = await dm(bot, "frank", "the page is blank")
    await dm(bot, "frank", shrug)
    ticket = await bot.ticket()
    assert (ticket.description, ticket.thread_ts, ticket.team_id) == ("the page is blank", ts, None)
    dms = slack.channel("@chargehand", seen_by="frank").id
    [card] = [message for message in slack.thread(dms, ts) if "*CH-1  The page" in message.plain]
    assert "not clear yet" in card.plain
    assert card.menus["move"] == ["Platform", "Payments"]
    assert len(await bot.rows(select(Ticket))) == 1


async def test_report_as_a_word_asks_the_same_question(slack: SlackSandbox, bot: Bot) -> None:
    await dm(bot, "frank", "report the page is blank")
    assert said(slack.dms("frank")) == [QUESTION]
    await dm(bot, "frank", "Payments")
    assert (await bot.ticket()).channel_id == slack.channel("#payments").id


async def test_without_teams_it_is_tracked_in_the_direct_message(slack: SlackSandbox, tmp_path: Path) -> None:
    settings = settings_for(slack, tmp_path)
    async with running(slack, settings) as bot:
        ts = await dm(bot, "frank", "the page is blank")
        dms = slack.channel("@chargehand", seen_by="frank").id
        [_, card] = slack.thread(dms, ts)
        assert card.plain.startswith("*CH-1  The page is blank*")
        assert "No team yet, so nobody is assigned." in card.plain


async def test_commands_work_in_a_direct_message(slack: SlackSandbox, bot: Bot) -> None:
    await dm(bot, "frank", "checkout fails")
    await dm(bot, "frank", "list")
    assert "*1 open ticket*" in said(slack.dms("frank"))[-1]


async def test_an_edit_reaches_a_report_that_waits_for_its_team(slack: SlackSandbox, bot: Bot) -> None:
    await dm(bot, "frank", "the page is blank")
    [asked, question] = slack.dms("frank")
    await slack.edit("frank", "@chargehand", asked.ts, "the page is blank since noon")
    await quiet(bot)
    await slack.select("frank", "@chargehand", question.ts, action="file", choice="Payments")
    await quiet(bot)
    assert (await bot.ticket()).description == "the page is blank since noon"
