"""Time that is let pass: which moment is meant, and that what is due on the way comes at its own time."""

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from bot.clock import MovedClock
from bot.sandbox.wind import NoMomentError, moment_of, pass_time
from storage import reminders
from storage.database import Database
from storage.reminders import Reminder

FRIDAY = datetime(2026, 11, 27, 16, 50, tzinfo=UTC)
BERLIN = ZoneInfo("Europe/Berlin")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("+1h", "2026-11-27 17:50"),
        ("+30m", "2026-11-27 17:20"),
        ("+2d", "2026-11-29 16:50"),
        ("18:00", "2026-11-27 17:00"),  # an hour west of Berlin
        ("17:50", "2026-11-28 16:50"),  # it is that now
        ("Mon 09:00", "2026-11-30 08:00"),
        ("friday 09:00", "2026-12-04 08:00"),
        ("next morning", "2026-11-30 08:30"),
    ],
)
def test_a_moment_in_words(text: str, expected: str) -> None:
    assert f"{moment_of(text, now=FRIDAY, zone=BERLIN).astimezone(UTC):%Y-%m-%d %H:%M}" == expected


@pytest.mark.parametrize("text", ["", "someday", "9", "Fri", "Xyz 09:00", "Fri 17:50 sharp", "-1h", "25:00"])
def test_what_means_none_is_told_what_would(text: str) -> None:
    with pytest.raises(NoMomentError, match="say \\+1h"):
        moment_of(text, now=FRIDAY, zone=BERLIN)


def due_in(hours: int) -> Reminder:
    at = FRIDAY + timedelta(hours=hours)
    return Reminder(workspace_id="T1", kind="test", due_at=at, plan_key=str(hours), created_at=FRIDAY)


@pytest.fixture
async def three(db: Database) -> Database:
    async with db.write() as tx:
        tx.add_all([due_in(hours) for hours in (1, 20, 50)])
    return db


async def asks(db: Database, clock: MovedClock, came: list[datetime]) -> None:
    """As the bot's own clock does."""
    while True:
        now = clock()
        async with db.write() as tx:
            for one in await reminders.ask_for(tx, await reminders.due(tx, now=now, most=10)):
                came.append(one.fire_at)
                assert now - one.fire_at < timedelta(minutes=1)
        await asyncio.sleep(0)


async def test_each_thing_that_is_due_comes_at_its_own_time(three: Database, tmp_path: Path) -> None:
    clock, came, settled = MovedClock(tmp_path / "clock"), list[datetime](), list[datetime]()
    clock.move_to(FRIDAY)

    async def settle() -> None:
        settled.append(clock())

    asking = asyncio.create_task(asks(three, clock, came))
    await pass_time(clock, FRIDAY + timedelta(hours=24), db=three, settle=settle)
    asking.cancel()
    assert came == [FRIDAY + timedelta(hours=hours) for hours in (1, 20)]
    assert [round((at - FRIDAY) / timedelta(hours=1)) for at in settled] == [1, 20, 24]


async def test_a_bot_that_does_not_ask_stops_the_time(three: Database, tmp_path: Path) -> None:
    clock = MovedClock(tmp_path / "clock")
    clock.move_to(FRIDAY)

    async def never() -> None:
        raise AssertionError("it did not come to that")

    with pytest.raises(TimeoutError):
        await pass_time(clock, FRIDAY + timedelta(hours=24), db=three, settle=never, patience=0.1)
    assert clock() < FRIDAY + timedelta(hours=2)
