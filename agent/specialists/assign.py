"""Somebody wants a ticket to be given to people, or taken from them."""

from agent.specialists.specialist import Specialist
from agent.tools import reads, writes

SPECIALIST = Specialist(
    name="assign",
    purpose="give tickets to people, take them away, claim them, set their priority",
    tools=(
        reads.find_people,
        reads.get_ticket,
        reads.list_tickets,
        writes.assign,
        writes.assign_auto,
        writes.unassign,
        writes.claim,
        writes.set_priority,
    ),
)
