"""When somebody's daily digest comes: once per date of their own calendar, on their working days, at their time."""

from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, time, timedelta
from functools import partial

from agent.calendar.opening import DAY, FARTHEST, Calendar, day_of
from agent.calendar.whose import calendar_of_person
from agent.desk import Desk
from agent.notices.standing import digest_time
from bot.settings import Settings
from storage import reminders
from storage.database import Tx
from storage.people import Person
from storage.reminders import Reminder

DIGEST, DAILY = "digest", "daily"
OFF, AT_START = "off", ""


def moment_on(calendar: Calendar, day: date, at: str) -> datetime | None:
    """When the digest of a day is due, by the calendar's clock; None when it is no working day.

    Args:
        at: a time of day as in "08:30"; empty for the start of the day.
    """
    openings = day_of(calendar, day).openings
    if not openings or at == OFF:
        return None
    if at == AT_START:
        return openings[0].start
    return datetime.combine(day, time.fromisoformat(at), calendar.zone).astimezone(UTC)


def next_after(calendar: Calendar, at: str, now: datetime) -> tuple[date, datetime] | None:
    """The next day with a digest, and when it is due; None when there is none within 400 days."""
    today = now.astimezone(calendar.zone).date()
    days = (today + number * DAY for number in range(FARTHEST // DAY))
    coming = ((day, moment_on(calendar, day, at)) for day in days)
    return next(((day, due) for day, due in coming if due is not None and due > now), None)


async def next_left(
    tx: Tx, calendar: Calendar, at: str, *, key: Callable[[date], str], now: datetime
) -> tuple[date, datetime] | None:
    """The next one that is still to come: not of a date which has had its one already, at an earlier time.

    Args:
        key: the key of the one of a date.
    """
    found = next_after(calendar, at, now)
    if found is None or not await reminders.has_come(tx, key(found[0])):
        return found
    midnight = datetime.combine(found[0] + DAY, time.min, calendar.zone)
    return next_after(calendar, at, midnight.astimezone(UTC) - timedelta(microseconds=1))


def last_working_day(calendar: Calendar, now: datetime) -> datetime:
    """When the working day before today began: what came since is new."""
    today = now.astimezone(calendar.zone).date()
    days = (day_of(calendar, today - number * DAY).openings for number in range(1, FARTHEST // DAY))
    return next((openings[0].start for openings in days if openings), now - timedelta(days=1))


def plan_key(person_id: int, day: date) -> str:
    """There is one digest under it, ever: who travels west does not get the day's twice."""
    return f"{DIGEST}:{person_id}:{day.isoformat()}"


async def settle_key(desk: Desk, reminder: Reminder, *, due: datetime | None, key: str) -> str:
    """Let one that has come be the one of its date, under the key of which there is one ever; why it is not, if so.

    Args:
        due: when the one of this date is due by now; None when the date has none.
    """
    if due is None or due > desk.now:
        reminder.plan_key = f"{reminder.plan_key}:not at {desk.now.isoformat()}"  # its date may still get one
        await desk.tx.flush()
        return "their hours have changed since"
    if reminder.plan_key != key:
        if await reminders.with_key(desk.tx, key):
            return "joined to today's"
        reminder.plan_key = key
        await desk.tx.flush()
    return ""


async def upcoming(
    tx: Tx, settings: Settings, persons: Sequence[Person], *, workspace_id: str, now: datetime
) -> list[Reminder]:
    """The next digest of each of these people, to be planned."""
    wanted = []
    for person in persons:
        calendar, at = await calendar_of_person(tx, settings, person.id), await digest_time(tx, settings, person.id)
        if found := await next_left(tx, calendar, at, key=partial(plan_key, person.id), now=now):
            day, due = found
            wanted.append(
                Reminder(
                    workspace_id=workspace_id,
                    kind=DIGEST,
                    step=DAILY,
                    person_id=person.id,
                    due_at=due,
                    reason=f"your digest of {day:%a %Y-%m-%d}",
                    plan_key=plan_key(person.id, day),
                    created_at=now,
                )
            )
    return wanted


async def plan_next(desk: Desk, person: Person) -> None:
    """Plan somebody's next digest, at the time that counts now."""
    wanted = await upcoming(desk.tx, desk.settings, [person], workspace_id=desk.workspace_id, now=desk.now)
    await reminders.plan(desk.tx, wanted)
