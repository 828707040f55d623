"""A team's channel reads each Monday how its week was; its managers read it whenever they ask."""

import re
from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
from sqlmodel import col, select

from bot.sandbox.slack import SlackSandbox
from storage.audit import AuditEvent
from storage.reminders import Reminder
from tests.clock import Clock, go_to
from tests.journeys.test_digest import plan
from tests.team import DATABASES, Bot, quiet, report, said, slash

BOTH = pytest.mark.parametrize("engine", DATABASES)
pytestmark = pytest.mark.settings(admins="@frank", digest_time="off")
THURSDAY = datetime(2026, 3, 5, 9, 0, tzinfo=UTC)
FRIDAY = datetime(2026, 3, 6, 17, 40, tzinfo=UTC)
MONDAY = datetime(2026, 3, 9, 9, 0, tzinfo=UTC)
HOUR, MINUTE, DAY = timedelta(hours=1), timedelta(minutes=1), timedelta(days=1)


@pytest.fixture
def clock() -> Clock:
    return Clock(base=THURSDAY)


def weeks(slack: SlackSandbox, channel: str) -> list[str]:
    return [text for text in said(slack.messages(channel)) if "*The week of " in text]


async def a_week(bot: Bot, clock: Clock) -> None:
    """Three are reported on Thursday; one is done, one done and opened again, one done by mistake and taken back."""
    for text in ("kafka lags", "kafka is slow in Berlin", "redis cluster is down"):
        await report(bot, "frank", text)
    clock.set(THURSDAY + HOUR)
    await slash(bot, "alice", "resolve CH-1 restarted it")
    await slash(bot, "alice", "resolve CH-2 restarted it too")
    await slash(bot, "alice", "close CH-3 wrong ticket")
    await slash(bot, "alice", "undo CH-3")
    clock.set(THURSDAY + 2 * HOUR)
    await slash(bot, "alice", "reopen CH-2 it is slow again")


@BOTH
async def test_on_monday_the_channel_reads_its_week(slack: SlackSandbox, bot: Bot, clock: Clock) -> None:
    await a_week(bot, clock)
    await plan(bot, clock, FRIDAY + 15 * MINUTE)
    await go_to(bot, clock, MONDAY - MINUTE)
    assert weeks(slack, "#ops") == []
    await go_to(bot, clock, MONDAY + timedelta(seconds=1))
    [page] = weeks(slack, "#ops")
    assert page.startswith("*The week of Platform*, Mon 2026-03-02 to Sun 2026-03-08")
    for line in ("Opened | 3", "Resolved or closed | 2", "Reopened | 1", "Open now | 2", "Open when it began | 0"):
        assert line in page
    assert re.search(r"Resolved within, median \| (59 min|1 h)\n", page)  # the reports took some seconds
    assert "Opened Thu 5: 3" in page
    assert "Resolved Thu 5: 2" in page
    assert "*Open for longest*\n• *<" in page
    assert "by person" not in page
    kinds = [block["type"] for block in slack.messages("#ops")[-1].all_blocks]
    assert kinds == ["section", "table", "data_visualization", "context", "actions"]
    await slack.click("bob", "#ops", slack.messages("#ops")[-1].ts, "Why")
    await quiet(bot)
    told = slack.ephemerals("bob")[-1].plain
    assert "it is the week of Platform, once a week. `team set Platform summary off` ends it.\nHours that" in told
    assert weeks(slack, "#payments") == []  # there was nothing to say
    await go_to(bot, clock, MONDAY + 7 * DAY + timedelta(seconds=1))
    assert len(weeks(slack, "#ops")) == 2


async def test_the_figures_are_those_of_the_record(slack: SlackSandbox, bot: Bot, clock: Clock) -> None:
    await a_week(bot, clock)
    clock.set(FRIDAY)
    await slash(bot, "alice", "resolve CH-2 done at last")
    shown = await slash(bot, "alice", "summary Platform")
    counted = await recount(bot)
    assert f"Opened | {counted['opened']}" in shown
    assert f"Resolved or closed | {counted['done']}" in shown
    assert f"Reopened | {counted['reopened']}" in shown
    assert f"Open now | {counted['opened'] - counted['done'] + counted['reopened']}" in shown
    assert (counted["opened"], counted["done"], counted["reopened"]) == (3, 3, 1)


async def recount(bot: Bot) -> Counter[str]:
    """What the audit record alone says: a step that was taken back is none."""
    over, counted = {"resolved", "closed"}, Counter[str]()
    for event in await bot.rows(
        select(AuditEvent).where(AuditEvent.object_kind == "ticket").order_by(col(AuditEvent.id))
    ):
        before, after = event.before.get("status"), event.after.get("status")
        counted["opened"] += event.action == "report"
        if event.action == "undo" and before in over and after not in over:
            counted["done"] -= 1
        elif after in over and before not in over:
            counted["done"] += 1
        elif before in over and after not in over:
            counted["reopened"] += 1
    return counted


async def test_what_slack_will_not_draw_is_said_in_text_at_once(slack: SlackSandbox, bot: Bot, clock: Clock) -> None:
    await a_week(bot, clock)
    await plan(bot, clock, FRIDAY + 15 * MINUTE)
    slack.world.refused_blocks = {"table", "data_visualization"}
    await go_to(bot, clock, MONDAY + timedelta(seconds=1))
    [page] = weeks(slack, "#ops")
    assert re.search(r"Figure +In the week\nOpened +3\n", page)
    assert re.search(r"Thu 5 +Opened +█{20} 3\n +Resolved +█{14} 2\n", page)
    assert (await slash(bot, "alice", "summary Platform")).count("```") == 4


async def test_each_team_reads_it_at_nine_by_its_own_clock_and_on_its_first_working_day(
    slack: SlackSandbox, bot: Bot, clock: Clock
) -> None:
    await slash(bot, "alice", "hours team Platform Mon-Fri 9-18 Europe/Berlin")
    await slash(bot, "erin", "hours team Payments Mon-Fri 9-18 America/New_York")
    await slash(bot, "erin", "holiday team Payments add 2026-03-09 Founders' Day")
    await report(bot, "frank", "kafka lags")
    await report(bot, "frank", "checkout is slow", channel="#payments")
    await plan(bot, clock, FRIDAY + 15 * MINUTE)
    found = await bot.rows(select(Reminder).where(Reminder.kind == "summary").order_by(col(Reminder.team_id)))
    assert [one.due_at for one in found] == [MONDAY - HOUR, MONDAY + DAY + 4 * HOUR]  # summer time there, none here
    await go_to(bot, clock, MONDAY - HOUR + timedelta(seconds=1))
    assert (len(weeks(slack, "#ops")), len(weeks(slack, "#payments"))) == (1, 0)
    await go_to(bot, clock, MONDAY + DAY + 4 * HOUR + timedelta(seconds=1))
    [page] = weeks(slack, "#payments")
    assert page.startswith("*The week of Payments*, Mon 2026-03-02 to Sun 2026-03-08")


async def test_what_was_due_while_nobody_was_there_comes_once_and_late(
    slack: SlackSandbox, bot: Bot, clock: Clock
) -> None:
    await a_week(bot, clock)
    await plan(bot, clock, FRIDAY + 15 * MINUTE)
    await go_to(bot, clock, MONDAY + 9 * DAY)
    [page] = weeks(slack, "#ops")
    assert page.startswith("(Late: this was due ")
    assert "*The week of Platform*, Mon 2026-03-09 to Sun 2026-03-15" in page
    clock.set(MONDAY + 9 * DAY - HOUR)  # the clock goes back
    await plan(bot, clock, MONDAY + 9 * DAY + HOUR)
    assert len(weeks(slack, "#ops")) == 1


async def test_a_team_can_do_without(slack: SlackSandbox, bot: Bot, clock: Clock) -> None:
    await a_week(bot, clock)
    await slash(bot, "alice", "team set Platform summary off")
    await plan(bot, clock, FRIDAY + 15 * MINUTE)
    await go_to(bot, clock, MONDAY + timedelta(seconds=1))
    assert weeks(slack, "#ops") == []


async def test_managers_read_who_has_how_many_and_nobody_else_does(slack: SlackSandbox, bot: Bot) -> None:
    await report(bot, "frank", "kafka lags")
    shown = await slash(bot, "alice", "summary")
    assert shown.startswith("*The week of Platform*, Fri 2026-02-27 to Thu 2026-03-05")
    assert "*Open tickets by person*\n• @bob: 1" in shown
    assert await slash(bot, "bob", "summary Platform") == (
        "You may not read the figures of Platform: that is for managers of the team and admins. Ask @alice."
    )
    assert await slash(bot, "frank", "summary") == "Which team? For example `summary Platform`."
    assert await slash(bot, "alice", "summary Nowhere") == "There is no team “Nowhere”. Teams: Platform, Payments."
    await report(bot, "frank", "summary page of kafka is broken")
    assert (await bot.ticket(2)).title == "Summary page of kafka is broken"


async def test_private_tickets_are_in_no_figures(slack: SlackSandbox, bot: Bot, clock: Clock) -> None:
    slack.invite_bot("#secret")
    await report(bot, "alice", "kafka password leaked", channel="#secret")
    assert (await bot.ticket()).is_private
    shown = await slash(bot, "alice", "summary Platform")
    assert "Opened | 0" in shown
    assert "CH-1" not in shown
    await plan(bot, clock, FRIDAY + 15 * MINUTE)
    await go_to(bot, clock, MONDAY + timedelta(seconds=1))
    assert weeks(slack, "#ops") == []
