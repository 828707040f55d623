"""Tickets a page at a time: what one person may see, by filters, in an order; two reads however long the page is."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import ColumnElement, String, and_, cast, exists, func, literal, or_
from sqlmodel import case, col, select

from storage.comments import Comment
from storage.database import Tx
from storage.people import Person
from storage.sla import OFF, SlaClock
from storage.tickets import LOUDEST_FIRST, Assignment, Ticket
from storage.undo_steps import UndoStep

Order = Literal["mine", "due", "age", "priority"]
MOST_COUNTED = 1000  # to count on would read every open ticket


@dataclass(frozen=True)
class Filter:
    """One thing that tickets must be; `said` is how it was asked for."""

    kind: str
    value: Any
    said: str


@dataclass(frozen=True, kw_only=True)
class Viewer:
    """Who looks. `channels` are the private ones they are a member of; an outsider sees their own reports alone."""

    workspace_id: str
    person_id: int
    channels: frozenset[str]
    is_outsider: bool


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


def _running() -> tuple[ColumnElement[bool], ...]:
    """As `SlaClock.is_running`."""
    return (
        col(SlaClock.ticket_id) == col(Ticket.id),
        col(SlaClock.met_at).is_(None),
        col(SlaClock.paused_since).is_(None),
        col(SlaClock.clock) != OFF,
    )


def _is_quiet_since(at: datetime) -> ColumnElement[bool]:
    spoken = exists().where(col(Comment.ticket_id) == col(Ticket.id), col(Comment.created_at) >= at)
    changed = exists().where(col(UndoStep.ticket_id) == col(Ticket.id), col(UndoStep.at) >= at)
    return and_(col(Ticket.created_at) < at, ~spoken, ~changed)


def _has_words(words: str) -> ColumnElement[bool]:
    return or_(*(col(text).icontains(words, autoescape=True) for text in (Ticket.title, Ticket.description)))


def _has_tag(tag: str) -> ColumnElement[bool]:
    """Tags are kept as a JSON list, whose text has each tag as JSON writes it."""
    return cast(Ticket.tags, String).icontains(json.dumps(tag), autoescape=True)


CONDITIONS: Mapping[str, Callable[[Any], ColumnElement[bool]]] = {
    "status": lambda statuses: col(Ticket.status).in_(statuses),
    "assignee": _has,
    "unassigned": lambda _: ~_is_assigned(),
    "reporter": lambda person_id: col(Ticket.reporter_id) == person_id,
    "team": lambda team_id: col(Ticket.team_id) == team_id,
    "priority": lambda priority: col(Ticket.priority) == priority,
    "component": lambda name: func.lower(Ticket.component) == name.lower(),
    "tag": _has_tag,
    "overdue": lambda now: exists().where(*_running(), col(SlaClock.due_at) < now),
    "stale": _is_quiet_since,
    "snoozed": lambda now: col(Ticket.snoozed_until) > now,
    "waiting": lambda _: col(Ticket.waiting_since).is_not(None),
    "older": lambda before: col(Ticket.created_at) < before,
    "words": _has_words,
}


def _wanted(viewer: Viewer, filters: Sequence[Filter]) -> list[ColumnElement[bool]]:
    own = or_(col(Ticket.reporter_id) == viewer.person_id, _has(viewer.person_id))
    seen = or_(~col(Ticket.is_private), col(Ticket.channel_id).in_(viewer.channels), own)
    may = col(Ticket.reporter_id) == viewer.person_id if viewer.is_outsider else seen
    here = col(Ticket.workspace_id) == viewer.workspace_id
    return [here, may, *(CONDITIONS[one.kind](one.value) for one in filters)]


async def page(tx: Tx, viewer: Viewer, filters: Sequence[Filter], *, order: Order, first: int, most: int) -> list[Line]:
    """So many tickets from the `first` on (counted from 0)."""
    due = select(func.min(SlaClock.due_at)).where(*_running()).scalar_subquery().label("due")
    mine = case((_has(viewer.person_id), 0), else_=1) if order == "mine" else literal(0)
    rank = case({name: place for place, name in enumerate(LOUDEST_FIRST)}, value=col(Ticket.priority), else_=9)
    orders: Mapping[Order, tuple[Any, ...]] = {
        "mine": (mine, due.asc().nulls_last()),
        "due": (due.asc().nulls_last(),),
        "age": (col(Ticket.created_at),),
        "priority": (rank, due.asc().nulls_last()),
    }
    found = select(Ticket, due).where(*_wanted(viewer, filters)).order_by(*orders[order], col(Ticket.id))
    rows = list(await tx.exec(found.offset(first).limit(most)))
    names = await _assignees(tx, [ticket.id for ticket, _ in rows])
    return [Line(ticket=ticket, due_at=due_at, names=tuple(names.get(ticket.id, ()))) for ticket, due_at in rows]


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
    found = select(Ticket.id).where(*_wanted(viewer, filters)).limit(MOST_COUNTED).subquery()
    return int((await tx.exec(select(func.count()).select_from(found))).one())
