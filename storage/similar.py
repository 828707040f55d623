"""Earlier tickets among which a card looks for ones like its own."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, select
from sqlmodel import SQLModel

from storage.database import Tx, run
from storage.tickets import Ticket


@dataclass(frozen=True)
class Glimpse:
    """A ticket as another one's card may mention it."""

    id: int
    number: int
    title: str
    status: str
    permalink: str | None


_tickets = SQLModel.metadata.tables["tickets"]
_LAST = 2**31 - 1  # an id that no ticket has yet
_RECENT = (
    select(_tickets.c.id, _tickets.c.number, _tickets.c.title, _tickets.c.status, _tickets.c.permalink)
    .where(
        _tickets.c.workspace_id == bindparam("workspace"),
        _tickets.c.created_at >= bindparam("since"),
        _tickets.c.id < bindparam("before"),
        ~_tickets.c.is_private | (_tickets.c.channel_id == bindparam("channel")),
    )
    .order_by(_tickets.c.id.desc())
    .limit(bindparam("most"))
)


async def recent(tx: Tx, ticket: Ticket, *, since: datetime, limit: int) -> list[Glimpse]:
    """Earlier tickets that everyone who sees this one may see too, newest first.

    A card is read by a whole channel: tickets of a private channel show up in that channel alone.
    """
    seen = {"workspace": ticket.workspace_id, "since": since, "before": ticket.id, "channel": ticket.channel_id}
    return await _recent(tx, {**seen, "most": limit})


async def recent_in(tx: Tx, workspace_id: str, channel_id: str, *, since: datetime, limit: int) -> list[Glimpse]:
    """The last tickets that everyone in this channel may see, newest first."""
    seen = {"workspace": workspace_id, "since": since, "before": _LAST, "channel": channel_id}
    return await _recent(tx, {**seen, "most": limit})


async def _recent(tx: Tx, asked: dict[str, Any]) -> list[Glimpse]:
    rows = await run(tx, _RECENT, asked)
    return [Glimpse(row.id, row.number, row.title, row.status, row.permalink) for row in rows]
