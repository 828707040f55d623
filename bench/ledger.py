"""How fast budgets are reserved: `python bench/ledger.py [--quick]`, by 8 workers, on SQLite and on PostgreSQL.

Each worker has a connection of its own and reserves until nothing is left. Beside it, in the same run, a counter that
is read and then written without holding anything: how far that goes above the budget.
"""

import argparse
import asyncio
import contextlib
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path

sys.path[0] = str(Path(__file__).parent.parent)  # the checkout, and not this folder: its queue.py is not Python's

from bench.table import Row, at_least, at_most, show
from bot.errors import BudgetError
from bot.limiter import Limiter
from bot.llm import budget
from bot.llm.accounts import KINDS, Budgets, Kind, Limit, Payer
from bot.llm.guard import Guard, Wish
from bot.llm.pace import Pace
from bot.prices import Usage
from storage import llm_ledger, migrate
from storage.database import Database, open_database
from storage.llm_ledger import Account, Entry
from tests.postgres import cluster

T = "T1"
WORKERS = 8
GOAL = 300  # reservations a second
RESERVATIONS, QUICK = 1500, 80
EACH = Usage(input=1000, output=500)
PAYER = Payer(person_id=1)
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
DAY = "2026-03-02"
PLAIN = Account("plain", DAY)
Attempt = Callable[[Database, int], Awaitable[bool]]


def budgets(tokens: int) -> Budgets:
    """So much for the workspace, and no less for one person."""
    limits: dict[Kind, Limit] = {kind: Limit(tokens=tokens) for kind in KINDS}
    return Budgets(limits=limits)


async def guarded(db: Database, most: int) -> bool:
    """Reserve for one call as a guard does; whether there was room."""
    try:
        async with db.write(is_lasting=False) as tx:
            await budget.reserve(tx, T, PAYER, budgets(most), EACH, model="m", now=NOON)
    except BudgetError:
        return False
    return True


async def unguarded(db: Database, most: int) -> bool:
    """Look, and then add: between the two others do the same."""
    async with db.read() as tx:
        found = await llm_ledger.read(tx, T, [PLAIN])
    if found[PLAIN].tokens + EACH.tokens > most:
        return False
    async with db.write(is_lasting=False) as tx:
        await llm_ledger.post(tx, T, [PLAIN], Entry(reserved=EACH.tokens), now=NOON)
    return True


async def used_up(databases: Sequence[Database], attempt: Attempt, most: int) -> tuple[int, float]:
    """How many reservations all workers made until each was refused, and in how many seconds."""

    async def work(db: Database) -> int:
        made = 0
        while await attempt(db, most):
            made += 1
        return made

    started = time.perf_counter()
    made = await asyncio.gather(*map(work, databases))
    return sum(made), time.perf_counter() - started


async def whole_calls(databases: Sequence[Database], number: int) -> float:
    """Calls a second that only come and go: turn, slot, breaker and budget taken, and given back."""

    async def work(db: Database, worker: int) -> None:
        limiter = Limiter(db, holder=str(worker), clock=lambda: NOON)
        pace = Pace(
            limiter=limiter, provider="bench", per_minute=10**9, tokens_per_minute=10**12, concurrency=4 * WORKERS
        )
        guard = Guard(pace, workspace_id=T, budgets=budgets(10**9))
        wish = Wish(model="m", purpose="bench", input_tokens=EACH.input, max_output=EACH.output, payer=PAYER)
        for _ in range(number // WORKERS):
            async with guard.call(wish) as call:
                call.served(EACH)

    started = time.perf_counter()
    await asyncio.gather(*(work(db, worker) for worker, db in enumerate(databases)))
    return number / (time.perf_counter() - started)


async def measure(name: str, where: Path | str, reservations: int) -> list[Row]:
    """All rows of one database."""
    await asyncio.to_thread(migrate.upgrade, where)
    most = reservations * EACH.tokens
    async with contextlib.AsyncExitStack() as opened:
        databases = [await opened.enter_async_context(open_database(where)) for _ in range(WORKERS)]
        busy = time.process_time()
        made, seconds = await used_up(databases, guarded, most)
        busy = time.process_time() - busy
        plain, plain_seconds = await used_up(databases, unguarded, most)
        calls = await whole_calls(databases, reservations)
        async with databases[0].read() as tx:
            found = await llm_ledger.read(tx, T, [Account(llm_ledger.of_person(1), DAY)])
    rate, plain_rate = made / seconds, plain / plain_seconds
    assert made * EACH.tokens <= min(one.reserved for one in found.values())
    return [
        at_least(f"{name}: {WORKERS} workers, reservations/s", rate, GOAL),
        Row(f"{name}: processor time of one, ms", 1000 * busy / made),
        at_most(f"{name}: overshoot, tokens", max(0, made * EACH.tokens - most), 0),
        Row(f"{name}: a counter without a guard, reservations/s", plain_rate),
        Row(f"{name}: its overshoot, tokens", max(0, plain * EACH.tokens - most)),
        Row(f"{name}: ratio of the two rates", rate / plain_rate),
        Row(f"{name}: whole calls/s, from turn to settlement", calls),
    ]


async def all_rows(*, is_quick: bool) -> list[Row]:
    """Both databases."""
    reservations = QUICK if is_quick else RESERVATIONS
    with contextlib.ExitStack() as opened:
        server = opened.enter_context(cluster(settings=()))
        folder = Path(opened.enter_context(tempfile.TemporaryDirectory(prefix="chargehand-bench-")))
        rows = list[Row]()
        for name, where in (("SQLite", folder / "bench.db"), ("PostgreSQL", server.url)):
            rows += await measure(name, where, reservations)
        return rows


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="fewer reservations; the figures are rougher")
    show(asyncio.run(all_rows(is_quick=parser.parse_args().quick)))


if __name__ == "__main__":
    main()
