"""Whatever makes no sense is answered with what is wrong and the next step, and nothing is changed by it."""

import pytest
from sqlalchemy import select
from sqlmodel import SQLModel

from bot.sandbox.slack import SlackSandbox
from storage import people, tickets
from tests.journeys.test_forms import opened
from tests.team import (
    DATABASES,
    Bot,
    quiet,
    report,
    slash,
)

BOTH = pytest.mark.parametrize("engine", DATABASES)
pytestmark = pytest.mark.settings(admins="@alice")
# What a question and its answer leave behind: deliveries, work done, what was said, and signs of life.
TRAFFIC = {
    "deliveries",
    "jobs",
    "job_events",
    "outbox",
    "receipts",
    "leases",
    "workers",
    "slots",
    "buckets",
    "audit_seals",
}
NO_TICKET = "There is no CH-99 that you can see. `list` shows what there is."
NOBODY = "I do not know @nobody. Pick a person from Slack's @ list."
NO_PERSON = "#payments is a channel, not a person."
NO_REASON = "A reason is missing: it goes on record. Usage: `resolve CH-1"
BAD = [
    *(
        (f"{verb} CH-99{rest}", NO_TICKET)
        for verb, rest in [("show", ""), ("claim", ""), ("resolve", " it failed over"), ("watch", ""), ("undo", "")]
    ),
    ("dup CH-1 of CH-99", NO_TICKET),
    ("assign CH-1 @nobody", NOBODY),
    ("capacity @nobody 3", NOBODY),
    ("remind @nobody to look in 2h", NOBODY),
    ("assign CH-1 #payments", NO_PERSON),
    ("handover CH-1 #payments", NO_PERSON),
    ("away #payments tomorrow", NO_PERSON),
    ("capacity #payments 3", NO_PERSON),
    ("person show #payments", NO_PERSON),
    ("team member add Platform #payments", NO_PERSON),
    ("approve P-99", "There is no P-99 that you can see. Your Home tab lists those that wait for you."),
    ("move CH-1 Nobody", "There is no team “Nobody”. Teams: Platform, Payments."),
    ("capacity -1", "“-1” is no capacity: write a number from 1 to 999, as in `capacity 5`;"),
    ("hours 9-25", "“9-25” is no time of day: hours go from 0 to 24, as in `9-18`, `08:30-17:00` or `22-6`."),
    ("hours Mars/X", "“Mars/X” is no time zone. Write it as in `Europe/Berlin`, `America/New_York` or `UTC`."),
    ("holiday country XX", "I know no holidays of a country “XX”. Write it as in `DE` or `Germany`."),
    ("remind me to look every second", "Reminders repeat at most once an hour: write `every hour`, `every day` or"),
    (
        "remind me to look every 0 days",
        "“every 0 days” is no repetition that I can plan. Write one as in",
    ),
    ("remind me FREQ=SECONDLY;COUNT=999999 to look", "I plan only repetitions that are said in words. Write when as"),
    (f"remind me to look every {'9' * 30} days", "I do not see when. Write it at the beginning or the end, as in"),
    ("remind me to look every day for 999999999 times", "“for 999999999 times”: a reminder comes 1 to 1000 times."),
    ("resolve CH-1    ", NO_REASON),
    ("resolve CH-1 \u00a0\u2003\u00a0", NO_REASON),
    ("resolve CH-1 \u200b\u200d\u2060\ufeff", NO_REASON),
    ("wait CH-1 \u200b\u200d\u2060\ufeff", "What it waits for is missing."),
    (f"resolve CH-1 {'x' * 1001}", "The reason is longer than 1,000 characters."),
    (f"set CH-1 title {'x' * 4000}", "The title is longer than 256 characters."),
    ("set CH-1 title \u200b\u200b\u200b", "The title is missing."),
    ("person import PK\3\4 of a spreadsheet", "Line 1: “pk"),
    ("person import slack_id;capacity\nU0ALICE;many", "Nothing was changed, since something is wrong:\n• line 2:"),
]


@pytest.fixture
async def bot(bot: Bot) -> Bot:
    """Alice looks at CH-1."""
    await report(bot, "frank", "redis is down")
    await slash(bot, "alice", "me")
    return bot


async def dump(bot: Bot) -> dict[str, list[str]]:
    """Every row of every table that says how things stand, besides when we were last connected."""
    tables = [table for name, table in SQLModel.metadata.tables.items() if name not in TRAFFIC]
    rows = {table.name: sorted(map(repr, await bot.rows(select(*table.columns)))) for table in tables}
    heard = ("'heard'", "'slack.sound'")
    return rows | {"settings_kv": [row for row in rows["settings_kv"] if not any(name in row for name in heard)]}


@BOTH
async def test_each_is_answered_and_changes_nothing(bot: Bot) -> None:
    before = await dump(bot)
    assert before["tickets"]
    for line, answer in BAD:
        assert (await slash(bot, "alice", line)).startswith(answer), line
    assert await dump(bot) == before


async def has_it(bot: Bot, number: int) -> str:
    """The Slack id of the only assignee."""
    ticket = await bot.ticket(number)
    async with bot.ctx.db.read() as tx:
        [person] = await tickets.assignees(tx, ticket.id)
    return person.slack_id


async def test_a_name_of_two_people_asks_which_one_is_meant(slack: SlackSandbox, bot: Bot) -> None:
    async with bot.ctx.db.write() as tx:
        for who, email in (("carol", None), ("dave", "sam@acme.example")):
            [one] = await people.named(tx, bot.ctx.workspace_id, who)
            one.name, one.email = "Sam", email
    ts = await report(bot, "frank", "kafka is down")
    before = await dump(bot)
    answer = await slash(bot, "alice", "assign CH-1 @sam")
    assert answer == "There are several people called “sam”; pick one from Slack's @ list."
    assert slack.ephemerals("alice")[-1].buttons == ["@Sam (U0CAROL)", "@Sam (sam@acme.example)"]
    assert await dump(bot) == before
    await slack.click_ephemeral("alice", "@Sam (sam@acme.example)")
    await quiet(bot)
    assert await has_it(bot, 1) == "U0DAVE"
    await report(bot, "alice", "handover @sam, kafka is his", thread_ts=ts)
    await slack.click_ephemeral("alice", "@Sam (U0CAROL)")
    await quiet(bot)
    assert await has_it(bot, 2) == "U0CAROL"


async def test_a_form_says_it_at_its_field(slack: SlackSandbox, bot: Bot) -> None:
    before = await dump(bot)
    await opened(slack, bot, "alice", "set")
    assert "256" in (await slack.submit("alice", {"title": "x" * 4000}))["title"]
    await slack.close_modal("alice")
    await opened(slack, bot, "alice", "resolve")
    assert "reason" in (await slack.submit("alice", {"reason": "\u200b\u200b\u200b\u200b"}))["reason"]
    await quiet(bot)
    assert await dump(bot) == before


async def test_a_report_of_any_length_has_a_title_that_can_be_read(slack: SlackSandbox, bot: Bot) -> None:
    await report(bot, "frank", "kafka " + "x" * 4000)
    assert len((await bot.ticket(2)).title) <= 80
