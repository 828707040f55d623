"""Somebody says what is wrong: it becomes a ticket."""

from agent.specialists.specialist import Specialist
from agent.tools import github_reads, github_writes, reads, writes

SPECIALIST = Specialist(
    name="create",
    purpose="track a problem as a new ticket; open an issue on GitHub when that is asked for",
    tools=(
        reads.similar_tickets,
        reads.find_people,
        github_reads.comments,
        writes.report_ticket,
        github_writes.create_issue,
    ),
)
