"""Several tickets in one command, several commands in one message: one answer, a result each; none stops the rest."""

import pytest
from sqlmodel import select

from bot.sandbox.slack import SlackSandbox
from storage.audit import AuditEvent
from tests.team import Bot, quiet, report, said, slash


async def reports(bot: Bot, number: int) -> list[str]:
    """So many tickets of Platform's, bob's and carol's; the reports' timestamps."""
    return [
        await report(bot, "frank", f"redis {name} is down") for name in ("one", "two", "six", "ten", "max")[:number]
    ]


async def statuses(bot: Bot, number: int) -> list[str]:
    return [(await bot.ticket(one)).status for one in range(1, number + 1)]


@pytest.mark.parametrize("way", ["mention", "slash"])
async def test_a_command_may_name_several_tickets(slack: SlackSandbox, bot: Bot, way: str) -> None:
    await reports(bot, 2)
    line = "resolve CH-1 ch2, and CH-9 deploy rolled back"
    if way == "slash":
        answer = await slash(bot, "alice", line)
    else:
        await report(bot, "alice", line)
        [answer] = said(slack.ephemerals("alice"))
    assert answer.splitlines() == [
        "*CH-1 resolved* by @alice after less than a minute: deploy rolled back",
        "*CH-2 resolved* by @alice after less than a minute: deploy rolled back",
        "There is no CH-9 that you can see. `list` shows what there is.",
    ]
    assert await statuses(bot, 2) == ["resolved", "resolved"]


async def test_what_is_refused_on_one_ticket_is_done_on_the_others_and_is_on_record(bot: Bot) -> None:
    await reports(bot, 2)
    mine, others = (1, 2) if (await slash(bot, "bob", "list mine")).count("|CH-1>") else (2, 1)
    answer = await slash(bot, "bob", f"start CH-{others} CH-{mine}")
    assert answer.splitlines()[0].startswith(f"You may not start CH-{others}: that is for assignees")
    assert (await bot.ticket(mine)).status == "in_progress"
    assert (await bot.ticket(others)).status == "open"
    refused = await bot.rows(select(AuditEvent).where(AuditEvent.action == "refused"))
    assert [event.object_id for event in refused] == [str((await bot.ticket(others)).id)]


async def test_many_tickets_are_asked_about_once(slack: SlackSandbox, bot: Bot) -> None:
    await reports(bot, 4)
    question = await slash(bot, "alice", "close 1 2 3 4")
    assert question.startswith("A reason is missing")
    question = await slash(bot, "alice", "close CH-1 CH-2 CH-3 CH-4 all of one outage")
    assert question == "`close` these 4 tickets? CH-1, CH-2, CH-3, CH-4"
    assert await statuses(bot, 4) == ["open"] * 4
    await slack.click_ephemeral("alice", "Close all 4")
    await quiet(bot)
    assert await statuses(bot, 4) == ["closed"] * 4


async def test_each_line_of_a_message_is_a_command(slack: SlackSandbox, bot: Bot) -> None:
    await reports(bot, 2)
    await report(bot, "alice", "PRIORITY CH-1 high\nplease close CH-7 out of scope\npriority CH-2 low")
    [answer] = said(slack.ephemerals("alice"))
    lines = answer.splitlines()
    assert (lines[0], lines[2], lines[4]) == (
        "> PRIORITY CH-1 high",
        "> please close CH-7 out of scope",
        "> priority CH-2 low",
    )
    assert lines[3] == "There is no CH-7 that you can see. `list` shows what there is."
    assert [(await bot.ticket(one)).priority for one in (1, 2)] == ["high", "low"]


async def test_a_reason_of_several_lines_stays_one(bot: Bot) -> None:
    await reports(bot, 1)
    await slash(bot, "alice", "resolve CH-1 rolled back\nthe deploy of five o'clock")
    assert (await bot.ticket()).resolution == "rolled back\nthe deploy of five o'clock"


async def test_this_and_a_link_to_a_message_name_a_ticket(slack: SlackSandbox, bot: Bot) -> None:
    first, _ = await reports(bot, 2)
    await report(bot, "alice", "priority this high", thread_ts=first)
    assert (await bot.ticket()).priority == "high"
    link = f"https://acme.slack.com/archives/{slack.channel('#ops').id}/p{first.replace('.', '')}"
    await slash(bot, "alice", f"close {link} CH-2 out of scope")
    assert await statuses(bot, 2) == ["closed", "closed"]
    assert "Behind that link is no ticket" in await slash(bot, "alice", f"show {link[:-3]}999")


async def test_each_undo_button_beside_others_names_its_ticket(slack: SlackSandbox, bot: Bot) -> None:
    await reports(bot, 2)
    await slash(bot, "alice", "close CH-1 CH-2 out of scope")
    assert slack.ephemerals("alice")[-1].buttons == ["Undo CH-1", "Undo CH-2"]
    await slack.click_ephemeral("alice", "Undo CH-2")
    await quiet(bot)
    assert await statuses(bot, 2) == ["closed", "open"]
