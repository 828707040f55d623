"""What people asked to be reminded of: for whom, in which words, once or again and again. When is in `reminders`."""

from datetime import datetime

from sqlmodel import Field, Index, col, func, or_, select

from storage.columns import Row, UtcTime
from storage.database import Tx
from storage.reminders import LIVE, Reminder
from storage.tickets import Ticket

ACTIVE, RUNG, OVER = "active", "rung", "over"


class Alarm(Row, table=True):
    """One thing that somebody asked for. It goes to a person alone, or to a channel or thread.

    `rule` is an RRULE without its end, and empty for what comes once; `first` is its start by the clock of `zone`.
    """

    __tablename__ = "alarms"
    __table_args__ = (
        Index("ix_alarms_asker", "asker_id", "state"),
        Index("ix_alarms_person", "person_id", "state"),
    )

    asker_id: int = Field(foreign_key="people.id")
    person_id: int | None = Field(default=None, foreign_key="people.id")  # None: it is for a whole channel
    channel_id: str | None = None
    thread_ts: str | None = None
    text: str = ""
    link: str | None = None  # to the message that it is about, or where it was asked for
    ticket_id: int | None = Field(default=None, foreign_key="tickets.id")
    zone: str
    first: str  # as in 2026-11-23T09:00, by the clock on the wall
    rule: str = ""
    words: str = ""  # how the repetition was said
    is_workdays: bool = False  # days off and absences are left out
    times_left: int | None = None
    ends_at: datetime | None = Field(default=None, sa_type=UtcTime)
    next_at: datetime | None = Field(default=None, sa_type=UtcTime)
    state: str = ACTIVE  # active, rung (it came, and may be put off), over
    reason: str = ""  # why it is over
    created_at: datetime = Field(sa_type=UtcTime)


async def get(tx: Tx, alarm_id: int) -> Alarm | None:
    return await tx.get(Alarm, alarm_id)


async def coming(tx: Tx, person_id: int) -> list[Alarm]:
    """What is still to come that is for somebody, or that they asked for; the next first."""
    theirs = or_(col(Alarm.person_id) == person_id, col(Alarm.asker_id) == person_id)
    found = select(Alarm).where(theirs, Alarm.state == ACTIVE).order_by(col(Alarm.next_at), col(Alarm.id))
    return list(await tx.exec(found))


async def due_for(
    tx: Tx, person_id: int, *, after: datetime, until: datetime
) -> list[tuple[datetime, Alarm, Ticket | None]]:
    """What comes to somebody between two moments, when, and of which ticket, the next first; also what was put off."""
    between = (col(Reminder.due_at) > after) & (col(Reminder.due_at) < until)
    found = (
        select(Reminder.due_at, Alarm, Ticket)
        .join(Alarm, col(Alarm.id) == Reminder.alarm_id)
        .join(Ticket, col(Ticket.id) == Alarm.ticket_id, isouter=True)
    )
    theirs = (col(Alarm.person_id) == person_id) & col(Reminder.state).in_(LIVE) & between
    rows = await tx.exec(found.where(theirs).order_by(col(Reminder.due_at)))
    return [(at, alarm, ticket) for at, alarm, ticket in rows]


async def active_of(tx: Tx, asker_id: int) -> int:
    """How many that somebody asked for are still to come."""
    found = select(func.count()).select_from(Alarm).where(Alarm.asker_id == asker_id, Alarm.state == ACTIVE)
    return (await tx.exec(found)).one()


async def asked_since(tx: Tx, asker_id: int, *, person_id: int | None, channel_id: str | None, since: datetime) -> int:
    """How many somebody asked for another person, or a channel, since a moment."""
    found = select(func.count()).select_from(Alarm).where(Alarm.asker_id == asker_id, Alarm.created_at > since)
    whose = Alarm.person_id == person_id if person_id else (Alarm.channel_id == channel_id)
    return (await tx.exec(found.where(whose))).one()


async def between_two(tx: Tx, *, asker_id: int, person_id: int) -> list[Alarm]:
    """What one person still has coming from another."""
    found = select(Alarm).where(Alarm.asker_id == asker_id, Alarm.person_id == person_id, Alarm.state != OVER)
    return list(await tx.exec(found))
