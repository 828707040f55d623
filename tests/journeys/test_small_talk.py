"""What is nearly a command, or only polite: nothing typed is lost, and nobody gets a ticket they did not want."""

import pytest
from sqlmodel import select

from bot.sandbox.slack import SlackSandbox
from storage.tickets import Ticket
from tests.team import Bot, quiet, report, said, slash


@pytest.mark.parametrize("text", ["thanks!", ":tada:", "vielen Dank"])
async def test_thanks_make_no_ticket_and_no_comment(slack: SlackSandbox, bot: Bot, text: str) -> None:
    root = await report(bot, "frank", "redis is down")
    await report(bot, "frank", text, thread_ts=root)
    await report(bot, "frank", text)
    assert [ticket.number for ticket in await bot.rows(select(Ticket))] == [1]
    in_thread, elsewhere = said(slack.ephemerals("frank"))
    assert in_thread == "*CH-1* Redis is down: high, open, @bob."
    assert elsewhere.startswith("Write what is wrong")


async def test_a_report_that_begins_with_a_verb_is_one_and_says_how_it_was_taken(slack: SlackSandbox, bot: Bot) -> None:
    await report(bot, "frank", "resolve DNS failing in eu-1")
    assert (await bot.ticket()).description == "resolve DNS failing in eu-1"
    [taken] = said(slack.ephemerals("frank"))
    assert taken.startswith("I took that as a report, CH-1, since it is no complete `resolve`.")


async def test_the_nearest_verbs_are_buttons_that_run_the_line(slack: SlackSandbox, bot: Bot) -> None:
    await report(bot, "frank", "redis is down")
    await slash(bot, "alice", "resolv CH-1 failed over")
    assert slack.ephemerals("alice")[-1].buttons == ["resolve"]
    await slack.click_ephemeral("alice", "resolve")
    await quiet(bot)
    assert (await bot.ticket()).resolution == "failed over"


async def test_in_a_thread_the_corrected_line_is_about_its_ticket(slack: SlackSandbox, bot: Bot) -> None:
    root = await report(bot, "frank", "redis is down")
    await report(bot, "bob", "clam", thread_ts=root)
    await slack.click_ephemeral("bob", "claim")
    await quiet(bot)
    assert (await bot.ticket()).acknowledged_at is not None


async def test_a_missing_reason_is_asked_for_by_the_form(slack: SlackSandbox, bot: Bot) -> None:
    await report(bot, "frank", "redis is down")
    assert (await slash(bot, "alice", "resolve CH-1")).startswith("A reason is missing")
    await slack.click_ephemeral("alice", "Resolve CH-1…")
    await slack.until(lambda: slack.modal("alice"))
    assert await slack.submit("alice", {"reason": "failed over"}) == {}
    await quiet(bot)
    assert (await bot.ticket()).resolution == "failed over"
