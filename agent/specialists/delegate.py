"""Somebody wants a coding agent to work on an issue or pull request."""

from agent.specialists.specialist import Specialist
from agent.tools import github_reads, github_writes, pull_reads

SPECIALIST = Specialist(
    name="delegate",
    purpose="give an issue or pull request to a coding agent, only when the asker says so",
    tools=(github_reads.get_issue, pull_reads.get_pull, github_writes.delegate),
)
