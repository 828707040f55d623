"""People and teams say when they work and on which days they do not; whoever may not is told who could."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from agent.calendar.opening import Calendar, next_open
from agent.calendar.whose import calendar_of_person, calendar_of_team
from bot.sandbox.slack import SlackSandbox
from storage import people
from storage.audit import AuditEvent
from storage.calendars import CalendarRow, CustomDay
from tests.clock import StoppedClock
from tests.team import DATABASES, Bot, report, select_all, slash

BOTH = pytest.mark.parametrize("engine", DATABASES)
pytestmark = pytest.mark.settings(admins="@frank")
NOW = datetime(2026, 3, 27, 15, 0, tzinfo=UTC)  # a Friday, before the clocks change in Europe


REFUSED = [
    ("hours 9-25", "“9-25” is no time of day: hours go from 0 to 24, as in `9-18`, `08:30-17:00` or `22-6`."),
    ("hours Mon-Fri", "Which hours? Write them after the days, as in `Mon-Fri 09:00-18:00`."),
    ("hours Mon-Foo 9-17", "“Foo” is no day of the week: write Mon, Tue, Wed, Thu, Fri, Sat or Sun."),
    ("hours Mars/X", "“Mars/X” is no time zone. Write it as in `Europe/Berlin`, `America/New_York` or `UTC`."),
    ("hours 9-17 Europe/Berlim", "“Europe/Berlim” is no time zone. Did you mean `Europe/Berlin`?"),
    ("hours team Nobody 9-17", "There is no team “Nobody 9-17”. Teams: Platform, Payments."),
    (
        "hours team Payments 9-17",
        "You may not change the hours of Payments: that is for managers of the team and admins. Ask @erin.",
    ),
    ("hours workspace 9-17", "You may not change the hours of the workspace: that is for admins."),
    ("holiday country XX", "I know no holidays of a country “XX”. Write it as in `DE` or `Germany`."),
    (
        "holiday country Germny",
        "I know no holidays of a country “Germny”. Did you mean `DE` (Germany) or `GG` (Guernsey)?",
    ),
    ("holiday country DE Berln", "“Berln” is no part of DE with holidays of its own. Did you mean `BE` (Berlin)"),
    ("holiday add 2026-02-30", "“2026-02-30” is no date: write year, month and day as in 2026-12-24."),
    ("holiday team Payments add 2026-12-24", "You may not change the holidays of Payments: that is for managers"),
    ("holiday in Spain", "“in Spain” is no way to use it. Usage: `holiday"),
]


@pytest.fixture
def clock() -> StoppedClock:
    return StoppedClock(NOW)


async def hours_of(bot: Bot, name: str) -> Calendar:
    """The calendar that counts for a person."""
    async with bot.ctx.db.read() as tx:
        [person] = await people.named(tx, bot.ctx.workspace_id, name)
        return await calendar_of_person(tx, bot.ctx.settings, person.id)


async def hours_of_team(bot: Bot, name: str) -> Calendar:
    async with bot.ctx.db.read() as tx:
        team = await people.team_named(tx, name)
        assert team
        return await calendar_of_team(tx, bot.ctx.settings, team.id)


@BOTH
async def test_what_a_person_leaves_open_their_team_says(bot: Bot) -> None:
    assert await slash(bot, "dave", "hours") == "*You*: Mon-Fri 09:00-18:00, times of UTC. Open now."
    answer = await slash(bot, "erin", "hours team Payments Europe/Berlin, Mon-Thu 8-12 13-17, Fri 8-12")
    assert answer.startswith(
        "*Payments*: Mon-Thu 08:00-12:00 13:00-17:00, Fri 08:00-12:00, times of Europe/Berlin. Opens"
    )
    await slash(bot, "dave", "hours America/New_York")
    assert (await hours_of(bot, "dave")).zone == ZoneInfo("America/New_York")
    assert (await hours_of(bot, "dave")).week == (await hours_of_team(bot, "payments")).week
    assert (await hours_of(bot, "bob")).zone == ZoneInfo("UTC")
    await slash(bot, "dave", "hours default")
    assert await hours_of(bot, "dave") == await hours_of_team(bot, "Payments")
    changes = [
        (event.actor, event.action) for event in await select_all(bot, AuditEvent) if event.object_kind == "calendar"
    ]
    assert len(changes) == 3


@BOTH
async def test_holidays_of_a_country_and_days_of_ones_own(bot: Bot) -> None:
    answer = await slash(bot, "erin", "holiday team Payments country Germany Berlin")
    assert answer.startswith("*Payments*: holidays of DE BE; in the next year 11 days off.")
    assert "• Mon 2026-04-06 Easter Monday" in answer
    await slash(bot, "erin", "holiday team Payments add 2026-12-24 Christmas Eve")
    assert "• Thu 2026-12-24 Christmas Eve" in await slash(bot, "dave", "holiday")
    await slash(bot, "dave", "holiday remove 2026-12-24")
    assert "2026-12-24" not in await slash(bot, "dave", "holidays")
    assert "2026-12-24" in await slash(bot, "erin", "holiday")
    await slash(bot, "dave", "holiday add 2026-12-24")
    assert "• Thu 2026-12-24 Christmas Eve" in await slash(bot, "dave", "holiday")
    assert await slash(bot, "dave", "holiday remove 2026-03-30") == (
        "2026-03-30 is no day off. `holiday` lists those of the next year."
    )
    friday = datetime(2026, 4, 3, 12, 0, tzinfo=UTC)  # Good Friday
    assert next_open(await hours_of(bot, "dave"), friday) == datetime(2026, 4, 7, 9, 0, tzinfo=UTC)
    assert (await slash(bot, "dave", "holiday country none")).startswith("*You*: no country's holidays;")
    assert next_open(await hours_of(bot, "dave"), friday) == friday


async def test_what_is_wrong_is_said_and_nothing_changes(bot: Bot) -> None:
    for line, refusal in REFUSED:
        assert (await slash(bot, "bob", line)).startswith(refusal), line
    assert await select_all(bot, CalendarRow) == await select_all(bot, CustomDay) == []


async def test_the_workspaces_hours_are_an_admins(bot: Bot) -> None:
    answer = await slash(bot, "frank", "hours workspace Sun-Thu 22-6 Asia/Kathmandu")
    assert answer.startswith("*The workspace*: Mon-Thu 22:00-06:00, Sun 22:00-06:00, times of Asia/Kathmandu.")
    assert await hours_of(bot, "bob") == await hours_of_team(bot, "Payments")
    assert (await hours_of(bot, "bob")).zone.key == "Asia/Kathmandu"


async def test_hours_that_never_come_are_taken_back(bot: Bot) -> None:
    async with bot.ctx.db.write() as tx:
        [bob] = await people.named(tx, bot.ctx.workspace_id, "bob")
        for n in range(0, 60):
            monday = NOW.date() + timedelta(days=3 + 7 * n)
            tx.add(CustomDay(workspace_id=bot.ctx.workspace_id, scope=f"person:{bob.id}", day=monday, is_off=True))
    before = await hours_of(bot, "bob")
    assert "nothing opens within 400 days" in await slash(bot, "bob", "hours Mon 9-17")
    assert await hours_of(bot, "bob") == before


async def test_a_sentence_about_hours_is_a_report(bot: Bot, slack: SlackSandbox) -> None:
    await report(bot, "bob", "hours of the redis dashboard are shown in the wrong zone")
    assert (await bot.ticket()).title
