"""Who is at work: one row for each running process, gone when the process is."""

from collections.abc import Callable
from datetime import datetime, timedelta

from sqlmodel import Field, SQLModel, col, delete, select

from storage import limits, migrate
from storage.columns import UtcTime
from storage.database import Tx
from storage.postgres import Connections

SILENT_AFTER = timedelta(seconds=30)  # a process that was stopped or cut off for so long no longer counts


class Process(SQLModel, table=True):
    """`lock` is the file that the process holds locked as long as it lives; None where files are not shared."""

    __tablename__ = "workers"

    id: str = Field(primary_key=True)
    role: str  # all, or those it has of ingress, worker and clock, with commas
    host: str
    version: str
    started_at: datetime = Field(sa_type=UtcTime)
    heartbeat_at: datetime = Field(sa_type=UtcTime)
    lock: str | None = None
    address: str | None = None  # where its health and metrics are served
    draining: bool = False

    def does(self, role: str) -> bool:
        """Whether it has a role, by itself or among others."""
        return self.role == "all" or role in self.role.split(",")


async def beat(tx: Tx, process: Process, *, now: datetime) -> None:
    """Say that a process lives and how it is; its row comes back if the others had given it up."""
    process.heartbeat_at = now
    await tx.merge(process)


async def leave(tx: Tx, process_id: str) -> None:
    await tx.exec(delete(Process).where(col(Process.id) == process_id))


async def listing(tx: Tx) -> list[Process]:
    """Every process that has not been given up, the oldest first."""
    return list(await tx.exec(select(Process).order_by(col(Process.started_at), col(Process.id))))


def heard_of(url: str, connections: Connections, *, now: datetime) -> list[str]:
    """The processes on a server that said lately that they live; none where there are no tables yet."""
    if migrate.version_of(url, connections) is None:
        return []
    lately = select(Process.id).where(Process.heartbeat_at > now - SILENT_AFTER).order_by(col(Process.started_at))
    with migrate.engine(url, connections).connect() as connection:
        return list(connection.execute(lately).scalars())


async def present(tx: Tx, *, me: str, now: datetime, is_free: Callable[[str], bool]) -> set[str]:
    """Give up the processes that ended or fell silent, with the slots of their calls, and return who is left.

    Args:
        me: the process that asks, which is there.
        is_free: whether nobody holds a lock file.
    """
    others = [process for process in await listing(tx) if process.id != me]
    gone = {
        process.id
        for process in others
        if process.heartbeat_at <= now - SILENT_AFTER or (process.lock is not None and is_free(process.lock))
    }
    if gone:
        await tx.exec(delete(Process).where(col(Process.id).in_(gone)))
        await limits.vacate_all(tx, gone)
    return {process.id for process in others} - gone | {me}
