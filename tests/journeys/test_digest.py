"""Each working day one page says what is up, once; what came while one was off is on it, and silence says nothing."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlmodel import col, select

from bot.messages import moment
from bot.sandbox.slack import SlackSandbox
from storage import settings_kv
from storage.audit import AuditEvent
from storage.notices import Notice
from storage.people import Person
from storage.queue import Job
from storage.reminders import Reminder
from tests.clock import Clock, go_to
from tests.journeys.test_why_button import why
from tests.team import DATABASES, Bot, quiet, report, said, slash
from tests.waiting import until

BOTH = pytest.mark.parametrize("engine", DATABASES)
pytestmark = pytest.mark.settings(admins="@frank")
FRIDAY = datetime(2026, 3, 6, 17, 40, tzinfo=UTC)
EVENING = datetime(2026, 3, 6, 18, 30, tzinfo=UTC)
MONDAY = datetime(2026, 3, 9, 9, 0, tzinfo=UTC)
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)


@pytest.fixture
def clock() -> Clock:
    """A Friday evening, before the hour's look at whose digest comes when."""
    return Clock(base=FRIDAY)


async def plan(bot: Bot, clock: Clock, moment: datetime = FRIDAY + 15 * MINUTE) -> None:
    """Let the hour pass at which digests are planned."""
    clock.set(moment)

    async def is_planned() -> bool:
        return bool(await bot.rows(select(Job.id).where(Job.kind == "digests", Job.state == "done")))

    await until(is_planned, timeout=20)


def days(slack: SlackSandbox, who: str) -> list[str]:
    return [text for text in said(slack.dms(who)) if "*Your day*" in text]


def held(slack: SlackSandbox, who: str) -> list[str]:
    return [text for text in said(slack.dms(who)) if "held back for you" in text.casefold()]


async def digests(bot: Bot) -> list[Reminder]:
    return await bot.rows(select(Reminder).where(Reminder.kind == "digest").order_by(col(Reminder.id)))


@BOTH
async def test_what_came_on_friday_evening_is_one_message_on_monday(
    slack: SlackSandbox, bot: Bot, clock: Clock
) -> None:
    await slash(bot, "alice", "hours team Platform Mon-Fri 9-18")
    await plan(bot, clock)
    clock.set(EVENING)
    await report(bot, "frank", "kafka lags")
    await report(bot, "frank", "kafka lags in Frankfurt")
    assert slack.dms("bob") == slack.dms("carol") == slack.dms("alice") == []
    reasons = {one.reason for one in await bot.rows(select(Notice).where(Notice.state == "held"))}
    assert reasons == {"it is outside their hours"}
    await go_to(bot, clock, MONDAY + timedelta(seconds=1))
    for who in ("bob", "carol", "alice"):
        [page] = said(slack.dms(who))
        assert page.startswith("*Your day*"), page
    [page] = days(slack, "bob")
    assert "*Due today (1)*" in page
    assert f"*<{(await bot.ticket()).permalink}|CH-1>* Kafka lags (high, due <!date^" in page
    assert "*Held back for you (1)*" in page
    assert "is yours (team Platform)" in page
    assert not await bot.rows(select(Notice.id).where(Notice.state == "held"))
    assert days(slack, "dave") == []  # nothing is dave's: the page would be empty


async def test_what_was_resolved_meanwhile_is_no_news(slack: SlackSandbox, bot: Bot, clock: Clock) -> None:
    await slash(bot, "alice", "hours team Platform Mon-Fri 9-18")
    clock.set(EVENING)
    await report(bot, "frank", "kafka lags")
    await slash(bot, "frank", "resolve CH-1 it was a test")
    await go_to(bot, clock, MONDAY + timedelta(seconds=1))
    assert slack.dms("bob") == []
    [page] = said(slack.dms("alice"))  # and not that nobody has it
    head = "*Your day*\n*Held back for you (1)*\n• *CH-1* Kafka lags (high): resolved by @frank."
    assert page.startswith(head)
    assert {one.state for one in await bot.rows(select(Notice))} == {"dropped", "told"}


async def test_without_a_digest_what_was_held_back_comes_at_the_next_opening(
    slack: SlackSandbox, bot: Bot, clock: Clock
) -> None:
    await slash(bot, "bob", "hours Mon-Fri 10-18")
    assert (await slash(bot, "bob", "digest off")).startswith("You get no daily digest any more.")
    await plan(bot, clock)
    clock.set(EVENING)
    await report(bot, "frank", "kafka lags")
    assert len(said(slack.dms("alice"))) == 1  # nobody has set hours for her: at once
    assert slack.dms("bob") == []
    await go_to(bot, clock, MONDAY + timedelta(minutes=59))
    assert held(slack, "bob") == []
    await go_to(bot, clock, MONDAY + timedelta(minutes=61))
    [late] = held(slack, "bob")
    assert "*CH-1* Kafka lags is yours" in late
    assert days(slack, "bob") == []
    reason = ": it was held back until then, since it is outside their hours."
    assert await why(slack, bot, "bob", has="held back") == [reason, "Hours that count: `Mon-Fri 10:00-18:00`, UTC."]


async def test_a_critical_ticket_wakes_who_wants_to_be_woken_and_that_is_on_record(
    slack: SlackSandbox, bot: Bot, clock: Clock
) -> None:
    await slash(bot, "alice", "hours team Platform Mon-Fri 9-18")
    people = {person.name: person.id for person in await bot.rows(select(Person))}
    async with bot.ctx.db.write() as tx:
        about = {"workspace_id": bot.ctx.workspace_id}
        await settings_kv.put(tx, f"person:{people['bob']}", "wake_for_critical", "on", **about)
    clock.set(EVENING)
    await report(bot, "frank", "redis is down for all customers")
    assert len(said(slack.dms("bob"))) == 1
    assert slack.dms("alice") == []
    [woken] = await bot.rows(select(AuditEvent).where(AuditEvent.action == "woken"))
    assert (woken.object_id, woken.after["ticket"]) == (str(people["bob"]), "CH-1")


@BOTH
async def test_a_page_has_parts_links_and_buttons_and_comes_once_a_day(
    slack: SlackSandbox, bot: Bot, clock: Clock
) -> None:
    for number in range(1, 13):
        await slash(bot, "frank", f"report kafka topic {number} lags a little, no hurry")
        await slash(bot, "alice", f"assign CH-{number} @bob")
    await plan(bot, clock)
    await go_to(bot, clock, MONDAY + timedelta(seconds=1))
    [page] = days(slack, "bob")
    assert "… and 2 more" in page
    assert page.count("• *CH-") == 10
    labels = slack.dms("bob")[-1].buttons
    assert [label for label in labels if label.startswith("Resolve")] == [f"Resolve CH-{n}…" for n in range(1, 6)]
    rule, hours = await why(slack, bot, "bob", has="Your day")
    assert rule == ": it is your daily digest, once each working day when your hours begin. `digest off` ends it."
    assert hours.startswith("Hours that count: `Mon-Fri 09:00-18:00`")
    ts = slack.dms("bob")[-1].ts
    await slack.click("bob", slack.dms("bob")[-1].channel, ts, "Snooze CH-2")
    await quiet(bot)
    assert (await bot.ticket(2)).snoozed_until == MONDAY + DAY
    again = [await slash(bot, "bob", "digest now"), *days(slack, "bob")]
    assert len(again) == 2
    await go_to(bot, clock, MONDAY + DAY + timedelta(seconds=1))
    assert len(days(slack, "bob")) == 2


async def test_after_a_day_away_there_is_one_page_and_not_two(slack: SlackSandbox, bot: Bot, clock: Clock) -> None:
    await report(bot, "frank", "kafka lags")
    await plan(bot, clock)
    await go_to(bot, clock, MONDAY + DAY + timedelta(hours=2))
    [page] = days(slack, "bob")
    assert page.startswith("(Late: this was due ")
    clock.set(MONDAY + DAY + timedelta(hours=1))  # the clock goes back an hour
    await plan(bot, clock, MONDAY + DAY + timedelta(hours=1, minutes=55))
    await quiet(bot)
    assert len(days(slack, "bob")) == 1
    by_key = {one.plan_key.rpartition(":")[2]: one.state for one in await digests(bot) if one.state == "sent"}
    assert set(by_key) == {"2026-03-10"}


async def test_a_holiday_has_no_page(slack: SlackSandbox, bot: Bot, clock: Clock) -> None:
    await report(bot, "frank", "kafka lags")
    await plan(bot, clock)
    await slash(bot, "alice", "holiday team Platform add 2026-03-09 Founders' Day")
    await go_to(bot, clock, MONDAY + timedelta(hours=1))
    assert days(slack, "bob") == []
    await go_to(bot, clock, MONDAY + DAY + timedelta(seconds=1))
    assert len(days(slack, "bob")) == 1


async def test_one_sets_the_time_of_ones_own(slack: SlackSandbox, bot: Bot, clock: Clock) -> None:
    await report(bot, "frank", "kafka lags")
    assert (await slash(bot, "bob", "digest at 07:30")).startswith("Your next digest comes ")
    assert [one.due_at for one in await digests(bot) if one.state == "planned"] == [MONDAY - timedelta(minutes=90)]
    assert await slash(bot, "bob", "digest at noon") == "“noon” is no time of day: write it as in `digest at 08:30`."
    await slash(bot, "bob", "digest off")
    assert [one for one in await digests(bot) if one.state == "planned"] == []


async def test_another_time_on_a_day_that_had_its_own_counts_from_the_next_one(
    slack: SlackSandbox, bot: Bot, clock: Clock
) -> None:
    await report(bot, "frank", "kafka lags")
    await plan(bot, clock)
    await go_to(bot, clock, MONDAY + timedelta(hours=1))
    assert len(days(slack, "bob")) == 1
    tuesday = MONDAY + DAY + timedelta(hours=6)
    assert f"Your next digest comes {moment(tuesday)}, " in await slash(bot, "bob", "digest at 15:00")
    assert [one.due_at for one in await digests(bot) if (one.person_id, one.state) == (2, "planned")] == [tuesday]


async def test_each_page_comes_once_though_slack_says_wait(slack: SlackSandbox, bot: Bot, clock: Clock) -> None:
    await report(bot, "frank", "kafka lags")
    await slash(bot, "alice", "assign CH-1 @bob @carol @dave @erin")
    await plan(bot, clock)
    slack.fail(method="chat.postMessage", status=429, retry_after=1, times=3)
    await go_to(bot, clock, MONDAY + timedelta(seconds=1))
    assert [len(days(slack, who)) for who in ("bob", "carol", "dave", "erin")] == [1, 1, 1, 1]


async def test_all_that_was_held_back_is_told(slack: SlackSandbox, bot: Bot, clock: Clock) -> None:
    await slash(bot, "bob", "hours Mon-Fri 9-18")
    await plan(bot, clock)
    clock.set(EVENING)
    for number in range(12):
        await report(bot, "frank", f"kafka node {number} lags")
        await slash(bot, "alice", f"assign CH-{number + 1} @bob")
    waiting = len(await bot.rows(select(Notice).where(Notice.state == "held")))
    assert waiting >= 12
    await go_to(bot, clock, MONDAY + timedelta(seconds=1))
    page = str([message.plain for message in slack.dms("bob")])
    assert all(f"*CH-{number + 1}*" in page for number in range(12))


async def test_who_has_no_digest_hears_at_once_what_would_wait_for_it(
    slack: SlackSandbox, bot: Bot, clock: Clock
) -> None:
    await slash(bot, "alice", "digest off")
    await report(bot, "frank", "kafka is a bit slow in the evening")
    held_back = await bot.rows(select(Notice).where(Notice.state == "held"))
    assert held_back == []
