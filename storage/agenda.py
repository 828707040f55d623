"""What is about to come to people, and what came: for those who ask."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import exists, or_
from sqlmodel import col, select

from storage.database import Tx
from storage.notices import Notice
from storage.reminders import LIVE, UNDO, Reminder, ReminderSend
from storage.tickets import Assignment, Ticket

_IS_LISTED = col(Reminder.state).in_(LIVE) & (col(Reminder.kind) != UNDO)
_SENT = (
    select(Reminder, ReminderSend)
    .join(ReminderSend, col(ReminderSend.reminder_id) == Reminder.id)
    .order_by(col(ReminderSend.id).desc())
)


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


async def sends(tx: Tx, *, since: datetime) -> list[tuple[Reminder, datetime]]:
    """What came since a moment, and when, the oldest first."""
    found = (
        select(Reminder, ReminderSend.sent_at)
        .join(ReminderSend, col(ReminderSend.reminder_id) == Reminder.id)
        .where(col(ReminderSend.sent_at) >= since)
        .order_by(col(ReminderSend.sent_at), col(ReminderSend.id))
    )
    return [(reminder, at) for reminder, at in await tx.exec(found)]


async def last_sent(tx: Tx, *, person_id: int, ticket_id: int) -> tuple[Reminder, ReminderSend] | None:
    """The last one that came about a ticket and is not another's own, as it came."""
    is_for_all = col(Reminder.person_id).is_(None) | (col(Reminder.person_id) == person_id)
    about = (col(Reminder.ticket_id) == ticket_id) & is_for_all
    row = (await tx.exec(_SENT.limit(1).where(about, col(Reminder.kind) != UNDO))).first()
    return (row[0], row[1]) if row else None


async def came_to(tx: Tx, person_id: int, *, kinds: Collection[str], most: int) -> list[tuple[Reminder, ReminderSend]]:
    """Those about tickets that a person was told of, and those of these kinds that were theirs; the last first."""
    heard = exists().where(
        col(Notice.person_id) == person_id,
        col(Notice.ticket_id) == col(Reminder.ticket_id),
        col(Notice.state) == "told",
        col(Notice.at) == col(ReminderSend.sent_at),  # both are the moment of one transaction
    )
    own = (col(Reminder.person_id) == person_id) & col(Reminder.kind).in_(kinds)
    found = _SENT.limit(most).where(or_(heard, own), col(Reminder.kind) != UNDO)
    return [(reminder, sent) for reminder, sent in await tx.exec(found)]


async def sent_as(tx: Tx, reminder_id: int) -> tuple[Reminder, ReminderSend] | None:
    """The reminder of this id, if it came and told anybody, as it came last."""
    row = (await tx.exec(_SENT.limit(1).where(col(Reminder.id) == reminder_id, col(Reminder.kind) != UNDO))).first()
    return (row[0], row[1]) if row else None


async def why_told(tx: Tx, person_id: int, keys: Collection[str]) -> str:
    """Why somebody was told at that moment, by any of these keys of its message; nothing if it was not decided."""
    found = select(Notice.reason).where(Notice.person_id == person_id, col(Notice.key).in_(keys))
    return (await tx.exec(found.where(Notice.state == "told").limit(1))).first() or ""
