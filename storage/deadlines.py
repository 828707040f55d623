"""Many tickets' deadlines at once: what they come from, what tells that it has changed, and what they become."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, update
from sqlalchemy import select as select_columns
from sqlmodel import SQLModel, col, select

from storage.columns import values_of
from storage.database import Tx, run
from storage.reminders import LIVE, PLAN, Reminder, Step
from storage.sla import SlaClock
from storage.tickets import Ticket

_tickets = SQLModel.metadata.tables["tickets"]
_clocks = SQLModel.metadata.tables["sla_clocks"]
_reminders = SQLModel.metadata.tables["reminders"]
_SEEN = ("version", "status", "priority", "team_id", "snoozed_until", "touched_at", "acknowledged_at", "waiting_on")
_SET_DUE = update(_tickets).where(_tickets.c.id == bindparam("ticket")).values(due_at=bindparam("due"))


async def several(tx: Tx, ticket_ids: Sequence[int]) -> list[Ticket]:
    """These tickets, by id."""
    return list(await tx.exec(select(Ticket).where(col(Ticket.id).in_(ticket_ids)).order_by(col(Ticket.id))))


async def ticket_states(tx: Tx, ticket_ids: Sequence[int]) -> dict[int, tuple[Any, ...]]:
    """Of each what tells that somebody has done something with it since."""
    columns = (_tickets.c.id, *(_tickets.c[name] for name in _SEEN))
    found = await run(tx, select_columns(*columns).where(_tickets.c.id.in_(ticket_ids)))
    return {row.id: tuple(row)[1:] for row in found}


def state_of(ticket: Ticket) -> tuple[Any, ...]:
    """The same of a ticket that was read."""
    return tuple(getattr(ticket, name) for name in _SEEN)


async def set_due(tx: Tx, due: Mapping[int, datetime | None]) -> None:
    """Ticket id -> when the first of its clocks that run is due."""
    if due:
        await run(tx, _SET_DUE, [{"ticket": ticket_id, "due": at} for ticket_id, at in due.items()])


async def clocks_of(tx: Tx, ticket_ids: Collection[int]) -> dict[int, list[SlaClock]]:
    """The newest clock of each kind, of many tickets."""
    found = select(SlaClock).where(col(SlaClock.ticket_id).in_(ticket_ids)).order_by(col(SlaClock.generation))
    newest = {(clock.ticket_id, clock.kind): clock for clock in await tx.exec(found)}
    having: dict[int, list[SlaClock]] = {ticket_id: [] for ticket_id in ticket_ids}
    for ticket_id, kind in sorted(newest):
        having[ticket_id].append(newest[ticket_id, kind])
    return having


_CLOCK = (_clocks.c.id, _clocks.c.met_at, _clocks.c.paused_since, _clocks.c.due_at, _clocks.c.breached_at)
_TIMES = ("target_minutes", "clock", "warn_at", "due_at", "breached_at")
_SET_TIMES = (
    update(_clocks)
    .where(_clocks.c.id == bindparam("clock_id"))
    .values({name: bindparam(f"new_{name}") for name in _TIMES})
)


async def clock_states(tx: Tx, ticket_ids: Collection[int]) -> dict[int, tuple[Any, ...]]:
    """Of each of their clocks what tells that somebody has moved it since; by its id."""
    found = select_columns(*_CLOCK).where(_clocks.c.ticket_id.in_(ticket_ids))
    return {row.id: tuple(row) for row in await run(tx, found)}


async def set_times(tx: Tx, clocks: Sequence[SlaClock]) -> None:
    """Give many clocks the times that they have here."""
    if clocks:
        values = [{f"new_{name}": getattr(one, name) for name in _TIMES} | {"clock_id": one.id} for one in clocks]
        await run(tx, _SET_TIMES, values)


async def live_of(tx: Tx, ticket_ids: Collection[int], *, kinds: Collection[str]) -> dict[str, tuple[int, datetime]]:
    """What of these kinds many tickets still have before them: plan key -> id and when it is due."""
    these = _reminders.c.ticket_id.in_(ticket_ids) & _reminders.c.kind.in_(kinds) & _reminders.c.state.in_(LIVE)
    found = select_columns(_reminders.c.plan_key, _reminders.c.id, _reminders.c.due_at).where(these)
    return {row.plan_key: (row.id, row.due_at) for row in await run(tx, found)}


async def cancel_these(tx: Tx, reminder_ids: Collection[int]) -> None:
    """They are no longer wanted."""
    if reminder_ids:
        these = _reminders.c.id.in_(reminder_ids) & _reminders.c.state.in_(LIVE)
        await run(tx, update(_reminders).where(these).values(state="cancelled"))


async def plan_steps(tx: Tx, like: Reminder, wanted: Sequence[tuple[int, Step]]) -> None:
    """Plan these, or move those that are planned: each step of the ticket before it, and else `like` this."""
    if wanted:
        about = values_of(like)
        await run(tx, PLAN, [about | {"ticket_id": ticket_id} | step._asdict() for ticket_id, step in wanted])
