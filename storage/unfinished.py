"""Whether anything is left to do for now: a job that could run, or a call to Slack that is not through."""

from sqlmodel import col, exists, or_, select

from storage.database import Tx
from storage.outbox import UNFINISHED, Outgoing
from storage.queue.jobs import BUSY, Job

_ANYTHING = select(or_(exists().where(col(Job.state).in_(BUSY)), exists().where(col(Outgoing.state).in_(UNFINISHED))))


async def is_any(tx: Tx) -> bool:
    """Jobs that are planned for later do not count."""
    return bool((await tx.exec(_ANYTHING)).one())
