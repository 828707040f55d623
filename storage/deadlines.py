"""Many tickets' deadlines at once: plain values are read, and each table is written with one statement."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from functools import reduce
from operator import add
from typing import Any, NamedTuple

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    String,
    Table,
    bindparam,
    cast,
    exists,
    func,
    or_,
    union_all,
    update,
)
from sqlalchemy import select as select_columns
from sqlmodel import SQLModel

from storage.columns import values_of
from storage.database import Tx, run
from storage.reminders import LIVE, PLAN, Reminder, Step
from storage.sla import COURSE, TIMES, Course
from storage.tickets import OPEN


class Standing(NamedTuple):
    """What of a ticket its deadlines and nudges come from, by the names of its columns."""

    id: int
    status: str
    priority: str | None
    team_id: int | None
    reporter_id: int | None
    channel_id: str
    created_at: datetime
    touched_at: datetime | None
    snoozed_until: datetime | None
    due_at: datetime | None


class Planned(NamedTuple):
    """A reminder that is still to come."""

    id: int
    ticket_id: int
    plan_key: str
    due_at: datetime


_tickets = SQLModel.metadata.tables["tickets"]
_clocks = SQLModel.metadata.tables["sla_clocks"]
_reminders = SQLModel.metadata.tables["reminders"]

_STANDING = select_columns(*(_tickets.c[name] for name in Standing._fields)).order_by(_tickets.c.id)
_COURSES = select_columns(*(_clocks.c[name] for name in COURSE)).order_by(_clocks.c.ticket_id, _clocks.c.generation)
_PLANNED = select_columns(*(_reminders.c[name] for name in Planned._fields))
_HAS_CLOCKS = exists().where(_clocks.c.ticket_id == _tickets.c.id)
_DONE_WITH = (
    "version", "status", "priority", "team_id", "snoozed_until", "touched_at", "acknowledged_at", "waiting_on",
)  # fmt: skip
_DONE_TO = ("id", "met_at", "paused_since", "due_at", "breached_at")


def _mark(table: Table, names: Iterable[str]) -> ColumnElement[str]:
    return reduce(add, (func.coalesce(cast(table.c[name], String), "") + "|" for name in names))


_these: BindParameter[Any] = bindparam("tickets", expanding=True)
_MARKS = union_all(
    select_columns(_tickets.c.id, _mark(_tickets, _DONE_WITH).label("mark")).where(_tickets.c.id.in_(_these)),
    select_columns(_clocks.c.ticket_id, _mark(_clocks, _DONE_TO)).where(_clocks.c.ticket_id.in_(_these)),
)
_SET_DUE = update(_tickets).where(_tickets.c.id == bindparam("ticket")).values(due_at=bindparam("due"))
_SET_TIMES = (
    update(_clocks)
    .where(_clocks.c.id == bindparam("clock_id"))
    .values({name: bindparam(f"new_{name}") for name in TIMES})
)
_IS_LIVE = or_(*(_reminders.c.state == state for state in LIVE))  # a list cannot be bound for many rows at once
_MOVE = (
    update(_reminders)
    .where(_reminders.c.id == bindparam("reminder"), _IS_LIVE)
    .values(due_at=bindparam("at"), reason=bindparam("why"), state="planned")
)


async def open_ones(tx: Tx, *, team_id: int | None, after: int, most: int) -> list[Standing]:
    """Open tickets that have clocks, of one team or of all, by id, some at a time.

    One from before there were clocks gets none by a change of hours: years of old tickets would be missed at once.
    """
    these = _tickets.c.status.in_(OPEN) & (_tickets.c.id > after) & _HAS_CLOCKS
    if team_id is not None:
        these &= _tickets.c.team_id == team_id
    return [Standing._make(row) for row in await run(tx, _STANDING.where(these).limit(most))]


async def marks(tx: Tx, ticket_ids: Collection[int]) -> dict[int, list[str]]:
    """By ticket what becomes another text as soon as somebody does something with it or with one of its clocks.

    The database writes them, which takes a tenth of the time that it takes to read the rows anew.
    """
    found: dict[int, list[str]] = {ticket_id: [] for ticket_id in ticket_ids}
    for row in await run(tx, _MARKS, {"tickets": list(ticket_ids)}):
        found[row.id].append(row.mark)
    return {ticket_id: sorted(of_one) for ticket_id, of_one in found.items()}


async def courses(tx: Tx, ticket_ids: Collection[int]) -> dict[int, list[Course]]:
    """The newest clock of each kind, of many tickets."""
    newest: dict[int, dict[str, Course]] = {ticket_id: {} for ticket_id in ticket_ids}
    for row in await run(tx, _COURSES.where(_clocks.c.ticket_id.in_(ticket_ids))):
        one = Course._make(row)
        newest[one.ticket_id][one.kind] = one
    return {ticket_id: [having[kind] for kind in sorted(having)] for ticket_id, having in newest.items()}


async def planned(tx: Tx, ticket_ids: Collection[int], *, kinds: Collection[str]) -> dict[int, dict[str, Planned]]:
    """What of these kinds many tickets still have before them: by ticket and plan key."""
    these = _reminders.c.ticket_id.in_(ticket_ids) & _reminders.c.kind.in_(kinds) & _IS_LIVE
    found: dict[int, dict[str, Planned]] = {ticket_id: {} for ticket_id in ticket_ids}
    for row in await run(tx, _PLANNED.where(these)):
        one = Planned._make(row)
        found[one.ticket_id][one.plan_key] = one
    return found


async def set_due(tx: Tx, due: Mapping[int, datetime | None]) -> None:
    """Ticket id -> when the first of its clocks that run is due."""
    if due:
        await run(tx, _SET_DUE, [{"ticket": ticket_id, "due": at} for ticket_id, at in due.items()])


async def set_times(tx: Tx, changed: Iterable[Course]) -> None:
    """Give many clocks the times that they have here."""
    if values := [{f"new_{name}": getattr(one, name) for name in TIMES} | {"clock_id": one.id} for one in changed]:
        await run(tx, _SET_TIMES, values)


async def move(tx: Tx, moved: Iterable[tuple[int, Step]]) -> None:
    """Have reminders that are still to come, by id, come when these steps do."""
    if values := [{"reminder": one, "at": step.due_at, "why": step.reason} for one, step in moved]:
        await run(tx, _MOVE, values)


async def cancel_these(tx: Tx, reminder_ids: Collection[int]) -> None:
    """They are no longer wanted."""
    if reminder_ids:
        these = _reminders.c.id.in_(reminder_ids) & _IS_LIVE
        await run(tx, update(_reminders).where(these).values(state="cancelled"))


async def plan_steps(tx: Tx, like: Reminder, wanted: Sequence[tuple[int, Step]]) -> None:
    """Plan these, or move those that are planned: each step of the ticket before it, and else `like` this."""
    if wanted:
        about = values_of(like)
        await run(tx, PLAN, [about | {"ticket_id": ticket_id} | step._asdict() for ticket_id, step in wanted])
