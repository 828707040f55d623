"""Rows that benches fill a database with: tickets and their deadlines, alike but for what is measured."""

from datetime import datetime
from typing import Any

from storage.sla import Kind, SlaClock
from storage.tickets import Ticket


def a_ticket(number: int, *, workspace_id: str = "T1", **more: Any) -> Ticket:
    """One that was reported in a channel."""
    like: dict[str, Any] = {"description": "since noon", "source": "slack", "channel_id": "C1"}
    title = f"Redis {number} is down"
    return Ticket(id=number, workspace_id=workspace_id, number=number, title=title, **(like | more))


def a_clock(ticket: Ticket, kind: Kind, *, due_at: datetime, minutes: int = 60, clock: str = "business") -> SlaClock:
    """One that has run since the ticket was reported."""
    return SlaClock(
        workspace_id=ticket.workspace_id,
        ticket_id=ticket.id,
        kind=kind,
        target_minutes=minutes,
        clock=clock,
        started_at=ticket.created_at,
        warn_at=due_at,
        due_at=due_at,
    )
