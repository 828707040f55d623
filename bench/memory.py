"""How much memory each role takes, idle and after many deliveries: `python bench/memory.py [--deliveries 100000]`.

Resident memory in MB. The deliveries are the payloads that GitHub published, under new ids, sixteen at once; besides,
one in a hundred is an issue that gets a ticket and a card. Every role has a process of its own, all on one SQLite file.
"""

import argparse
import asyncio
import sys
import tempfile
from pathlib import Path

sys.path[0] = str(Path(__file__).parent.parent)  # the checkout, and not this folder: its queue.py is not Python's

from bench.ack import drive
from bench.installation import Installation, installation
from bench.intake_github import open_issues
from bench.scale import all_done
from bench.table import Row, below, show

ROLES = ("ingress", "worker", "clock")
LIMITS = {"ingress": 160.0, "worker": 180.0}  # MB
GROWTH = 10.0  # %
DELIVERIES, QUICK_DELIVERIES = 100_000, 300
AT_A_TIME = 5_000  # then the worker may catch up, so that none is put off
ISSUES_A_MINUTE = 900
CALM = 2.0  # seconds that a process gets after its start, and at the end


async def used(here: Installation) -> list[float]:
    """MB of each process."""
    await asyncio.sleep(CALM)
    return [member.memory_mb for member in here.members]


async def measure(deliveries: int) -> list[Row]:
    """Three rows for each role."""
    with tempfile.TemporaryDirectory(prefix="chargehand-bench-") as folder:
        async with installation(Path(folder), *([role] for role in ROLES)) as here:
            idle = await used(here)
            issues = deliveries // 100
            for start in range(0, deliveries - issues, AT_A_TIME):
                await drive(here.url, "--count", str(min(AT_A_TIME, deliveries - issues - start)))
                await all_done(here.db)
            await open_issues(here, first=0, count=issues, per_minute=ISSUES_A_MINUTE)
            await all_done(here.db)
            after = await used(here)
    return [row for place, role in enumerate(ROLES) for row in rows(role, idle[place], after[place], deliveries)]


def rows(role: str, idle: float, after: float, deliveries: int) -> list[Row]:
    """Those of one role; what has no goal is printed all the same."""
    growth = (after / idle - 1) * 100
    names = f"{role}: MB idle", f"{role}: MB after {deliveries:,} deliveries", f"{role}: growth, %"
    if role not in LIMITS:
        return [Row(name, value) for name, value in zip(names, (idle, after, growth), strict=True)]
    return [
        below(names[0], idle, LIMITS[role]),
        below(names[1], after, LIMITS[role]),
        below(names[2], growth, GROWTH),
    ]


def main() -> None:
    """The command line."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--deliveries", type=int, default=DELIVERIES)
    options.add_argument("--quick", action="store_true", help=f"{QUICK_DELIVERIES} deliveries; the growth means little")
    given = options.parse_args()
    show(asyncio.run(measure(QUICK_DELIVERIES if given.quick else given.deliveries)))


if __name__ == "__main__":
    main()
