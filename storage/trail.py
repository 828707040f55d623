"""The audit record read from its beginning: checked seal by seal, or handed on event by event."""

import json
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, func, select, true
from sqlmodel import SQLModel

from storage import tickets, workspace
from storage.audit import EVENTS, FORGET, PAYLOADS, digest_of
from storage.database import Tx, run
from storage.seals import link

PAGE = 5000  # rows in memory at a time
SEALS = SQLModel.metadata.tables["audit_seals"]
_HAS_WORDS = PAYLOADS.c.digest == EVENTS.c.digest


@dataclass(frozen=True, kw_only=True)
class Broken:
    """Where the chain does not hold, and why."""

    sequence: int
    why: str


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """What a look at the whole chain found. `head` is the hash of the last seal, empty while there is none."""

    sealed: int
    head: str
    unsealed: int = 0
    forgotten: int = 0  # events whose words were forgotten on the record
    broken: Broken | None = None


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One event as it is handed on. `sequence` is None while it is not sealed, `said` when its words are forgotten."""

    sequence: int | None
    hash: str | None
    event: Row[Any]
    said: dict[str, Any] | None


class _BrokenChainError(Exception):
    """The chain does not hold at the next seal; the text says why."""


@dataclass
class _Walk:
    """How far the chain was followed."""

    forgettable: set[int]
    noted: str
    sequence: int = 0
    hash: str = ""
    event_id: int = 0
    forgotten: int = 0
    is_noted_seen: bool = False

    def step(self, row: Row[Any]) -> None:
        """Go on to the next seal, if it holds.

        Raises:
            _BrokenChainError: it does not; the walk stands before it.
        """
        if row.sequence != self.sequence + 1:
            raise _BrokenChainError("this seal is gone")
        if row.id is None:
            raise _BrokenChainError(f"its event {row.event_id} is gone")
        if link(self.hash, row.sequence, row) != row.hash:
            raise _BrokenChainError(f"its event {row.id} is not the one that was sealed, or not as it was")
        self._read(row)
        self.sequence, self.hash, self.event_id = row.sequence, row.hash, row.id
        self.is_noted_seen |= row.hash == self.noted

    def _read(self, row: Row[Any]) -> None:
        if row.text is not None:
            if digest_of(row.salt, row.text) != row.digest:
                raise _BrokenChainError(f"the words of its event {row.id} are not as they were")
        elif row.digest and row.id not in self.forgettable:
            raise _BrokenChainError(f"the words of its event {row.id} are gone, and nobody had them forgotten")
        else:
            self.forgotten += bool(row.digest)


async def verify(tx: Tx, *, noted: str = "") -> Verdict:
    """Follow the chain from its first seal to its last.

    Args:
        noted: a head that was noted earlier, which has to be in it: a tail that was cut off leaves no other trace.
    """
    workspace_id = await workspace.current(tx)
    walk = _Walk(forgettable=await _forgettable(tx), noted=noted)
    try:
        while rows := list(await run(tx, links(workspace_id, after=walk.sequence, limit=PAGE))):
            for row in rows:
                walk.step(row)
        await _require_whole(tx, walk, workspace_id)
    except _BrokenChainError as broken:
        found = Broken(sequence=walk.sequence + 1, why=str(broken))
        return Verdict(sealed=walk.sequence, head=walk.hash, broken=found)
    tail = select(func.count()).where(EVENTS.c.id > walk.event_id)
    unsealed = (await run(tx, tail)).scalar_one()
    return Verdict(sealed=walk.sequence, head=walk.hash, unsealed=unsealed, forgotten=walk.forgotten)


def links(workspace_id: str, *, after: int, limit: int) -> Select[Any]:
    """The seals that follow one, each with its event and that one's words, as far as they are there."""
    chain = SEALS.outerjoin(EVENTS, EVENTS.c.id == SEALS.c.event_id).outerjoin(PAYLOADS, _HAS_WORDS)
    wanted = (SEALS.c.workspace_id == workspace_id) & (SEALS.c.sequence > after)
    columns = (SEALS.c.sequence, SEALS.c.event_id, SEALS.c.hash, *EVENTS.c, PAYLOADS.c.salt, PAYLOADS.c.text)
    return select(*columns).select_from(chain).where(wanted).order_by(SEALS.c.sequence).limit(limit)


async def _require_whole(tx: Tx, walk: _Walk, workspace_id: str) -> None:
    """All that is older than the last seal is sealed, and what was noted is there."""
    chain = EVENTS.outerjoin(SEALS, EVENTS.c.id == SEALS.c.event_id)
    is_late = (EVENTS.c.id < walk.event_id) & (EVENTS.c.workspace_id == workspace_id) & SEALS.c.id.is_(None)
    slipped = (await run(tx, select(func.min(EVENTS.c.id)).select_from(chain).where(is_late))).scalar()
    if slipped is not None:
        raise _BrokenChainError(f"event {slipped} was never sealed, though later ones are: it was put between them")
    if walk.noted and not walk.is_noted_seen:
        raise _BrokenChainError(
            "the head noted earlier is in no seal: what came last then is gone, or this is another chain"
        )


async def _forgettable(tx: Tx) -> set[int]:
    """The events whose words were taken away on the record; what says so otherwise is believed by nobody."""
    said = select(PAYLOADS.c.text, PAYLOADS.c.salt, EVENTS.c.digest).join(EVENTS, _HAS_WORDS)
    texts = [
        row.text
        for row in await run(tx, said.where(EVENTS.c.action == FORGET))
        if digest_of(row.salt, row.text) == row.digest
    ]
    return {event_id for text in texts for event_id in json.loads(text)["after"]["events"]}


async def object_named(tx: Tx, name: str) -> tuple[str, str] | None:
    """What CH-12 or KIND:ID is on record; None when it is not."""
    kind, colon, object_id = name.partition(":")
    if not colon:
        named = re.fullmatch(r"ch-?(\d{1,9})", name, re.IGNORECASE)
        ticket = named and await tickets.by_number(tx, await workspace.current(tx), int(named[1]))
        kind, object_id = "ticket", str(ticket.id) if ticket else ""
    is_there = select(EVENTS.c.id).where(EVENTS.c.object_kind == kind, EVENTS.c.object_id == object_id).limit(1)
    return (kind, object_id) if (await run(tx, is_there)).scalar() else None


async def entries(
    tx: Tx, *, since: datetime | None = None, about: tuple[str, str] | None = None
) -> AsyncIterator[Entry]:
    """The record, oldest first: from a moment on, of one object (its kind and id)."""
    wanted: ColumnElement[bool] = true()
    if since:
        wanted &= EVENTS.c.at >= since
    if about:
        wanted &= (EVENTS.c.object_kind == about[0]) & (EVENTS.c.object_id == about[1])
    chain = EVENTS.outerjoin(SEALS, EVENTS.c.id == SEALS.c.event_id).outerjoin(PAYLOADS, _HAS_WORDS)
    query = select(*EVENTS.c, SEALS.c.sequence, SEALS.c.hash, PAYLOADS.c.text).select_from(chain)
    last = 0
    while rows := list(await run(tx, query.where(wanted, EVENTS.c.id > last).order_by(EVENTS.c.id).limit(PAGE))):
        for row in rows:
            said = json.loads(row.text) if row.text is not None else None
            yield Entry(sequence=row.sequence, hash=row.hash, event=row, said=said)
        last = rows[-1].id
