"""Which Slack thread belongs to which ticket and pull request, and where the work in it stands."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlmodel import JSON, Field, SQLModel, UniqueConstraint, col, delete, select

from storage.columns import Row
from storage.database import Tx, load, run
from storage.issues import Issue
from storage.tickets import OPEN, Ticket
from storage.upsert import insert

INTAKE, BEGUN = "intake", "open"  # phases: of a request without a ticket, and of a ticket that has just got its thread
OVER = {"resolved": "done", "closed": "abandoned"}  # status of a ticket -> phase
MOST_CHANGES = 50  # of a thread's phase that are kept, the newest ones


class ThreadLink(Row, table=True):
    """`ticket_id` is None while a request in the thread has made none; `pull_id` is the pull request that it is about,
    `issue_id` the issue that was opened for it, where it has no ticket to track that.

    `phase` is agent/turns/phase.py's; `phase_changes`: when, from which, by which event, to which, oldest first.
    """

    __tablename__ = "thread_links"
    __table_args__ = (UniqueConstraint("workspace_id", "channel_id", "thread_ts"),)

    channel_id: str
    thread_ts: str
    ticket_id: int | None = Field(default=None, foreign_key="tickets.id", index=True)
    pull_id: int | None = Field(default=None, foreign_key="pulls.id", index=True)
    issue_id: int | None = Field(default=None, foreign_key="issues.id", index=True)
    phase: str = Field(default=BEGUN, sa_column_kwargs={"server_default": BEGUN})
    phase_changes: list[Any] = Field(default_factory=list, sa_type=JSON, sa_column_kwargs={"server_default": "[]"})


async def ticket_of(tx: Tx, workspace_id: str, channel_id: str, thread_ts: str) -> int | None:
    """The ticket a thread is about."""
    link = select(ThreadLink.ticket_id).where(
        ThreadLink.workspace_id == workspace_id,
        ThreadLink.channel_id == channel_id,
        ThreadLink.thread_ts == thread_ts,
    )
    return (await tx.exec(link)).first()


async def of_thread(tx: Tx, workspace_id: str, channel_id: str, thread_ts: str) -> ThreadLink | None:
    """What a thread is about."""
    found = select(ThreadLink).where(
        ThreadLink.workspace_id == workspace_id,
        ThreadLink.channel_id == channel_id,
        ThreadLink.thread_ts == thread_ts,
    )
    return (await tx.exec(found)).first()


async def get(tx: Tx, link_id: int) -> ThreadLink:
    return await load(tx, ThreadLink, link_id)


async def of_tickets(tx: Tx, ticket_ids: Sequence[int]) -> list[ThreadLink]:
    """The threads of these tickets."""
    found = select(ThreadLink).where(col(ThreadLink.ticket_id).in_(ticket_ids)).order_by(col(ThreadLink.id))
    return list(await tx.exec(found)) if ticket_ids else []


async def of_pull(tx: Tx, pull_id: int) -> list[ThreadLink]:
    """The threads that are about a pull request at present."""
    return list(await tx.exec(select(ThreadLink).where(ThreadLink.pull_id == pull_id).order_by(col(ThreadLink.id))))


async def of_issues(tx: Tx, issue_ids: Sequence[int]) -> list[ThreadLink]:
    """The threads of these issues: of the tickets that track them, and those for which they were opened."""
    tracked = select(Issue.ticket_id).where(col(Issue.id).in_(issue_ids), col(Issue.ticket_id).is_not(None))
    is_about = col(ThreadLink.issue_id).in_(issue_ids) | col(ThreadLink.ticket_id).in_(tracked)
    return list(await tx.exec(select(ThreadLink).where(is_about).order_by(col(ThreadLink.id)))) if issue_ids else []


async def of_open_tickets(tx: Tx) -> list[tuple[str, str]]:
    """Channel and first message of each thread whose ticket is not done."""
    open_ones = select(ThreadLink.channel_id, ThreadLink.thread_ts).join(Ticket, col(Ticket.id) == ThreadLink.ticket_id)
    found = await tx.exec(open_ones.where(col(Ticket.status).in_(OPEN)).order_by(col(ThreadLink.id).desc()))
    return list(found)


_links = SQLModel.metadata.tables["thread_links"]
_BEGIN = insert(_links).on_conflict_do_nothing().returning(_links.c.id)
_link = insert(_links)
# A thread has one ticket: a second one finds no row to take.
_LINK = _link.on_conflict_do_update(
    index_elements=["workspace_id", "channel_id", "thread_ts"],
    set_={"ticket_id": _link.excluded.ticket_id},
    where=_links.c.ticket_id.is_(None),
).returning(_links.c.id, _links.c.phase)


async def link(
    tx: Tx, workspace_id: str, channel_id: str, thread_ts: str, *, ticket_id: int, phase: str = BEGUN
) -> str:
    """The thread is about this ticket from now on; the phase that it is in: what a new link is given, or what a
    request in it was before.

    Raises:
        NoResultFound: it is about another one.
    """
    about = {"workspace_id": workspace_id, "channel_id": channel_id, "thread_ts": thread_ts}
    row = (await run(tx, _LINK, about | {"ticket_id": ticket_id, "phase": phase, "phase_changes": []})).one()
    return str(row.phase)


async def phase_of(tx: Tx, ticket_id: int) -> str:
    """The phase of a ticket whose thread begins only now."""
    status = (await tx.exec(select(Ticket.status).where(Ticket.id == ticket_id))).one()
    return OVER.get(status, BEGUN)


async def begin(tx: Tx, workspace_id: str, channel_id: str, thread_ts: str) -> bool:
    """Somebody asks for something in a thread: it has a phase from now on; what has one keeps it. Whether it is new."""
    about = {"workspace_id": workspace_id, "channel_id": channel_id, "thread_ts": thread_ts}
    return (await run(tx, _BEGIN, about | {"phase": INTAKE, "phase_changes": []})).first() is not None


async def move(tx: Tx, row: ThreadLink, phase: str, *, event: str, now: datetime) -> None:
    """Its work goes on to another phase."""
    told = [*row.phase_changes, [now.isoformat(), row.phase, event, phase]][-MOST_CHANGES:]
    row.phase, row.phase_changes = phase, told
    await tx.flush()


async def about_pull(tx: Tx, row: ThreadLink, pull_id: int) -> None:
    """Its newest link is to this pull request."""
    row.pull_id = pull_id
    await tx.flush()


async def about_issue(tx: Tx, row: ThreadLink, issue_id: int) -> None:
    """The newest issue that was opened for it is the one that it is about."""
    row.issue_id = issue_id
    await tx.flush()


async def unlink(tx: Tx, workspace_id: str, channel_id: str, thread_ts: str) -> None:
    gone = (
        (col(ThreadLink.workspace_id) == workspace_id)
        & (col(ThreadLink.channel_id) == channel_id)
        & (col(ThreadLink.thread_ts) == thread_ts)
    )
    await tx.exec(delete(ThreadLink).where(gone))
