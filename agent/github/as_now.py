"""An issue or pull request as it is at this moment, in the fields that a proposal shows."""

from typing import Any

from bot.events import GitHubRepository
from bot.github.client import GitHubClient
from bot.github.issues import read_issue
from bot.github.pulls import read_pull


async def issue_now(github: GitHubClient, repository: GitHubRepository, number: int) -> dict[str, Any]:
    """State and title, of a pull request too."""
    there = (await read_issue(github, repository, number)).issue
    return {"state": there.state, "title": there.title}


async def pull_now(github: GitHubClient, repository: GitHubRepository, number: int) -> dict[str, Any]:
    """State, title, and who is asked to review it."""
    there = await read_pull(github, repository, number)
    return {"state": there.pull.state, "title": there.pull.title, "reviewers": list(there.reviewers)}
