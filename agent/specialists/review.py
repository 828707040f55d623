"""Somebody wants a pull request to be looked at, or somebody to be asked for a review."""

from agent.specialists.specialist import Specialist
from agent.tools import github_reads, github_writes, reads

SPECIALIST = Specialist(
    name="review",
    purpose="look at a pull request and its checks, and ask people on GitHub to review it",
    tools=(
        github_reads.get_pull,
        github_reads.pull_files,
        github_reads.search_diff,
        github_reads.checks,
        github_reads.why_ci_fails,
        github_reads.suggest_reviewers,
        reads.find_people,
        github_writes.request_reviewers,
    ),
    calls=6,
)
