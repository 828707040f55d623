"""Everything that is due at a moment: when, for which ticket or person, why it was planned, and what was sent of it.

planned -> asked (a job is there for it) -> sent, or dropped with the reason; cancelled when it is no longer wanted.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, or_, text
from sqlalchemy import select as select_columns
from sqlmodel import Field, Index, SQLModel, UniqueConstraint, col, select, update

from storage.columns import Row, UtcTime, where
from storage.database import Tx, load, run
from storage.tickets import Assignment, Ticket
from storage.upsert import insert

LIVE = ("planned", "asked")
UNDO = "undo"  # a message loses its button Undo; nobody is told, so no list shows it


class Reminder(Row, table=True):
    """One due thing. `kind` is what it is about, `step` which of several it is; `plan_key` says it once.

    `reason` is why it was planned, or why it was dropped; `generation` tells one run of a clock from the next.
    """

    __tablename__ = "reminders"
    __table_args__ = (
        Index("ix_reminders_due", "due_at", **where("state = 'planned'")),
        Index("ix_reminders_ticket", "ticket_id", "kind"),
        Index("ix_reminders_person", "person_id", "state"),
    )

    kind: str
    step: str = ""
    ticket_id: int | None = Field(default=None, foreign_key="tickets.id")
    person_id: int | None = Field(default=None, foreign_key="people.id")
    channel_id: str | None = None
    due_at: datetime = Field(sa_type=UtcTime)
    state: str = "planned"  # planned, asked, sent, cancelled, dropped
    reason: str = ""
    generation: int = 1
    plan_key: str = Field(unique=True)
    created_at: datetime = Field(sa_type=UtcTime)


class ReminderSend(Row, table=True):
    """One time that a reminder came. `is_late`: it was due while nobody was there to send it."""

    __tablename__ = "reminder_sends"
    __table_args__ = (UniqueConstraint("reminder_id", "fire_at"),)

    reminder_id: int = Field(foreign_key="reminders.id")
    fire_at: datetime = Field(sa_type=UtcTime)
    sent_at: datetime = Field(sa_type=UtcTime)
    is_late: bool = False


@dataclass(frozen=True)
class Due:
    """What the clock needs to know to ask for it."""

    reminder_id: int
    fire_at: datetime
    ticket_id: int | None


reminders = SQLModel.metadata.tables["reminders"]
DUE = (
    select_columns(reminders.c.id, reminders.c.due_at, reminders.c.ticket_id)
    .where(text("state = 'planned'"), reminders.c.due_at <= bindparam("now"))  # word for word what the index holds
    .order_by(reminders.c.due_at)
    .limit(bindparam("most"))
)
_INSERT = insert(reminders)
_PLAN = _INSERT.on_conflict_do_update(
    index_elements=["plan_key"],
    set_={"due_at": _INSERT.excluded.due_at, "reason": _INSERT.excluded.reason, "state": "planned"},
    where=(reminders.c.state != "sent") & (reminders.c.state != "dropped"),
)


_IS_LISTED = col(Reminder.state).in_(LIVE) & (col(Reminder.kind) != UNDO)


async def due(tx: Tx, *, now: datetime, most: int) -> list[Due]:
    """What is due and not asked for yet, the oldest first."""
    return [Due(row.id, row.due_at, row.ticket_id) for row in await run(tx, DUE, {"now": now, "most": most})]


async def next_due(tx: Tx) -> datetime | None:
    """When the next one is due; None while nothing is planned."""
    first = select(Reminder.due_at).where(text("state = 'planned'")).order_by(col(Reminder.due_at)).limit(1)
    return (await tx.exec(first)).first()


async def ask_for(tx: Tx, wanted: Sequence[Due]) -> list[Due]:
    """Those that nobody cancelled, moved or asked for meanwhile; from now on they are asked for."""
    these = (col(Reminder.id).in_([one.reminder_id for one in wanted])) & (col(Reminder.state) == "planned")
    asked = update(reminders).where(these).values(state="asked").returning(reminders.c.id, reminders.c.due_at)
    found = {row.id: row.due_at for row in await run(tx, asked)}
    return [Due(one.reminder_id, found[one.reminder_id], one.ticket_id) for one in wanted if one.reminder_id in found]


async def replan(tx: Tx, ticket_id: int, *, kind: str, wanted: Sequence[Reminder]) -> None:
    """Make these the reminders of this kind that a ticket still has before it; what was sent or dropped stays so."""
    keys = [one.plan_key for one in wanted]
    others = (col(Reminder.ticket_id) == ticket_id) & (col(Reminder.kind) == kind) & col(Reminder.state).in_(LIVE)
    gone = update(reminders).where(others, col(Reminder.plan_key).not_in(keys)).values(state="cancelled")
    await run(tx, gone)
    await plan(tx, wanted)


async def plan(tx: Tx, wanted: Sequence[Reminder]) -> None:
    """Plan these, or move those that are planned; what was sent or dropped stays so."""
    if wanted:
        await run(tx, _PLAN, [one.model_dump(exclude={"id"}) for one in wanted])


async def cancel(tx: Tx, ticket_id: int, *, kind: str) -> None:
    """Nothing of this kind is left to come for a ticket."""
    await replan(tx, ticket_id, kind=kind, wanted=())


async def cancel_plan(tx: Tx, plan_key: str) -> None:
    """What is planned under this key is no longer wanted."""
    is_left = (col(Reminder.plan_key) == plan_key) & col(Reminder.state).in_(LIVE)
    await run(tx, update(reminders).where(is_left).values(state="cancelled"))


async def live(tx: Tx, ticket_id: int, *, kind: str) -> list[Reminder]:
    """What of this kind a ticket still has before it, the next first."""
    found = select(Reminder).where(Reminder.ticket_id == ticket_id, Reminder.kind == kind)
    return list(await tx.exec(found.where(col(Reminder.state).in_(LIVE)).order_by(col(Reminder.due_at))))


async def is_overtaken(tx: Tx, reminder: Reminder, *, now: datetime) -> bool:
    """Whether the next one of its kind is due too, so that this one would come twice."""
    after = [one for one in await live(tx, reminder.ticket_id or 0, kind=reminder.kind) if one.id != reminder.id]
    return any(reminder.generation < one.generation and one.due_at <= now for one in after)


async def cancel_of_person(tx: Tx, person_id: int, *, kind: str | None = None) -> None:
    """Nothing is left to come to somebody, or nothing of this kind."""
    theirs = (col(Reminder.person_id) == person_id) & col(Reminder.state).in_(LIVE)
    if kind is not None:
        theirs &= col(Reminder.kind) == kind
    await run(tx, update(reminders).where(theirs).values(state="cancelled"))


async def is_due_soon(tx: Tx, person_id: int, *, kind: str, until: datetime) -> bool:
    """Whether one of this kind comes to somebody up to a moment."""
    found = select(Reminder.id).where(Reminder.person_id == person_id, Reminder.kind == kind)
    return (await tx.exec(found.where(col(Reminder.state).in_(LIVE), Reminder.due_at <= until))).first() is not None


async def with_key(tx: Tx, plan_key: str) -> Reminder | None:
    return (await tx.exec(select(Reminder).where(Reminder.plan_key == plan_key))).first()


async def get(tx: Tx, reminder_id: int) -> Reminder:
    return await load(tx, Reminder, reminder_id)


async def send(tx: Tx, reminder: Reminder, *, now: datetime, is_late: bool) -> None:
    """Record that it came, in the transaction that stores its message."""
    about = {"workspace_id": reminder.workspace_id, "reminder_id": reminder.id, "fire_at": reminder.due_at}
    await run(tx, insert(SQLModel.metadata.tables["reminder_sends"]), about | {"sent_at": now, "is_late": is_late})
    reminder.state = "sent"


async def coming(tx: Tx, person_id: int) -> list[Reminder]:
    """What is planned for a person, and on the tickets that they have; the next first."""
    current = select(Assignment.ticket_id).where(Assignment.person_id == person_id, col(Assignment.ended_at).is_(None))
    theirs = or_(
        col(Reminder.person_id) == person_id,
        col(Reminder.person_id).is_(None) & col(Reminder.ticket_id).in_(current),
    )
    found = select(Reminder).where(theirs, _IS_LISTED).order_by(col(Reminder.due_at))
    return list(await tx.exec(found))


async def until(tx: Tx, moment: datetime) -> list[tuple[Reminder, int | None]]:
    """All that is planned up to a moment, the next first, each with the number of its ticket."""
    found = (
        select(Reminder, Ticket.number)
        .join(Ticket, col(Ticket.id) == Reminder.ticket_id, isouter=True)
        .where(_IS_LISTED, col(Reminder.due_at) <= moment)
    )
    return [(one, number) for one, number in await tx.exec(found.order_by(col(Reminder.due_at)))]


async def last_sent(tx: Tx, *, person_id: int, ticket_id: int | None) -> tuple[Reminder, datetime] | None:
    """The last one that came to a person, or about a ticket, and when."""
    current = select(Assignment.ticket_id).where(Assignment.person_id == person_id, col(Assignment.ended_at).is_(None))
    theirs = or_(col(Reminder.person_id) == person_id, col(Reminder.ticket_id).in_(current))
    about = theirs if ticket_id is None else col(Reminder.ticket_id) == ticket_id
    found = select(Reminder, ReminderSend.sent_at).join(ReminderSend, col(ReminderSend.reminder_id) == Reminder.id)
    row = (await tx.exec(found.where(about).order_by(col(ReminderSend.id).desc()).limit(1))).first()
    return (row[0], row[1]) if row else None
