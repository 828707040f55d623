"""Whoever reports may name the team: it counts more than every rule, and the card says where it came from."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.sandbox.slack import SlackSandbox
from storage.tickets import Ticket
from tests.team import (
    DATABASES,
    Bot,
    assignees,
    press,
    quiet,
    report,
    running,
    said,
    seed_teams,
    select_all,
    settings_for,
    slash,
)

BOTH = pytest.mark.parametrize("engine", DATABASES)
NAMED = [
    "for Payments: redis is down",
    "report for payments: redis is down",
    "report to team Payments: redis is down",
    "new team:Payments redis is down",
    "team:payments: redis is down",
    'report team:"Payments" redis is down',
    "new: for Payments: redis is down",
    "melde für Payments: redis is down",
]
NOT_NAMED = ["for the third time: redis is down", "for Nobody: redis is down", "for Payments redis is down"]


@BOTH
async def test_the_team_that_a_report_names_counts_more_than_a_rule(slack: SlackSandbox, bot: Bot) -> None:
    ts = await report(bot, "frank", "report for Payments: redis is down")  # a word of Platform's, in its channel
    ticket = await bot.ticket()
    assert (ticket.title, ticket.description) == ("Redis is down", "redis is down")
    assert await assignees(bot) == ["dave"]
    assert "Why this team: named in the report" in slack.thread("#ops", ts)[1].plain
    assert "Why this team: named in the report" in await slash(bot, "frank", "why CH-1")
    await slack.edit("frank", "#ops", ts, "@chargehand report for Payments: redis is down again")
    await quiet(bot)
    assert (await bot.ticket()).description == "redis is down again"


async def test_the_ways_to_name_it(slack: SlackSandbox, bot: Bot) -> None:
    for number, text in enumerate(NAMED, start=1):
        await report(bot, "frank", f"{text} {number}")
        ticket = await bot.ticket(number)
        assert (ticket.description, ticket.team_source) == (f"redis is down {number}", "named in the report"), text
    for number, text in enumerate(NOT_NAMED, start=len(NAMED) + 1):
        await report(bot, "frank", text)
        ticket = await bot.ticket(number)
        assert (ticket.description, ticket.team_source) == (text, "rule: keyword redis"), text


async def test_a_name_that_no_team_has_is_said_and_nothing_tracked(slack: SlackSandbox, bot: Bot) -> None:
    refused = await slash(bot, "frank", "new team:Paymets it broke")
    assert refused == "There is no team “Paymets it broke”. Teams: Platform, Payments."
    assert (await slash(bot, "frank", "report for Payments:")).startswith("What is wrong? For example")
    assert await select_all(bot, Ticket) == []


async def test_a_thread_is_tracked_for_the_team_that_is_named(slack: SlackSandbox, bot: Bot) -> None:
    root = await slack.say("bob", "#ops", "kafka is stuck")
    await report(bot, "frank", "for Payments: this needs somebody", thread_ts=root)
    ticket = await bot.ticket()
    assert ticket.description == "this needs somebody\n\nThe thread began with: kafka is stuck"
    assert await assignees(bot) == ["dave"]


async def test_a_direct_message_goes_to_the_team_it_names_without_a_question(slack: SlackSandbox, bot: Bot) -> None:
    await slack.dm("frank", "for Payments: redis and kafka are odd")
    await quiet(bot)
    channel = slack.channel("#payments").id
    assert said(slack.dms("frank")) == [f"*CH-1* Redis and kafka are odd is tracked for Payments in <#{channel}>."]
    assert (await bot.ticket()).team_source == "named in the report"


@pytest.fixture
async def held(slack: SlackSandbox, tmp_path: Path) -> AsyncIterator[Bot]:
    settings = settings_for(slack, tmp_path, reporters="responders")
    await seed_teams(settings, slack)
    async with running(slack, settings) as team:
        yield team


async def test_a_report_that_waits_asks_the_managers_of_the_team_it_names(slack: SlackSandbox, held: Bot) -> None:
    ts = await report(held, "frank", "for Payments: redis is down")
    assert said(slack.thread("#ops", ts)) == ["Your report is kept as P-1; it becomes a ticket when @erin approves it."]
    await press(slack, held, "erin", "Approve")
    ticket = await held.ticket()
    assert (ticket.description, ticket.team_source) == ("redis is down", "named in the report")
    assert await assignees(held) == ["dave"]


async def test_a_form_of_who_may_only_ask_waits_too(slack: SlackSandbox, held: Bot) -> None:
    ts = await slack.say("dave", "#ops", "redis is down")
    await slack.shortcut("frank", "track", channel="#ops", ts=ts)
    await slack.until(lambda: slack.modal("frank"))
    assert await slack.submit("frank") == {}
    await quiet(held)
    assert [message.plain.partition(": ")[0] for message in slack.dms("alice")] == ["*P-1*"]
    assert await select_all(held, Ticket) == []
