"""What dead letters died of: those that failed alike are one cause, whatever ids and numbers their errors name."""

import re
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from storage.database import Tx, run
from storage.queue.chosen import ANY, Chosen
from storage.queue.jobs import Job, jobs

LONGEST_GIST = 200
MOST_COUNTED = 1000  # dead letters that are compared when one more is added: the count is exact up to here
# A word with a digit in it is somebody's id, time or number; an HTTP status, `503` or `http_503`, is what went wrong.
_NUMBERED = re.compile(r"\b(?!(?:http_)?[1-5]\d\d\b)\w*\d\w*")


@dataclass(frozen=True, kw_only=True)
class Cause:
    """Dead letters of one kind that died alike; `error` is what the latest one says."""

    kind: str
    error_class: str
    count: int
    first: datetime
    last: datetime
    error: str


def gist(error: str | None) -> str:
    """What errors of one cause have in common: their first line without ids and numbers."""
    return _NUMBERED.sub("#", (error or "").partition("\n")[0][:LONGEST_GIST])


async def causes(tx: Tx, chosen: Chosen = ANY) -> list[Cause]:
    """What the chosen dead letters died of, the most frequent first."""
    error_class = func.coalesce(jobs.c.error_class, "").label("error_class")
    alike = (jobs.c.kind, error_class, func.coalesce(jobs.c.error_text, "").label("error"))
    rows = await run(
        tx,
        select(
            *alike,
            func.count().label("number"),
            func.min(jobs.c.finished_at).label("first"),
            func.max(jobs.c.finished_at).label("last"),
        )
        .where(jobs.c.state == "dead", chosen.where)
        .group_by(*alike),
    )
    found: dict[tuple[str, str, str], Cause] = {}
    for row in sorted(rows, key=lambda row: row.last):
        name = (row.kind, row.error_class, gist(row.error))
        earlier = found.get(name)
        found[name] = Cause(
            kind=row.kind,
            error_class=row.error_class,
            count=row.number + (earlier.count if earlier else 0),
            first=min(row.first, earlier.first) if earlier else row.first,
            last=row.last,
            error=row.error,
        )
    return sorted(found.values(), key=lambda cause: (-cause.count, cause.kind, cause.error_class))


async def count_alike(tx: Tx, job: Job) -> int:
    """How many dead letters died of what this job died of, itself included if it is dead; at most MOST_COUNTED."""
    same = (jobs.c.kind == job.kind) & (jobs.c.error_class == job.error_class)
    dead = select(jobs.c.error_text).where(jobs.c.state == "dead", same).limit(MOST_COUNTED)
    return sum(gist(error) == gist(job.error_text) for error in (await run(tx, dead)).scalars())
