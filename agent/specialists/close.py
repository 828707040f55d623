"""Somebody wants a ticket to end."""

from agent.specialists.specialist import Specialist
from agent.tools import github_reads, github_writes, pull_reads, reads, writes

SPECIALIST = Specialist(
    name="close",
    purpose="end tickets, issues and pull requests: solved, or not to be done",
    tools=(
        reads.get_ticket,
        reads.list_tickets,
        github_reads.get_issue,
        pull_reads.get_pull,
        writes.resolve_ticket,
        writes.close_ticket,
        github_writes.close_issue,
        github_writes.close_pull,
    ),
)
