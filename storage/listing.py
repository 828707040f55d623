"""Tickets a page at a time: what one person may see, by filters, in an order; two reads however long the page is."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import ColumnElement, String, TextClause, and_, cast, exists, func, or_, text
from sqlmodel import case, col, select

from storage.comments import Comment
from storage.database import Tx
from storage.people import Person
from storage.tickets import LOUDEST_FIRST, OPEN, Assignment, Ticket
from storage.undo_steps import UndoStep

Order = Literal["mine", "due", "age", "priority"]
Condition = ColumnElement[bool] | TextClause
Conditions = Sequence[Condition]
MOST_COUNTED = 1000  # to count on would read every open ticket
_OPEN = text("tickets.status IN ('open', 'in_progress')")  # word for word what the index holds


@dataclass(frozen=True)
class Filter:
    """One thing that tickets must be; `said` is how it was asked for."""

    kind: str
    value: Any
    said: str


@dataclass(frozen=True, kw_only=True)
class Viewer:
    """Who looks. `channels` are the private ones they are a member of; an outsider sees their own reports alone.

    `is_read_along`: so do others, who may not know of their own tickets in other private channels.
    """

    workspace_id: str
    person_id: int
    channels: frozenset[str]
    is_outsider: bool
    is_read_along: bool = False


@dataclass(frozen=True, kw_only=True)
class Line:
    """A ticket of a page: when the first of its running deadlines is, and the names of those who have it."""

    ticket: Ticket
    due_at: datetime | None
    names: tuple[str, ...]


def _is_assigned() -> ColumnElement[bool]:
    return exists().where(col(Assignment.ticket_id) == col(Ticket.id), col(Assignment.ended_at).is_(None))


def _has(person_id: int) -> ColumnElement[bool]:
    """Asked once for all tickets, not for each."""
    theirs = (col(Assignment.person_id) == person_id, col(Assignment.ended_at).is_(None))
    return col(Ticket.id).in_(select(Assignment.ticket_id).where(*theirs))


def _is_quiet_since(at: datetime) -> ColumnElement[bool]:
    spoken = exists().where(col(Comment.ticket_id) == col(Ticket.id), col(Comment.created_at) >= at)
    changed = exists().where(col(UndoStep.ticket_id) == col(Ticket.id), col(UndoStep.at) >= at)
    return and_(col(Ticket.created_at) < at, ~spoken, ~changed)


def _has_words(words: str) -> ColumnElement[bool]:
    return or_(*(col(said).icontains(words, autoescape=True) for said in (Ticket.title, Ticket.description)))


def _has_tag(tag: str) -> ColumnElement[bool]:
    """Tags are kept as a JSON list, whose text has each tag as JSON writes it: letters beyond ASCII by their numbers,
    so that those of another case are other ones."""
    written = sorted({json.dumps(one) for one in (tag, tag.lower(), tag.upper(), tag.capitalize())})
    return or_(*(cast(Ticket.tags, String).icontains(one, autoescape=True) for one in written))


CONDITIONS: Mapping[str, Callable[[Any], Condition]] = {
    "status": lambda statuses: _OPEN if statuses == OPEN else col(Ticket.status).in_(statuses),
    "assignee": _has,
    "unassigned": lambda _: ~_is_assigned(),
    "reporter": lambda person_id: col(Ticket.reporter_id) == person_id,
    "team": lambda team_id: col(Ticket.team_id) == team_id,
    "priority": lambda priority: col(Ticket.priority) == priority,
    "component": lambda name: func.lower(Ticket.component) == func.lower(name),
    "tag": _has_tag,
    "overdue": lambda now: col(Ticket.due_at) < now,
    "stale": _is_quiet_since,
    "snoozed": lambda now: col(Ticket.snoozed_until) > now,
    "waiting": lambda _: col(Ticket.waiting_since).is_not(None),
    "older": lambda before: col(Ticket.created_at) < before,
    "words": _has_words,
}


def _wanted(viewer: Viewer, filters: Sequence[Filter]) -> list[Condition]:
    own = or_(col(Ticket.reporter_id) == viewer.person_id, _has(viewer.person_id))
    here_too = or_(~col(Ticket.is_private), col(Ticket.channel_id).in_(viewer.channels))
    seen = here_too if viewer.is_read_along else or_(here_too, own)
    may = col(Ticket.reporter_id) == viewer.person_id if viewer.is_outsider else seen
    here = col(Ticket.workspace_id) == viewer.workspace_id
    return [here, may, *(CONDITIONS[one.kind](one.value) for one in filters)]


async def page(tx: Tx, viewer: Viewer, filters: Sequence[Filter], *, order: Order, first: int, most: int) -> list[Line]:
    """So many tickets from the `first` on (counted from 0)."""
    wanted, ordered = _wanted(viewer, filters), _ordered(order)
    if order == "mine":
        rows = await _mine_first(tx, wanted, _has(viewer.person_id), ordered, first=first, most=most)
    else:
        rows = await _rows(tx, wanted, ordered, first=first, most=most)
    names = await _assignees(tx, [ticket.id for ticket in rows])
    return [Line(ticket=ticket, due_at=ticket.due_at, names=tuple(names.get(ticket.id, ()))) for ticket in rows]


def _ordered(order: Order) -> tuple[Any, ...]:
    rank = case({name: place for place, name in enumerate(LOUDEST_FIRST)}, value=col(Ticket.priority), else_=9)
    due = (col(Ticket.due_at).asc().nulls_last(), col(Ticket.id))
    orders = {"age": (col(Ticket.created_at), col(Ticket.id)), "priority": (rank, *due)}
    return orders.get(order, due)


async def _mine_first(
    tx: Tx, wanted: Conditions, mine: ColumnElement[bool], ordered: tuple[Any, ...], *, first: int, most: int
) -> list[Ticket]:
    """Somebody's own, then the others: asked for one after the other, each is read in the order of an index."""
    found = await _rows(tx, [*wanted, mine], ordered, first=first, most=most)
    if len(found) == most:
        return found
    own = first + len(found) if found or not first else await _number(tx, [*wanted, mine])
    others = await _rows(tx, [*wanted, ~mine], ordered, first=max(first - own, 0), most=most - len(found))
    return [*found, *others]


async def _rows(tx: Tx, wanted: Conditions, ordered: tuple[Any, ...], *, first: int, most: int) -> list[Ticket]:
    return list(await tx.exec(select(Ticket).where(*wanted).order_by(*ordered).offset(first).limit(most)))


async def _assignees(tx: Tx, ticket_ids: Sequence[int]) -> Mapping[int, list[str]]:
    """Who has each of these, first assigned first."""
    found = (
        select(Assignment.ticket_id, Person.name)
        .join(Person, col(Person.id) == Assignment.person_id)
        .where(col(Assignment.ticket_id).in_(ticket_ids), col(Assignment.ended_at).is_(None))
        .order_by(col(Assignment.id))
    )
    names: dict[int, list[str]] = {}
    for ticket_id, name in await tx.exec(found):
        names.setdefault(ticket_id, []).append(name)
    return names


async def count(tx: Tx, viewer: Viewer, filters: Sequence[Filter]) -> int:
    """How many there are, up to MOST_COUNTED."""
    return await _number(tx, _wanted(viewer, filters), most=MOST_COUNTED)


async def _number(tx: Tx, wanted: Conditions, *, most: int | None = None) -> int:
    found = select(Ticket.id).where(*wanted).limit(most).subquery()
    return int((await tx.exec(select(func.count()).select_from(found))).one())
