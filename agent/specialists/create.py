"""Somebody says what is wrong: it becomes a ticket."""

from agent.specialists.specialist import Specialist
from agent.tools import reads, writes

SPECIALIST = Specialist(
    name="create",
    purpose="track a problem as a new ticket",
    tools=(reads.similar_tickets, reads.find_people, writes.report_ticket),
)
