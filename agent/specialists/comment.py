"""Somebody wants a remark to be kept with a ticket."""

from agent.specialists.specialist import Specialist
from agent.tools import reads, writes

SPECIALIST = Specialist(
    name="comment",
    purpose="keep a remark with a ticket",
    tools=(reads.get_ticket, writes.comment_ticket),
)
