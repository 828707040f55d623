"""Words for when a reminder shall come become its time, and are shown as they were understood."""

from datetime import UTC

from agent.alarms.keep import Timing
from agent.calendar.opening import Calendar
from agent.calendar.spoken.moment import moment_of
from agent.calendar.spoken.read import Found, checked, read_first
from agent.calendar.spoken.series import next_of, series_of
from agent.calendar.spoken.vocabulary import VAGUE
from agent.calendar.week import dated
from agent.desk import Desk
from agent.duration import in_words
from bot.errors import UserError
from bot.messages import escape
from prompts.words import fixed, say

EXAMPLES = fixed("`in 2h`, `tomorrow at 9`, `monday 14:30`, `2026-12-24 09:00` or `every weekday at 9`")


def timing_of(desk: Desk, found: Found, calendar: Calendar) -> Timing:
    """When it comes, by the calendar of who asks.

    Raises:
        Unclear: the words may mean several moments. UserError: it would never come.
    """
    if not found.spoken.repeat:
        at, note = moment_of(found.spoken, calendar, now=desk.now, words=found.words)
        return Timing(at=at.astimezone(UTC).replace(microsecond=0), zone=calendar.zone, words=found.words, note=note)
    series = series_of(found.spoken, calendar, now=desk.now)
    first = next_of(series, calendar, after=desk.now)
    if first is None:
        raise UserError(say("That would never come: its end is before its first time."))
    return Timing(at=first, zone=calendar.zone, words=found.words, note=series.note, series=series)


def whole(words: str) -> Found:
    """A moment or a repetition that all of the words say.

    Raises:
        UserError: they do not.
    """
    found = read_first(words.strip())
    if found is None or found.after:
        raise UserError(not_understood(words))
    return checked(found)


def not_understood(words: str) -> str:
    """Why words are no moment, and how one is written."""
    if "FREQ=" in words.upper():
        return say(
            "I plan only repetitions that are said in words. Write when as in {examples}.", examples=say(EXAMPLES)
        )
    vague = next((one for one in VAGUE if words.casefold().rstrip(".!").endswith(one)), "")
    why = say("“{vague}” is no moment that I could plan.", vague=vague) if vague else say("I do not see when.")
    return say("{why} Write it at the beginning or the end, as in {examples}.", why=why, examples=say(EXAMPLES))


def shown(desk: Desk, timing: Timing, calendar: Calendar) -> str:
    """The moment as it was understood: weekday, date, time, zone, how far off, and what was made of the words."""
    there = timing.at.astimezone(timing.zone)
    far = in_words(timing.at - desk.now)
    note = f"; {timing.note}" if timing.note else ""
    first = say(
        "*{day} at {time}* ({zone}, in {far}{note})",
        day=dated(there),
        time=f"{there:%H:%M}",
        zone=timing.zone.key,
        far=far,
        note=note,
    )
    if timing.series is None:
        return first
    second = next_of(timing.series, calendar, after=timing.at) if timing.series.times != 1 else None
    if second is None:
        return say("“{words}”, first on {first}, and then no more", words=escape(timing.words), first=first)
    next_one = second.astimezone(timing.zone)
    return say(
        "“{words}”, first on {first}, then *{day} at {time}*",
        words=escape(timing.words),
        first=first,
        day=dated(next_one),
        time=f"{next_one:%H:%M}",
    )
