"""`list` shows what one may see, a page at a time, by filters; an empty one says which filter left out most."""

from datetime import timedelta

import pytest

from bot.sandbox.slack import SlackSandbox
from storage import tickets
from storage.people import Person
from storage.tickets import Ticket
from tests.team import DATABASES, Bot, quiet, report, slash


async def fill(bot: Bot, number: int, **fields: object) -> list[Ticket]:
    """So many tickets more, as reports would have left them."""
    async with bot.ctx.db.write() as tx:
        made = []
        for _ in range(number):
            at = await tickets.next_number(tx, bot.slack.workspace_id)
            values: dict[str, object] = {
                "workspace_id": bot.slack.workspace_id,
                "number": at,
                "title": f"Redis {at} is down",
                "description": "since noon",
                "source": "slack",
                "channel_id": "C0OPS",
                "created_at": bot.ctx.clock(),
            }
            made.append(Ticket(**(values | fields)))
            tx.add(made[-1])
            await tx.flush()
        return made


def numbers(answer: str) -> list[int]:
    """The tickets of a list, top to bottom."""
    return [int(line.split("CH-")[1].split(">")[0].split("*")[0]) for line in answer.splitlines() if "CH-" in line]


async def test_pages_follow_one_another_by_buttons(slack: SlackSandbox, bot: Bot) -> None:
    await fill(bot, 23)
    first = await slash(bot, "frank", "list sort:age")
    assert first.startswith("*23 open tickets* – page 1\n")
    assert numbers(first) == list(range(1, 11))
    assert slack.ephemerals("frank")[-1].buttons == ["Next"]
    for label, shown, buttons in [
        ("Next", range(11, 21), ["Previous", "Next"]),
        ("Next", range(21, 24), ["Previous"]),
        ("Previous", range(11, 21), ["Previous", "Next"]),
    ]:
        await slack.click_ephemeral("frank", label)
        await quiet(bot)
        page = slack.ephemerals("frank")[-1]
        assert (numbers(page.plain), page.buttons) == (list(shown), buttons)


@pytest.mark.parametrize("engine", DATABASES)
async def test_each_filter_leaves_its_tickets(slack: SlackSandbox, bot: Bot) -> None:
    now = bot.ctx.clock()
    await report(bot, "frank", "redis is down, payments failing for everyone")  # CH-1: critical, bob's
    await fill(bot, 1, created_at=now - timedelta(days=9), title="100% CPU", component="Cart", tags=["größe"])  # CH-2
    await fill(bot, 1, snoozed_until=now + timedelta(days=1), description="waits for _it_")  # CH-3
    await fill(bot, 1, waiting_since=now, priority="low", title="1000 CPU")  # CH-4
    await fill(bot, 1, status="in_progress")  # CH-5
    for line, found in {
        "": [1, 2, 3, 4, 5],
        "mine": [1],
        "unassigned": [2, 3, 4, 5],
        "in progress": [5],
        "critical": [1],
        "priority:p3": [4],
        "team:platform": [1],
        "assignee:@bob": [1],
        "reporter:frank": [1],
        "component:cart": [2],
        "tag:größe": [2],
        "stale": [2],
        "older:7d": [2],
        "snoozed": [3],
        "waiting": [4],
        '"100%"': [2],
        '"_it_"': [3],
        '"cpu" sort:age': [2, 4],
        "overdue": [],
        "sort:priority": [1, 4, 2, 3, 5],
        "waiting low": [4],
    }.items():
        assert numbers(await slash(bot, "bob", f"list {line}")) == found, line


async def test_an_empty_list_says_which_filter_left_out_most(bot: Bot) -> None:
    await fill(bot, 3)
    await fill(bot, 1, status="closed")
    answer = await slash(bot, "frank", "list mine waiting")
    alone = " None of these filters leaves them out alone: without any one of them there are none either."
    assert answer == f"No open tickets: mine, waiting.{alone}"
    answer = await slash(bot, "frank", "list low unassigned")
    assert answer == "No open tickets: low, unassigned. Without “low” there are 3."
    assert (await slash(bot, "frank", "list resolved closed")).startswith("*1 resolved or closed ticket*")


async def test_a_row_names_number_priority_assignee_and_when_it_is_due(slack: SlackSandbox, bot: Bot) -> None:
    await report(bot, "frank", "redis is down, payments failing for everyone " + "and ever " * 20)
    [row] = (await slash(bot, "bob", "list")).splitlines()[1:]
    mark, name, rest = row.split(" ", 2)
    assert (mark, name.endswith("|CH-1>*")) == (":red_circle:", True)
    assert rest.startswith("critical – Redis is down, payments failing for everyone")
    assert "… – @bob, due <!date^" in rest


async def test_tickets_of_a_private_channel_are_for_its_members(slack: SlackSandbox, bot: Bot) -> None:
    await fill(bot, 1, is_private=True, channel_id="G0ELSE")
    assert await slash(bot, "frank", "list") == "No open tickets."
    async with bot.ctx.db.write() as tx:
        frank = await tx.get_one(Person, 1)
        (await tx.get_one(Ticket, 1)).reporter_id = frank.id
        who = frank.name
    assert numbers(await slash(bot, who, "list")) == [1]
