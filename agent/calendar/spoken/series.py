"""A repetition as an RRULE with the wall clock and zone that it keeps: 09:00 stays 09:00 when the clocks change.

https://www.rfc-editor.org/rfc/rfc5545#section-3.3.10. Rules come from our own grammar alone: one that a person writes
out may keep a machine busy for ever.
"""

import re
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from dateutil.rrule import rrulestr

from agent.calendar.opening import DAY, Calendar, day_of, wall_moment
from agent.calendar.spoken.habits import CODES
from agent.calendar.spoken.moment import FARTHEST, is_small_hour, start_of_day, time_of
from agent.calendar.spoken.spoken import Spoken
from bot.errors import UserError
from prompts.words import fixed, say

_KNOWN = re.compile(r"FREQ=(?:HOURLY|DAILY|WEEKLY|MONTHLY)(?:;(?:INTERVAL|BYDAY|BYMONTHDAY|BYSETPOS)=[-\dA-Z,]+)*")
_HOURLY = re.compile(r"FREQ=HOURLY(?:;INTERVAL=(\d+))?")
_INTERVAL = re.compile(r";INTERVAL=\d+")
SKIPPED = 400  # days off in a row


@dataclass(frozen=True, kw_only=True)
class Series:
    """`first` is without a zone, by the clock of `zone`; `ends_at` is in UTC, and none comes after it.

    `note` says what was made of the words, and is empty where they said it all.
    """

    rule: str
    first: datetime
    zone: ZoneInfo
    is_workdays: bool = False
    times: int | None = None
    ends_at: datetime | None = None
    note: str = ""


def series_of(spoken: Spoken, calendar: Calendar, *, now: datetime) -> Series:
    """The repetition of these words; it begins with the first moment to come that fits.

    Raises:
        UserError: it would never come, or has an end that is no later than its beginning.
    """
    assert spoken.repeat is not None  # the caller looked
    here = now.astimezone(calendar.zone)
    day = spoken.start(here.date()) if spoken.start else here.date()
    if day - here.date() > FARTHEST:
        raise UserError(say("It would begin more than five years from now: name an earlier day."))
    rule, begins, note = spoken.repeat.rule, _hourly_start(spoken, calendar, day, now), ""
    if begins is None:
        if rule.startswith("FREQ=WEEKLY") and "BYDAY" not in rule:
            rule += f";BYDAY={CODES[day.weekday()]}"
        if rule.startswith("FREQ=MONTHLY") and "BY" not in rule:
            rule += f";BYMONTHDAY={min(day.day, 28)}"
        at, note = _time_of_days(spoken, rule, calendar, day)
        begins = datetime.combine(day, at)
    series = Series(
        rule=rule,
        first=begins,
        zone=calendar.zone,
        is_workdays=spoken.repeat.is_workdays,
        times=spoken.times,
        ends_at=_end(spoken, calendar, here),
        note=note,
    )
    return _begin(series, calendar, now)


def _time_of_days(spoken: Spoken, rule: str, calendar: Calendar, day: date) -> tuple[time, str]:
    """The time of day at which it comes, and a note where it was chosen of two.

    Raises:
        UserError: it comes on certain days, and the hour may be one of the day after.
    """
    at, note = time_of(spoken, calendar, day)
    is_end = spoken.clock is not None and spoken.clock.is_end
    is_daily = rule.startswith("FREQ=DAILY") and spoken.repeat is not None and not spoken.repeat.is_workdays
    if (is_end or is_small_hour(spoken, at)) and not is_daily:
        how = fixed("Of which day is {at}? Name the day after midnight, as in `every tuesday at {at}`.")
        raise UserError(say(how, at=f"{at:%H:%M}"))
    return at, note


def _hourly_start(spoken: Spoken, calendar: Calendar, day: date, now: datetime) -> datetime | None:
    """When what comes every so many hours begins; None for what comes at a time of day."""
    hourly = _HOURLY.fullmatch(spoken.repeat.rule if spoken.repeat else "")
    if hourly is None:
        return None
    if spoken.clock or spoken.part:
        raise UserError(say("`every hour` takes no time of day: leave one of the two out, as in `every day at 10`."))
    if spoken.start:
        return datetime.combine(day, start_of_day(calendar, day))
    return (now.astimezone(calendar.zone) + timedelta(hours=int(hourly[1] or 1))).replace(
        tzinfo=None, second=0, microsecond=0
    )


def _begin(series: Series, calendar: Calendar, now: datetime) -> Series:
    """From its first moment on: every second Monday counts from the coming one."""
    is_hourly = _HOURLY.match(series.rule) is not None
    every = series if is_hourly else replace(series, rule=_INTERVAL.sub("", series.rule))
    first = next_of(every, calendar, after=now)
    if first is None:
        raise UserError(say("That would never come: its end is before its first time."))
    if first - now > FARTHEST:
        raise UserError(say("It would begin more than five years from now: name an earlier day."))
    begins = first.astimezone(series.zone).replace(tzinfo=None)
    if not is_hourly:  # where the clocks skip the first one, the next ones come at the time that was said
        begins = datetime.combine(begins.date(), series.first.time())
    return replace(series, first=begins)


def next_of(series: Series, calendar: Calendar, *, after: datetime) -> datetime | None:
    """The next moment after one, in UTC; None when there is none any more.

    Args:
        calendar: whose days off are left out, if the series leaves them out.
    """
    for _ in range(SKIPPED):
        found = _hour_after(series, after) if _HOURLY.match(series.rule) else _wall_after(series, after)
        if found is None or (series.ends_at and found > series.ends_at):
            return None
        if not series.is_workdays or day_of(calendar, found.astimezone(series.zone).date()).openings:
            return found
        after = found
    return None


def _hour_after(series: Series, after: datetime) -> datetime:
    """Hours pass by no wall clock."""
    hourly = _HOURLY.fullmatch(series.rule)
    assert hourly is not None
    step, first = timedelta(hours=int(hourly[1] or 1)), wall_moment(series.zone, series.first)
    return first if after < first else first + ((after - first) // step + 1) * step


def _wall_after(series: Series, after: datetime) -> datetime | None:
    if not _KNOWN.fullmatch(series.rule):
        raise UserError(say("I plan only repetitions that are said in words, as in `every monday at 10`."))
    rule = rrulestr(series.rule, dtstart=series.first)
    wall = after.astimezone(series.zone).replace(tzinfo=None) - DAY  # in a night of two hours alike, look twice
    while (wall := rule.after(wall)) is not None:
        moment = wall_moment(series.zone, wall)
        if moment > after:
            return moment
    return None


def _end(spoken: Spoken, calendar: Calendar, here: datetime) -> datetime | None:
    """The end of its last day."""
    if spoken.until is None:
        return None
    day = spoken.until(here.date())
    if day - here.date() > FARTHEST:
        raise UserError(say("It would end more than five years from now: name an earlier day, or none."))
    return wall_moment(calendar.zone, datetime.combine(day + DAY, time())) - timedelta(seconds=1)
