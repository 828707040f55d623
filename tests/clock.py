"""Clocks for stories: one that goes on from where it is set, and one that stands still."""

import time
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from sqlmodel import col, select

from storage.reminders import LIVE, Reminder
from tests.team import Bot, quiet
from tests.waiting import until

NOON = datetime(2026, 3, 6, 12, 0, tzinfo=UTC)  # a Friday


@dataclass
class Clock:
    """Time that goes on from where it was set."""

    base: datetime = NOON
    set_at: float = field(default_factory=time.monotonic)

    def set(self, moment: datetime) -> None:
        self.base, self.set_at = moment, time.monotonic()

    def __call__(self) -> datetime:
        return self.base + timedelta(seconds=time.monotonic() - self.set_at)


@dataclass
class StoppedClock:
    """Time that stands still until it is set."""

    now: datetime = NOON

    def __call__(self) -> datetime:
        return self.now


async def go_to(bot: Bot, clock: Clock, moment: datetime) -> None:
    """Let it become this moment, and wait for all that was due until then.

    Raises:
        AssertionError: something is due all the same; the text says what.
    """
    clock.set(moment)
    due = select(Reminder).where(col(Reminder.state).in_(LIVE), Reminder.due_at <= moment)

    async def nothing_is_due() -> bool:
        return not await bot.rows(due)

    try:
        await until(nothing_is_due, timeout=60)
    except TimeoutError:
        left = "\n".join(f"{one.kind} {one.step}, {one.state}: {one.plan_key}" for one in await bot.rows(due))
        raise AssertionError(f"at {moment} these did not come:\n{left}") from None
    await quiet(bot)
