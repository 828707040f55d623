"""The moment that is meant, in the hours and by the clock of who says it; what may be two is asked, never guessed."""

from calendar import monthrange
from datetime import UTC, date, datetime, time, timedelta
from typing import NamedTuple

from agent.calendar.opening import DAY, Calendar, day_of, wall_moment
from agent.calendar.spoken.spoken import Clock, Span, Spoken, Unclear
from agent.calendar.spoken.vocabulary import AFTERNOON, END, EVENING, FORENOON, LUNCH, MORNING, NIGHT
from agent.calendar.week import dated
from bot.errors import Undecided, UserError
from prompts.words import fixed, say

FARTHEST = timedelta(days=5 * 366)
USUAL_PARTS = {FORENOON: time(10), LUNCH: time(12), AFTERNOON: time(14), EVENING: time(18), NIGHT: time(21)}
USUAL_START, USUAL_END = time(9), time(18)
LOOKED_AT = 400  # days
SMALL_HOURS = 5  # "tonight at 1" is after midnight, "tonight at 9" before it


class Moment(NamedTuple):
    """When it is, in UTC; `note` says what was made of the words, and is empty where they said it all."""

    at: datetime
    note: str


def moment_of(spoken: Spoken, calendar: Calendar, *, now: datetime, words: str) -> Moment:
    """The one moment of these words.

    Raises:
        Unclear: they may mean several.
        UserError: it has passed, or is more than five years away.
    """
    here = now.astimezone(calendar.zone)
    if spoken.span:
        moment = _after(spoken, calendar, here)
    elif spoken.day:
        moment = _on_day(spoken, calendar, here)
    else:
        moment = _next_time(spoken, calendar, here)
    if moment.at <= now:
        was = _said(moment.at, calendar)
        past = say("“{words}” has passed: it was {was}. Name a moment to come.", words=words, was=was)
        raise Undecided(past, slot="time")
    if moment.at - now > FARTHEST:
        raise UserError(say("“{words}” is more than five years away: name an earlier moment.", words=words))
    return moment


def start_of_day(calendar: Calendar, day: date) -> time:
    """When a day's work begins; on a day off when it does on others."""
    openings = day_of(calendar, day).openings
    if openings:
        return openings[0].start.astimezone(calendar.zone).time()
    starts = [shift.start for shift in calendar.week]
    return time(min(starts) // 60, min(starts) % 60) if starts else USUAL_START


def _end_of_day(calendar: Calendar, day: date) -> time:
    """When a day's work ends; work over midnight ends with the day."""
    openings = day_of(calendar, day).openings
    if openings:
        ends = openings[-1].end.astimezone(calendar.zone)
        return ends.time() if ends.date() == day else time(23, 59)
    ends_at = max((min(shift.end, 24 * 60 - 1) for shift in calendar.week), default=0)
    return time(ends_at // 60, ends_at % 60) if ends_at else USUAL_END


def time_of(spoken: Spoken, calendar: Calendar, day: date) -> tuple[time, str]:
    """The time of day on a day, and a note where it was chosen of two.

    Raises:
        Unclear: it may be two, and both or neither are within the hours.
    """
    if spoken.clock:
        return _hour(spoken.clock, spoken.part, calendar, day)
    if spoken.part in {"", MORNING}:
        return start_of_day(calendar, day), ""
    return (_end_of_day(calendar, day) if spoken.part == END else USUAL_PARTS[spoken.part]), ""


def _at_wall(calendar: Calendar, day: date, at: time) -> Moment:
    """When the clocks show it; what they skip is moved, with a sentence."""
    wall = datetime.combine(day, at)
    moment = wall_moment(calendar.zone, wall)
    there = moment.astimezone(calendar.zone)
    if there.replace(tzinfo=None) != wall:
        moved = fixed("there is no {at} on that day, since the clocks go forward: {there} it is")
        return Moment(moment, say(moved, at=f"{at:%H:%M}", there=f"{there:%H:%M}"))
    later = wall.replace(tzinfo=calendar.zone, fold=1).astimezone(UTC)
    is_twice = later != moment
    twice = fixed("{at} comes twice in that night: it is the first one")
    return Moment(moment, say(twice, at=f"{at:%H:%M}") if is_twice else "")


def add_days(calendar: Calendar, here: datetime, span: Span) -> date:
    """So many months, days and working days later; the 31st of a short month is its last day."""
    day = here.date()
    if span.months:
        years, month = divmod(day.month - 1 + span.months, 12)
        if day.year + years > here.year + LOOKED_AT:
            raise UserError(say("That is more than five years away: name an earlier moment."))
        year, month = day.year + years, month + 1
        day = date(year, month, min(day.day, monthrange(year, month)[1]))
    day += span.days * DAY
    if span.workdays > LOOKED_AT:
        far = fixed("“{count} working days” is too far to count: name the date, as in 2026-12-24.")
        raise UserError(say(far, count=span.workdays))
    left, looked = span.workdays, 0
    while left and looked < 4 * LOOKED_AT:
        day, looked = day + DAY, looked + 1
        left -= bool(day_of(calendar, day).openings)
    return day


def _after(spoken: Spoken, calendar: Calendar, here: datetime) -> Moment:
    span = spoken.span
    assert span is not None  # the caller looked
    if not (span.days or span.workdays or span.months):
        return Moment((here.astimezone(UTC) + timedelta(minutes=span.minutes)), "")
    day = add_days(calendar, here, span)
    if spoken.clock or spoken.part:
        at, note = time_of(spoken, calendar, day)
        day = _day_of_hour(spoken, day, at, calendar, here)
    else:
        at, note = here.time().replace(second=0, microsecond=0), ""
    moment = _at_wall(calendar, day, at)
    return Moment(moment.at + timedelta(minutes=span.minutes), moment.note or note)


def _on_day(spoken: Spoken, calendar: Calendar, here: datetime) -> Moment:
    assert spoken.day is not None  # the caller looked
    day = spoken.day(here.date())
    if spoken.is_today and not spoken.clock and not spoken.part:
        raise Unclear(say("Today at what time?"), *_later_today(calendar, here))
    if abs(day.year - here.year) > LOOKED_AT:
        raise UserError(say("That is more than five years away: name an earlier moment."))
    at, note = time_of(spoken, calendar, day)
    day = _day_of_hour(spoken, day, at, calendar, here)
    moment = _at_wall(calendar, day, at)
    if spoken.clock and not spoken.clock.is_exact and not spoken.part and day == here.date() and moment.at <= here:
        hours = [one for one in _both(spoken.clock) if wall_moment(calendar.zone, datetime.combine(day, one)) > here]
        if hours:
            note = say("{later}, as {at} has passed", later=f"{hours[0]:%H:%M}", at=f"{at:%H:%M}")
            return Moment(_at_wall(calendar, day, hours[0]).at, note)
    return Moment(moment.at, moment.note or note)


def _day_of_hour(spoken: Spoken, day: date, at: time, calendar: Calendar, here: datetime) -> date:
    """The date of an hour that is said of a day: 24:00 and the small hours of its night are those of the next one.

    Raises:
        Unclear: the small hours may be those before the day or those after it.
    """
    if spoken.clock and spoken.clock.is_end:
        return day + DAY
    if not is_small_hour(spoken, at):
        return day
    if spoken.is_today:
        return day if datetime.combine(day, at) > here.replace(tzinfo=None) else day + DAY
    nights = [f"{one:%Y-%m-%d} {at:%H:%M}" for one in (day, day + DAY)]
    choices = [(f"{dated(one)} {at:%H:%M}", words) for one, words in zip((day, day + DAY), nights, strict=True)]
    raise Unclear(say("“{at}” may be in the night before that day or after it. Which one?", at=f"{at:%H:%M}"), *choices)


def is_small_hour(spoken: Spoken, at: time) -> bool:
    """Whether it is an hour after midnight that was said of a night."""
    return spoken.clock is not None and spoken.part == NIGHT and at.hour < SMALL_HOURS


def _later_today(calendar: Calendar, here: datetime) -> list[tuple[str, str]]:
    end = _end_of_day(calendar, here.date())
    choices = [(say("In 1 h"), "in 1h")]
    if here.time() < end:
        choices.append((say("At {time}", time=f"{end:%H:%M}"), f"today at {end:%H:%M}"))
    return choices


def _next_time(spoken: Spoken, calendar: Calendar, here: datetime) -> Moment:
    """A time without a day is the next one; of a time that may be two the next within the hours."""
    is_chosen = spoken.clock is not None and not spoken.clock.is_exact and not spoken.part
    for number in range(LOOKED_AT):
        day = here.date() + number * DAY
        at, note = time_of(spoken, calendar, day)
        moment = _at_wall(calendar, day, at)
        if moment.at <= here or (is_chosen and not day_of(calendar, day).openings):
            continue
        if number and at != time() and not note and not moment.note:  # midnight is that of the night to come
            note = say("{at} has passed today", at=f"{at:%H:%M}")
        return Moment(moment.at, moment.note or note)
    raise UserError(say("By these hours nothing opens within 400 days: name the date, as in 2026-12-24 14:30."))


def _both(clock: Clock) -> tuple[time, time]:
    return time(clock.hour % 12, clock.minute), time(clock.hour % 12 + 12, clock.minute)


def _hour(clock: Clock, part: str, calendar: Calendar, day: date) -> tuple[time, str]:
    morning, afternoon = _both(clock)
    if part == NIGHT and clock.hour % 12 < SMALL_HOURS and (clock.hour == 12 or not clock.is_exact):
        return morning, ""
    if clock.is_exact:
        return time(clock.hour, clock.minute), ""
    if part in {MORNING, FORENOON}:
        return morning, ""
    if part:
        return afternoon, ""
    within = [one for one in (morning, afternoon) if _is_within(calendar, day, one)]
    if len(within) != 1:
        choices = [(f"{one:%H:%M}", f"{one:%H:%M}") for one in (morning, afternoon)]
        either = {"morning": f"{morning:%H:%M}", "afternoon": f"{afternoon:%H:%M}"}
        asks = say("“{words}” may be {morning} or {afternoon}. Which one?", words=clock.words, **either)
        raise Unclear(asks, *choices, replaces=clock.words)
    if within[0] == morning:
        return morning, ""
    return afternoon, say("{time}, as it is the next within your hours", time=f"{afternoon:%H:%M}")


def _is_within(calendar: Calendar, day: date, at: time) -> bool:
    """Whether work is usual at that time, on that day of the week, or on any where that one is free."""
    minute = at.hour * 60 + at.minute
    shifts = [one for one in calendar.week if one.weekday == day.weekday()] or list(calendar.week)
    return any(one.start <= minute <= one.end for one in shifts)


def _said(at: datetime, calendar: Calendar) -> str:
    there = at.astimezone(calendar.zone)
    return f"{dated(there)} {there:%H:%M}"
