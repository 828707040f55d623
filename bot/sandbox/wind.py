"""Lets time pass for a bot on the sandbox: whatever becomes due on the way comes at its own time."""

import asyncio
import re
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import datetime, time, timedelta, tzinfo

from bot.clock import MovedClock
from storage import reminders
from storage.database import Database

MORNING = time(9, 30)
WEEKEND = 5  # and later, counted from Monday
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
UNITS = {"m": timedelta(minutes=1), "h": timedelta(hours=1), "d": timedelta(days=1)}
LOOK_AGAIN = 0.05  # seconds
PATIENCE = 20.0  # seconds; the bot's clock looks every second, while it holds its role


class NoMomentError(Exception):
    """The text names no moment to come; it says what would."""


def moment_of(text: str, *, now: datetime, zone: tzinfo) -> datetime:
    """The moment that `+1h`, `+30m`, `Fri 17:50`, `17:50`, a date or `next morning` means.

    A date is written as in `2027-03-22 09:00`; the next morning is that of a working day.

    Raises:
        NoMomentError: it means none.
    """
    here, words = now.astimezone(zone), text.lower().split()
    if words == ["next", "morning"]:
        return _first(here, MORNING, lambda day: day.weekday() < WEEKEND)
    if found := re.fullmatch(r"\+(\d{1,4})([mhd])", text):
        return now + int(found[1]) * UNITS[found[2]]
    with suppress(ValueError):
        return datetime.strptime(text, "%Y-%m-%d %H:%M").replace(tzinfo=zone)
    try:
        at = time.fromisoformat(words[-1])
    except (IndexError, ValueError):
        at = None
    day = words[0][:3] if len(words) > 1 else ""
    if at is None or len(words) > 2 or (day and day not in DAYS):
        raise NoMomentError(f"{text!r} is no moment: say +1h, +30m, +2d, 17:50, Fri 17:50, a date or next morning.")
    return _first(here, at, lambda one: not day or DAYS[one.weekday()] == day)


def _first(here: datetime, at: time, is_it: Callable[[datetime], bool]) -> datetime:
    """The first such day at that time, after now."""
    days = (datetime.combine(here.date() + timedelta(days=ahead), at, here.tzinfo) for ahead in range(9))
    return next(day for day in days if day > here and is_it(day))


async def pass_time(
    clock: MovedClock,
    until: datetime,
    *,
    db: Database,
    settle: Callable[[], Awaitable[None]],
    patience: float = PATIENCE,
) -> None:
    """Come to that moment by way of everything that is due before it.

    Args:
        settle: waits until the bot has done what it had to do.
        patience: seconds the bot has to ask for what is due.

    Raises:
        TimeoutError: what is due is not asked for.
    """
    while (due := await _next(db)) and due <= until:
        if due > clock():
            clock.move_to(due)
        await _asked_for(clock, db, patience=patience)
        await settle()
    if until > clock():
        clock.move_to(until)
    await settle()


async def _asked_for(clock: MovedClock, db: Database, *, patience: float) -> None:
    for _ in range(round(patience / LOOK_AGAIN)):
        due = await _next(db)
        if due is None or due > clock():
            return
        await asyncio.sleep(LOOK_AGAIN)
    raise TimeoutError


async def _next(db: Database) -> datetime | None:
    async with db.read() as tx:
        return await reminders.next_due(tx)
