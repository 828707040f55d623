"""When a team's channel gets its week: Monday 09:00 by the team's clock, or its first working day of that week."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta

from agent.calendar.opening import DAY, FARTHEST, Calendar, day_of
from agent.calendar.whose import calendar_of_team
from agent.desk import Desk
from agent.summary.figures import Week
from bot.settings import Settings
from storage import calendars, reminders, settings_kv
from storage.database import Tx
from storage.people import Team
from storage.reminders import Reminder

SUMMARY, WEEKLY = "summary", "weekly"
ON, OFF = "summary", "off"  # the key of settings_kv in the scope team:<id>, and the value that means none
AT = time(9)
WEEK = timedelta(days=7)


def monday_of(calendar: Calendar, moment: datetime) -> date:
    """The Monday of the week of a moment, by the calendar's clock."""
    today = moment.astimezone(calendar.zone).date()
    return today - today.weekday() * DAY


def moment_in(calendar: Calendar, monday: date) -> datetime | None:
    """When the summary of the week before this Monday is due; None when nobody works in the week that begins then."""
    days = (monday + number * DAY for number in range(7))
    first = next((day for day in days if day_of(calendar, day).openings), None)
    return datetime.combine(first, AT, calendar.zone).astimezone(UTC) if first else None


def next_after(calendar: Calendar, now: datetime) -> tuple[date, datetime] | None:
    """The next Monday with a summary, and when that is due; None when there is none within 400 days."""
    first = monday_of(calendar, now)
    mondays = (first + number * WEEK for number in range(FARTHEST // WEEK))
    coming = ((monday, moment_in(calendar, monday)) for monday in mondays)
    return next(((monday, due) for monday, due in coming if due is not None and due > now), None)


def week_before(calendar: Calendar, monday: date) -> Week:
    """From Monday to Sunday, by the calendar's clock."""
    since, until = (datetime.combine(day, time(), calendar.zone).astimezone(UTC) for day in (monday - WEEK, monday))
    return Week(since=since, until=until)


def last_days(calendar: Calendar, now: datetime) -> Week:
    """The last seven dates, up to now."""
    first = now.astimezone(calendar.zone).date() - 6 * DAY
    return Week(since=datetime.combine(first, time(), calendar.zone).astimezone(UTC), until=now)


def plan_key(team_id: int, monday: date) -> str:
    """There is one summary under it, ever."""
    return f"{SUMMARY}:{team_id}:{monday.isoformat()}"


async def is_wanted(tx: Tx, team: Team) -> bool:
    """Whether a team has a channel, and has not switched it off."""
    return team.channel_id is not None and await settings_kv.get(tx, calendars.of_team(team.id), ON) != OFF


async def upcoming(
    tx: Tx, settings: Settings, teams: Sequence[Team], *, workspace_id: str, now: datetime
) -> list[Reminder]:
    """The next summary of each of these teams, to be planned."""
    wanted = []
    for team in teams:
        found = next_after(await calendar_of_team(tx, settings, team.id), now)
        if found is None or not await is_wanted(tx, team):
            continue
        monday, due = found
        wanted.append(
            Reminder(
                workspace_id=workspace_id,
                kind=SUMMARY,
                step=WEEKLY,
                team_id=team.id,
                channel_id=team.channel_id,
                due_at=due,
                reason=f"the week of {team.name} before {monday:%a %Y-%m-%d}",
                plan_key=plan_key(team.id, monday),
                created_at=now,
            )
        )
    return wanted


async def plan_next(desk: Desk, team: Team) -> None:
    """Plan a team's next summary by the hours that count now."""
    wanted = await upcoming(desk.tx, desk.settings, [team], workspace_id=desk.workspace_id, now=desk.now)
    await reminders.plan(desk.tx, wanted)
