"""Everything that is due at a moment: when, for which ticket or person, why it was planned, and what was sent of it.

planned -> asked (a job is there for it) -> sent, or dropped with the reason; cancelled when it is no longer wanted.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import bindparam, text
from sqlalchemy import select as select_columns
from sqlmodel import Field, Index, SQLModel, UniqueConstraint, col, select, update

from storage.columns import Row, UtcTime, values_of, where
from storage.database import Tx, load, run
from storage.upsert import insert

LIVE = ("planned", "asked")
STUCK = timedelta(hours=1)
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
        Index("ix_reminders_pull", "pull_id"),
    )

    kind: str
    step: str = ""
    ticket_id: int | None = Field(default=None, foreign_key="tickets.id")
    person_id: int | None = Field(default=None, foreign_key="people.id")
    channel_id: str | None = None
    alarm_id: int | None = None  # what somebody asked for (storage/alarms.py)
    team_id: int | None = Field(default=None, foreign_key="teams.id")
    pull_id: int | None = Field(default=None, foreign_key="pulls.id")
    due_at: datetime = Field(sa_type=UtcTime)
    state: str = "planned"  # planned, asked, sent, cancelled, dropped
    reason: str = ""
    generation: int = 1
    plan_key: str = Field(unique=True)
    created_at: datetime = Field(sa_type=UtcTime)


class Step(NamedTuple):
    """What is to come of a ticket, by the names of a reminder's columns."""

    kind: str
    step: str
    generation: int
    due_at: datetime
    reason: str
    plan_key: str


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
_DUE_BESIDES = DUE.where(reminders.c.kind.not_in(bindparam("besides", expanding=True)))
_INSERT = insert(reminders)
PLAN = _INSERT.on_conflict_do_update(
    index_elements=["plan_key"],
    set_={"due_at": _INSERT.excluded.due_at, "reason": _INSERT.excluded.reason, "state": "planned"},
    where=(reminders.c.state != "sent") & (reminders.c.state != "dropped"),
)
_LEAVE_OUT = (
    update(reminders)
    .where(
        reminders.c.ticket_id == bindparam("about"),
        reminders.c.kind.in_(bindparam("of", expanding=True)),
        reminders.c.state.in_(LIVE),
        reminders.c.plan_key.not_in(bindparam("kept", expanding=True)),
    )
    .values(state="cancelled")
)


async def due(tx: Tx, *, now: datetime, most: int, besides: Collection[str] = ()) -> list[Due]:
    """What is due and not asked for yet, the oldest first, but for these kinds."""
    wanted = {"now": now, "most": most}
    asked = run(tx, _DUE_BESIDES, wanted | {"besides": list(besides)}) if besides else run(tx, DUE, wanted)
    return [Due(row.id, row.due_at, row.ticket_id) for row in await asked]


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


async def replan(tx: Tx, ticket_id: int, *, kinds: Collection[str], wanted: Sequence[Reminder]) -> None:
    """Make these the reminders of these kinds that a ticket still has before it; what was sent or dropped stays so."""
    await run(tx, _LEAVE_OUT, {"about": ticket_id, "of": list(kinds), "kept": [one.plan_key for one in wanted]})
    await plan(tx, wanted)


async def plan(tx: Tx, wanted: Sequence[Reminder]) -> None:
    """Plan these, or move those that are planned; what was sent or dropped stays so."""
    if wanted:
        await run(tx, PLAN, [values_of(one) for one in wanted])


async def cancel_of_channel(tx: Tx, channel_id: str, *, kind: str) -> None:
    """Nothing of this kind is left to come to a channel."""
    theirs = (col(Reminder.channel_id) == channel_id) & (col(Reminder.kind) == kind) & col(Reminder.state).in_(LIVE)
    await run(tx, update(reminders).where(theirs).values(state="cancelled"))


async def cancel(tx: Tx, ticket_id: int, *, kind: str) -> None:
    """Nothing of this kind is left to come for a ticket."""
    await replan(tx, ticket_id, kinds=[kind], wanted=())


async def cancel_plan(tx: Tx, plan_key: str) -> None:
    """What is planned under this key is no longer wanted."""
    is_left = (col(Reminder.plan_key) == plan_key) & col(Reminder.state).in_(LIVE)
    await run(tx, update(reminders).where(is_left).values(state="cancelled"))


async def cancel_alarm(tx: Tx, alarm_id: int, *, steps: Collection[str] = ()) -> None:
    """Nothing of an alarm is left to come, or nothing of these steps."""
    is_left = (col(Reminder.alarm_id) == alarm_id) & col(Reminder.state).in_(LIVE)
    if steps:
        is_left &= col(Reminder.step).in_(steps)
    await run(tx, update(reminders).where(is_left).values(state="cancelled"))


async def live(tx: Tx, ticket_id: int, *, kind: str) -> list[Reminder]:
    """What of this kind a ticket still has before it, the next first."""
    found = select(Reminder).where(Reminder.ticket_id == ticket_id, Reminder.kind == kind)
    return list(await tx.exec(found.where(col(Reminder.state).in_(LIVE)).order_by(col(Reminder.due_at))))


async def is_overtaken(tx: Tx, reminder: Reminder, *, now: datetime) -> bool:
    """Whether the next one of its kind is due too, so that this one would come twice."""
    after = [one for one in await live(tx, reminder.ticket_id or 0, kind=reminder.kind) if one.id != reminder.id]
    return any(reminder.generation < one.generation and one.due_at <= now for one in after)


async def cancel_of_person(tx: Tx, person_id: int, *, kind: str | None = None, besides: Sequence[str] = ()) -> bool:
    """Nothing is left to come to somebody, or nothing of this kind, or nothing but what is of those `besides`.

    Returns:
        Whether something was to come.
    """
    theirs = (col(Reminder.person_id) == person_id) & col(Reminder.state).in_(LIVE)
    if kind is not None:
        theirs &= col(Reminder.kind) == kind
    if besides:
        theirs &= col(Reminder.kind).not_in(besides)
    return (await run(tx, update(reminders).where(theirs).values(state="cancelled"))).rowcount > 0


async def cancel_planned(tx: Tx, plan_key: str) -> None:
    """Nothing comes of what was planned under a key that begins like this."""
    theirs = col(Reminder.plan_key).startswith(plan_key, autoescape=True) & col(Reminder.state).in_(LIVE)
    await run(tx, update(reminders).where(theirs).values(state="cancelled"))


async def is_due_soon(tx: Tx, person_id: int, *, kind: str, until: datetime) -> bool:
    """Whether one of this kind comes to somebody up to a moment; one that is long overdue is stuck."""
    found = select(Reminder.id).where(Reminder.person_id == person_id, Reminder.kind == kind)
    found = found.where(Reminder.due_at > until - STUCK)
    return (await tx.exec(found.where(col(Reminder.state).in_(LIVE), Reminder.due_at <= until))).first() is not None


async def with_key(tx: Tx, plan_key: str) -> Reminder | None:
    return (await tx.exec(select(Reminder).where(Reminder.plan_key == plan_key))).first()


async def has_come(tx: Tx, plan_key: str) -> bool:
    """Whether the one under this key was sent or dropped, and so never comes again."""
    one = await with_key(tx, plan_key)
    return one is not None and one.state in {"sent", "dropped"}


async def get(tx: Tx, reminder_id: int) -> Reminder:
    return await load(tx, Reminder, reminder_id)


async def send(tx: Tx, reminder: Reminder, *, now: datetime, is_late: bool) -> None:
    """Record that it came, in the transaction that stores its message."""
    about = {"workspace_id": reminder.workspace_id, "reminder_id": reminder.id, "fire_at": reminder.due_at}
    await run(tx, insert(SQLModel.metadata.tables["reminder_sends"]), about | {"sent_at": now, "is_late": is_late})
    reminder.state = "sent"
