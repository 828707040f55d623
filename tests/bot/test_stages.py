"""What happens to a job is counted once, whatever way it ends."""

from collections.abc import Awaitable, Callable

import pytest

from bot import stages
from bot.metrics import REGISTRY
from storage.database import Database
from storage.queue import Job
from tests.storage.queue.steps import NOON, bury, finish, give_back, ignore, job, put, retry, take

End = Callable[[Database, Job], Awaitable[None]]


async def tried_again(db: Database, taken: Job) -> None:
    await retry(db, taken, at=NOON)


def figure(name: str, **labels: str) -> float:
    return REGISTRY.get_sample_value(f"chargehand_{name}", labels) or 0.0


def counted(kind: str) -> tuple[float, float]:
    return figure("superseded_total"), figure("jobs_total", kind=kind, outcome="superseded")


def version(number: int, kind: str) -> Job:
    return job(kind, supersede_key="card", supersede_version=number)


@pytest.mark.parametrize("end", [bury, finish, give_back, ignore, tried_again], ids=lambda end: end.__name__)
async def test_a_job_that_is_replaced_while_it_runs_counts_once(db: Database, end: End) -> None:
    stages.watch(db)
    replaced, ended = counted("review")
    await put(db, version(1, "review"))
    [running] = await take(db)
    await put(db, version(2, "review"))
    assert counted("review") == (replaced, ended)  # it has yet to end
    await end(db, running)
    assert counted("review") == (replaced + 1, ended + 1)


async def test_jobs_that_are_replaced_before_they_run_count_once_each(db: Database) -> None:
    stages.watch(db)
    replaced, ended = counted("preview")
    await put(db, version(2, "preview"), version(3, "preview"), version(1, "preview"))
    assert counted("preview") == (replaced + 2, ended + 2)
