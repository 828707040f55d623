"""Somebody wants a ticket to end."""

from agent.specialists.specialist import Specialist
from agent.tools import reads, writes

SPECIALIST = Specialist(
    name="close",
    purpose="end tickets: solved, or not to be done",
    tools=(reads.get_ticket, reads.list_tickets, writes.resolve_ticket, writes.close_ticket),
)
