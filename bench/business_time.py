"""What business time costs: `python bench/business_time.py [--quick]`, deadlines in one calendar with holidays.

Beside it the same sums made by stepping through every minute, in the same run.
"""

import random
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

sys.path[0] = str(Path(__file__).parent.parent)  # the checkout, and not this folder: its queue.py is not Python's

from agent.calendar.country import Region
from agent.calendar.opening import Calendar, add
from agent.calendar.week import USUAL, read_week
from bench import minute_steps
from bench.table import Row, below, show, wants_quick

ADDS, STEPPED = 100_000, 20
GOAL = 2.0
BERLIN = Calendar(zone=ZoneInfo("Europe/Berlin"), week=read_week(USUAL), region=Region("DE", "BE"))
START = datetime(2026, 1, 1, tzinfo=UTC)
LONGEST = 5 * 9 * 60  # a working week
WITHIN = timedelta(days=15)

Sum = tuple[datetime, int]


def sums(number: int) -> list[Sum]:
    """Moments of one year, and minutes to add."""
    pick = random.Random(1)
    return [(START + timedelta(minutes=pick.randrange(365 * 24 * 60)), pick.randrange(LONGEST)) for _ in range(number)]


def by_days(start: datetime, minutes: int) -> datetime | None:
    return add(BERLIN, start, timedelta(minutes=minutes))


def by_minutes(start: datetime, minutes: int) -> datetime | None:
    return minute_steps.add(BERLIN, start, minutes, within=WITHIN)


def seconds(work: Callable[[datetime, int], datetime | None], wanted: list[Sum]) -> float:
    started = time.perf_counter()
    for start, minutes in wanted:
        work(start, minutes)
    return time.perf_counter() - started


def main() -> None:
    """Print the table."""
    number = ADDS // 10 if wants_quick(__doc__, "a tenth of the sums; the figures are rougher") else ADDS
    few = sums(STEPPED)
    assert [by_days(*one) for one in few] == [by_minutes(*one) for one in few], "the two disagree"
    taken, stepped = seconds(by_days, sums(number)), seconds(by_minutes, few)
    show(
        [
            below(f"{ADDS:,} deadlines, s", taken * ADDS / number, GOAL),
            Row(f"{ADDS:,} deadlines by stepping (from {STEPPED}), s", stepped * ADDS / STEPPED),
            Row("ratio of the two", (stepped / STEPPED) / (taken / number)),
        ]
    )


if __name__ == "__main__":
    main()
