"""What happens to a job is counted once, whatever way it ends."""

from collections.abc import Awaitable, Callable

import pytest
from structlog.testing import capture_logs

from bot import stages
from bot.metrics import REGISTRY
from storage.database import Database, tell
from storage.queue import Job
from storage.turn_news import ToolUsed, TurnEnded
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


async def test_the_first_lines_of_a_job_name_the_delivery_that_it_came_of(db: Database) -> None:
    stages.watch(db)
    with capture_logs() as lines:
        await put(db, job("review", delivery_id=7))
        await take(db)
    assert [(line["event"], line["delivery_id"]) for line in lines] == [("job.queued", 7), ("job.reserved", 7)]


async def taken_back(db: Database, news: object) -> None:
    """It would have been told, had the transaction been committed."""
    async with db.write() as tx:
        tell(tx, news)
        raise LookupError


async def test_what_the_agent_did_is_counted_once_it_is_committed(db: Database) -> None:
    stages.watch(db)
    before = [figure("turns_total", outcome="answer"), figure("tool_calls_total", result="refused")]
    refused = figure("refused_grants_total")
    with pytest.raises(LookupError):
        await taken_back(db, TurnEnded("answer"))
    async with db.write() as tx:
        tell(tx, TurnEnded("answer"))
        tell(tx, ToolUsed("refused", not_granted=True))
    now = [figure("turns_total", outcome="answer"), figure("tool_calls_total", result="refused")]
    assert now == [one + 1 for one in before]
    assert figure("refused_grants_total") == refused + 1
