"""How much the queue holds and how long the oldest job waits: what an operator watches."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from storage import inbox
from storage.columns import UtcTime
from storage.database import Tx, run
from storage.queue.jobs import jobs


@dataclass(frozen=True)
class Load:
    """`unfinished`: (state, priority) -> jobs; `oldest`: since when one could run; `dead`: kind -> dead letters.

    `held`: deliveries whose jobs follow when there is room.
    """

    unfinished: dict[tuple[str, int], int]
    oldest: datetime | None
    dead: dict[str, int]
    held: int

    @property
    def jobs(self) -> int:
        """Those that could run, or will when their time comes."""
        return sum(number for (state, _), number in self.unfinished.items() if state != "running")

    @property
    def waiting(self) -> int:
        """All that is still to be begun, with a job or without."""
        return self.jobs + self.held


_is_unfinished = jobs.c.finished_at.is_(None)
_UNFINISHED = (
    select(jobs.c.state, jobs.c.priority, func.count().label("number"))
    .where(_is_unfinished)
    .group_by(jobs.c.state, jobs.c.priority)
)
_DEAD = select(jobs.c.kind, func.count().label("number")).where(jobs.c.state == "dead").group_by(jobs.c.kind)


async def load(tx: Tx, *, now: datetime) -> Load:
    """Counted from the rows; the finished ones are not looked at."""
    unfinished = {(row.state, row.priority): row.number for row in await run(tx, _UNFINISHED)}
    could_run = _is_unfinished & (jobs.c.state == "ready") & (jobs.c.not_before <= now)
    oldest = (await run(tx, select(func.min(jobs.c.ready_at, type_=UtcTime)).where(could_run))).scalar_one()
    dead = {row.kind: row.number for row in await run(tx, _DEAD)}
    return Load(unfinished, oldest, dead, await inbox.count_waiting(tx))
