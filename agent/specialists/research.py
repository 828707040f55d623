"""Somebody asks a question: it is answered from what is on record, and nothing is changed."""

from agent.specialists.specialist import Specialist
from agent.tools import github_reads, pull_reads, reads

SPECIALIST = Specialist(
    name="research",
    purpose="answer questions about tickets, people, reminders, issues, pull requests and CI; changes nothing",
    tools=(
        reads.get_ticket,
        reads.list_tickets,
        reads.similar_tickets,
        reads.find_people,
        reads.list_reminders,
        reads.explain,
        reads.conversations,
        *github_reads.TOOLS,
        *pull_reads.TOOLS,
    ),
    calls=20,
)
