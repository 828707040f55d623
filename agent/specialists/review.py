"""Somebody wants a pull request to be looked at, or somebody to be asked for a review."""

from agent.specialists.specialist import Specialist
from agent.tools import github_writes, pull_reads, reads

SPECIALIST = Specialist(
    name="review",
    purpose="look at a pull request and its checks, and ask people on GitHub to review it",
    tools=(
        pull_reads.get_pull,
        pull_reads.pull_files,
        pull_reads.pull_diff,
        pull_reads.search_diff,
        pull_reads.checks,
        pull_reads.why_ci_fails,
        pull_reads.preview_status,
        pull_reads.suggest_reviewers,
        reads.find_people,
        github_writes.request_reviewers,
    ),
    calls=6,
)
