"""A ticket that waits too long is told of: to who has it, then to who can help, each once and in the team's hours."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlmodel import col, select

from bot.sandbox.slack import SlackSandbox
from storage import queue
from storage.queue import Job
from storage.reminders import UNDO, Reminder, ReminderSend
from storage.sla import SlaClock
from tests.clock import NOON, Clock, go_to
from tests.team import DATABASES, Bot, quiet, report, said, slash

BOTH = pytest.mark.parametrize("engine", DATABASES)
pytestmark = pytest.mark.settings(admins="@frank", digest_time="off")
EVENING = datetime(2026, 3, 6, 17, 59, tzinfo=UTC)
MONDAY = datetime(2026, 3, 9, 9, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def bot(bot: Bot) -> Bot:
    """Its teams read no week: what is planned is about deadlines alone."""
    for team in ("Platform", "Payments"):
        await slash(bot, "frank", f"team set {team} summary off")
    return bot


async def clocks(bot: Bot) -> dict[tuple[str, int], SlaClock]:
    rows = await bot.rows(select(SlaClock).order_by(col(SlaClock.id)))
    return {(clock.kind, clock.generation): clock for clock in rows}


async def planned(bot: Bot) -> dict[tuple[str, str], datetime]:
    is_told = (col(Reminder.state) == "planned") & (col(Reminder.kind) != UNDO)
    live = select(Reminder).where(is_told).order_by(col(Reminder.due_at))
    return {(one.kind, one.step): one.due_at for one in await bot.rows(live)}


def near(one: datetime | None, other: datetime) -> bool:
    """Within what a slow machine takes to hear of it."""
    return one is not None and abs(one - other) < MINUTE / 2


def told(slack: SlackSandbox, who: str) -> list[str]:
    """What somebody reads of a deadline in direct messages."""
    return [text for text in said(slack.dms(who)) if "is to be" in text or "was to be" in text]


@BOTH
async def test_what_comes_on_friday_evening_is_due_on_monday_morning(
    slack: SlackSandbox, bot: Bot, clock: Clock
) -> None:
    clock.set(EVENING)
    await report(bot, "frank", "kafka lags")
    assert (await bot.ticket()).priority == "high"
    due = MONDAY + 59 * MINUTE
    assert near((await clocks(bot))["ack", 1].due_at, due)
    assert "ack due" in slack.transcript()
    await go_to(bot, clock, MONDAY)
    assert told(slack, "bob") == []
    await go_to(bot, clock, due - 14.5 * MINUTE)
    [warning] = told(slack, "bob")
    assert "is to be acknowledged by" in warning
    assert "14 min of business time left. Press Claim" in warning
    await go_to(bot, clock, due + MINUTE)
    assert "was to be acknowledged by" in told(slack, "bob")[1]
    assert told(slack, "alice") == []
    await go_to(bot, clock, due + 61 * MINUTE)
    [escalated] = told(slack, "alice")
    assert "of business time ago. @bob has it. `assign CH-1 @someone`" in escalated
    await slash(bot, "bob", "claim CH-1")
    await go_to(bot, clock, due + timedelta(hours=4, minutes=30))
    ack = (await clocks(bot))["ack", 1]
    assert near(ack.breached_at, due)
    assert near(ack.met_at, due + 61 * MINUTE)
    assert len(told(slack, "bob")) == 2
    assert ("ack", "channel") not in await planned(bot)


async def test_a_holiday_moves_the_deadlines_that_were_planned(slack: SlackSandbox, bot: Bot, clock: Clock) -> None:
    clock.set(EVENING)
    await report(bot, "frank", "kafka lags")
    await slash(bot, "alice", "holiday team Platform add 2026-03-09 Founders' Day")
    assert [job.state for job in await bot.rows(select(Job).where(Job.kind == "deadlines"))] == ["done"]
    tuesday = MONDAY + timedelta(days=1)
    assert near((await clocks(bot))["ack", 1].due_at, tuesday + 59 * MINUTE)
    assert near((await planned(bot))["ack", "breach"], tuesday + 59 * MINUTE)
    await go_to(bot, clock, MONDAY + timedelta(hours=3))
    assert told(slack, "bob") == []


@BOTH
async def test_a_critical_ticket_climbs_its_ladder_by_night(slack: SlackSandbox, bot: Bot, clock: Clock) -> None:
    night = datetime(2026, 3, 7, 3, 0, tzinfo=UTC)
    clock.set(night)
    await report(bot, "frank", "redis is down for all customers")
    due = night + 15 * MINUTE
    assert near((await clocks(bot))["ack", 1].due_at, due)
    before = len(said(slack.messages("#ops")))
    seen = {}
    for minutes in (12, 16, 31, 46, 76):
        await go_to(bot, clock, night + minutes * MINUTE)
        people_told = tuple(len(told(slack, who)) for who in ("bob", "alice", "frank"))
        seen[minutes] = (*people_told, len(said(slack.messages("#ops"))) - before)
    assert seen == {12: (1, 0, 0, 0), 16: (2, 0, 0, 0), 31: (2, 1, 0, 0), 46: (2, 1, 0, 1), 76: (2, 1, 1, 1)}
    assert told(slack, "frank")[0].startswith("*CH-1* Redis is down for all customers was to be acknowledged by")
    assert ", 1 h ago. @bob has it. `assign CH-1 @someone`" in told(slack, "frank")[0].replace("1 h 1 min", "1 h")


async def test_after_a_time_away_what_is_still_true_comes_once_and_says_that_it_is_late(
    slack: SlackSandbox, bot: Bot, clock: Clock
) -> None:
    clock.set(EVENING)
    await report(bot, "frank", "kafka lags")
    await go_to(bot, clock, MONDAY + timedelta(hours=3))
    assert [text.startswith("(Late: this was due") for text in told(slack, "bob")] == [True]
    assert [text.startswith("(Late: this was due") for text in told(slack, "alice")] == [True]
    states = {(one.step, one.state) for one in await bot.rows(select(Reminder).where(Reminder.kind == "ack"))}
    assert states == {("warn", "dropped"), ("breach", "sent"), ("managers", "sent"), ("channel", "planned")}
    assert [send.is_late for send in await bot.rows(select(ReminderSend))] == [True, True]


async def test_a_reminder_whose_job_runs_twice_is_sent_once(slack: SlackSandbox, bot: Bot, clock: Clock) -> None:
    clock.set(EVENING)
    await report(bot, "frank", "kafka lags")
    await go_to(bot, clock, MONDAY + 60 * MINUTE)
    job = (await bot.rows(select(Job).where(Job.kind == "reminder").order_by(col(Job.id).desc())))[0]
    async with bot.ctx.db.write() as tx:
        about = {"kind": job.kind, "args": job.args, "created_at": clock(), "key": job.key}
        await queue.put(tx, Job(workspace_id=job.workspace_id, dedupe_key="again", **about))
    await quiet(bot)
    assert [job.state for job in await bot.rows(select(Job).where(Job.kind == "reminder"))] == ["done"] * 3
    assert len(told(slack, "bob")) == 1
    assert len(await bot.rows(select(ReminderSend))) == 1


async def test_a_policy_whose_deadline_has_passed_is_a_breach_told_once(
    slack: SlackSandbox, bot: Bot, clock: Clock
) -> None:
    await report(bot, "frank", "kafka lags")
    clock.set(NOON + 30 * MINUTE)
    refused = await slash(bot, "bob", "sla set Platform high ack=10m")
    assert refused == "You may not change the SLA of Platform: that is for managers of the team and admins. Ask @alice."
    answer = await slash(bot, "alice", "sla set platform high ack=10m clock=24x7")
    assert "• high: acknowledge 10m, resolve 8h, 24x7" in answer
    await go_to(bot, clock, NOON + 46 * MINUTE)
    ack = (await clocks(bot))["ack", 1]
    assert near(ack.due_at, NOON + 10 * MINUTE)
    assert near(ack.breached_at, NOON + 30 * MINUTE)
    [only] = told(slack, "bob")
    assert "ago. It had passed already when this became the target of high tickets." in only
    await slash(bot, "alice", "sla set Platform high off")
    assert near((await clocks(bot))["ack", 1].breached_at, NOON + 30 * MINUTE)  # what was missed stays on record
    assert {kind for kind, _ in await planned(bot)} == {"stale"}
    assert (await slash(bot, "alice", "sla set Platform high default")).count("acknowledge 1h, resolve 8h") == 1
    assert ("resolve", "breach") in await planned(bot)


async def test_a_reopened_ticket_has_to_be_seen_again(slack: SlackSandbox, bot: Bot, clock: Clock) -> None:
    await report(bot, "frank", "kafka lags")
    await slash(bot, "bob", "claim CH-1")
    clock.set(NOON + timedelta(hours=1))
    await slash(bot, "bob", "resolve CH-1 restarted")
    assert await planned(bot) == {}
    again = NOON + timedelta(hours=3)
    clock.set(again)
    await slash(bot, "bob", "reopen CH-1 it lags again")
    known = await clocks(bot)
    assert near(known["ack", 1].met_at, NOON)
    assert near(known["ack", 2].due_at, again + timedelta(hours=1))
    assert near(known["resolve", 1].due_at, MONDAY + timedelta(hours=4))  # 8 h, without the 2 h that it was resolved
    assert (await slash(bot, "bob", "claim CH-1")).startswith("@bob has")
    assert (await slash(bot, "bob", "claim CH-1")) == "CH-1 is yours already."
    assert near((await clocks(bot))["ack", 2].met_at, again)


async def test_an_assignee_who_comments_has_seen_it(slack: SlackSandbox, bot: Bot, clock: Clock) -> None:
    clock.set(EVENING)
    root = await report(bot, "frank", "kafka lags")
    await report(bot, "frank", "it is worse now", thread_ts=root)
    assert (await clocks(bot))["ack", 1].met_at is None
    await report(bot, "bob", "I see, one broker is gone", thread_ts=root)
    assert near((await clocks(bot))["ack", 1].met_at, EVENING)


async def test_one_reads_what_is_planned_and_why(slack: SlackSandbox, bot: Bot, clock: Clock) -> None:
    clock.set(EVENING)
    assert await slash(bot, "bob", "reminders") == "Nothing is planned for you."
    await report(bot, "frank", "kafka lags")
    lines = (await slash(bot, "bob", "reminders")).splitlines()
    assert lines[0] == "*What is planned for you*"
    assert "*CH-1* Kafka lags: you hear that the deadline is near (high: acknowledge within 1h (business))" in lines[1]
    assert len(lines) == 13  # with three nudges, and what managers hear when it stays silent
    assert (await slash(bot, "bob", "sla")).startswith(
        "*Platform*\n• critical: acknowledge 15m, resolve 4h, 24x7\n• high: acknowledge 1h, resolve 8h, business"
    )
