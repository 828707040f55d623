"""What somebody asked to be reminded of is kept within limits, and its next time planned."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from agent.calendar.opening import Calendar
from agent.calendar.spoken.series import Series, next_of
from agent.desk import Desk
from bot.errors import Stray, UserError
from prompts.words import fixed, say
from storage import alarms, calendars, reminders, settings_kv
from storage.alarms import ACTIVE, OVER, Alarm
from storage.reminders import Reminder

ALARM = "alarm"  # the kind of its reminders
# Their steps: as it was asked for; put off by a button; held back until it suits whom it is for.
RINGS, AGAIN, HELD = "rings", "again", "held"
BLOCKS = "remind.block:"  # key of settings_kv in the scope of a person, before the id of whom they block
DAY = timedelta(days=1)
# Why one is over.
GONE, ASKER_GONE = fixed("they are gone"), fixed("who asked for it is gone")
ASKER_LEFT = fixed("who asked for it left the channel")
BLOCKED = fixed("they take no reminders of who asked")


@dataclass(frozen=True, kw_only=True)
class Timing:
    """When it comes: once, or as a series that begins then. `note` says what was made of the words."""

    at: datetime
    zone: ZoneInfo
    words: str
    note: str = ""
    series: Series | None = None


async def check_limits(desk: Desk, *, person_id: int | None, channel_id: str | None, text: str) -> None:
    """Let the asker have one more.

    Raises:
        UserError: it is too long, or there are enough.
    """
    settings, asker = desk.settings, desk.asker
    if len(text) > settings.remind_characters:
        raise UserError(
            say(
                "A reminder has at most {most} characters; this one has {count}.",
                most=f"{settings.remind_characters:,}",
                count=f"{len(text):,}",
            )
        )
    if await alarms.active_of(desk.tx, asker.person_id) >= settings.remind_active:
        raise UserError(
            say(
                "{count} reminders of yours are still to come, and more I do not keep."
                " `reminders` lists them; `reminders cancel 3` makes room.",
                count=settings.remind_active,
            )
        )
    if person_id == asker.person_id:
        return
    known = await alarms.asked_since(
        desk.tx, asker.person_id, person_id=person_id, channel_id=channel_id, since=desk.now - DAY
    )
    if known >= settings.remind_per_day:
        for_person = fixed(
            "You have asked for {count} reminders for them within a day: that is as many as there may be."
        )
        for_channel = fixed(
            "You have asked for {count} reminders for that channel within a day: that is as many as there may be."
        )
        raise UserError(say(for_person if person_id else for_channel, count=known))


async def is_blocked(desk: Desk, *, asker_id: int, person_id: int) -> bool:
    """Whether a person wants no reminders of another."""
    scope = calendars.of_person(person_id)
    return await settings_kv.get(desk.tx, scope, f"{BLOCKS}{asker_id}") is not None


async def begin(desk: Desk, alarm: Alarm, timing: Timing) -> None:
    """Let it come at this time from now on, and at no other that was planned."""
    local = timing.series.first if timing.series else timing.at.astimezone(timing.zone).replace(tzinfo=None)
    alarm.zone, alarm.first = timing.zone.key, local.isoformat(timespec="minutes")
    series = timing.series
    alarm.rule, alarm.words = (series.rule, timing.words) if series else ("", "")
    alarm.is_workdays = series.is_workdays if series else False
    alarm.times_left, alarm.ends_at = (series.times, series.ends_at) if series else (None, None)
    desk.tx.add(alarm)
    await desk.tx.flush()
    await reminders.cancel_alarm(desk.tx, alarm.id)
    await plan(desk, alarm, timing.at)


async def plan(desk: Desk, alarm: Alarm, at: datetime, *, step: str = RINGS) -> None:
    """Plan its next time; one that is put off or held back leaves the series as it is."""
    if step == RINGS or not alarm.rule:
        alarm.next_at, alarm.state = at, ACTIVE
    due = Reminder(
        workspace_id=desk.workspace_id,
        kind=ALARM,
        step=step,
        person_id=alarm.person_id or alarm.asker_id,
        alarm_id=alarm.id,
        due_at=at,
        reason=fixed("you asked for it") if alarm.person_id == alarm.asker_id else fixed("somebody asked for it"),
        plan_key=f"{ALARM}:{alarm.id}:{step}:{at.isoformat()}",
        created_at=desk.now,
    )
    await reminders.plan(desk.tx, [due])


async def end(desk: Desk, alarm: Alarm, reason: str) -> None:
    """It comes no more; the reason is a fixed text, said to whoever asks."""
    await reminders.cancel_alarm(desk.tx, alarm.id)
    alarm.state, alarm.reason, alarm.next_at = OVER, reason, None


def series_of(alarm: Alarm) -> Series:
    """Its repetition, as it was kept."""
    return Series(
        rule=alarm.rule,
        first=datetime.fromisoformat(alarm.first),
        zone=ZoneInfo(alarm.zone),
        is_workdays=alarm.is_workdays,
        times=alarm.times_left,
        ends_at=alarm.ends_at,
    )


def following(alarm: Alarm, calendar: Calendar, *, after: datetime) -> datetime | None:
    """Its next time after a moment; None when it came for the last time."""
    if not alarm.rule or alarm.times_left == 0:
        return None
    return next_of(series_of(alarm), calendar, after=after)


async def whose(desk: Desk, alarm_id: int) -> Alarm:
    """An alarm that the asker of this command asked for, or that is for them.

    Raises:
        Stray: there is none; other people's are answered in the same words.
    """
    alarm = await alarms.get(desk.tx, alarm_id)
    if alarm is None or not is_theirs(desk, alarm):
        none = fixed("You have no reminder {number}. `reminders` lists those that you have.")
        raise Stray(say(none, number=alarm_id))
    return alarm


def is_theirs(desk: Desk, alarm: Alarm) -> bool:
    """Whether it is the asker's of this command: theirs, or for the channel in which they are."""
    if desk.asker.person_id in {alarm.asker_id, alarm.person_id}:
        return True
    is_there = desk.place is not None and desk.place.channel_id == alarm.channel_id
    return alarm.person_id is None and is_there
