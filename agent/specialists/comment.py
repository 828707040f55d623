"""Somebody wants a remark to be kept with a ticket."""

from agent.specialists.specialist import Specialist
from agent.tools import github_reads, github_writes, reads, writes

SPECIALIST = Specialist(
    name="comment",
    purpose="keep a remark with a ticket, or comment on an issue or pull request on GitHub",
    tools=(
        reads.get_ticket,
        github_reads.get_issue,
        github_reads.comments,
        writes.comment_ticket,
        github_writes.comment_github,
    ),
)
