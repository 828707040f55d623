"""Issues with all that a write may change, found by words, opened and closed."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from bot.events import GitHubIssue, GitHubRepository
from bot.github.call import Call, Effect
from bot.github.client import GitHubClient
from bot.github.parse import parse_issue
from bot.github.payload import dig, items, number, text
from bot.github.source import MOST_HITS, plain_words

Kind = Literal["issue", "pr"]
MOST_LABELS = 500  # of a repository


@dataclass(frozen=True, kw_only=True)
class IssueFacts:
    """An issue or a pull request, as the issues API tells of both. `closed_by` and assignees are logins."""

    issue: GitHubIssue
    is_pull: bool
    assignees: tuple[str, ...]
    comments: int
    closed_by: str | None


@dataclass(frozen=True, kw_only=True)
class IssueHits:
    """The first hits, and how many there are in all."""

    hits: tuple[IssueFacts, ...]
    total: int


async def read_issue(github: GitHubClient, repository: GitHubRepository, number: int) -> IssueFacts:
    """An issue or pull request as it is now."""
    return _facts(await github.within(repository, "GET", f"issues/{number}"))


async def search_issues(
    github: GitHubClient, repository: GitHubRepository, words: str, *, kind: Kind, state: str = "", page: int = 1
) -> IssueHits:
    """Those whose title or body has the words; `state`: open, closed, or either; `page`: of ten each, from 1 on."""
    asked = f"{plain_words(words)} repo:{repository.full_name} is:{kind}" + (f" is:{state}" if state else "")
    query = {"q": asked, "per_page": str(MOST_HITS), "page": str(page)}
    found = await github.ask(Call("GET", "/search/issues", repository.installation_id, query=query))
    home = f"/repos/{repository.full_name}".lower()
    here = [one for one in items(found, "items") if (text(one, "repository_url") or "").lower().endswith(home)]
    return IssueHits(hits=tuple(_facts(one) for one in here), total=number(found, "total_count") or 0)


async def label_names(github: GitHubClient, repository: GitHubRepository) -> list[str]:
    """The labels that a repository has, at most `MOST_LABELS`."""
    listed = await github.pages(repository, "labels", {}, most=MOST_LABELS)
    return [name for one in listed if (name := text(one, "name"))]


async def create_issue(
    github: GitHubClient,
    repository: GitHubRepository,
    *,
    title: str,
    body: str,
    labels: Sequence[str] = (),
    assignees: Sequence[str] = (),
    effect: Effect | None = None,
) -> GitHubIssue:
    """Open an issue; not repeated here, whatever happens."""
    asked = {"title": title, "body": body, "labels": list(labels), "assignees": list(assignees)}
    made = await github.within(repository, "POST", "issues", body=asked, effect=effect)
    return parse_issue({"issue": made}, "issue")


async def close_issue(
    github: GitHubClient, repository: GitHubRepository, number: int, *, reason: str, effect: Effect | None = None
) -> GitHubIssue:
    """Close an issue; `reason`: completed or not_planned."""
    asked = {"state": "closed", "state_reason": reason}
    closed = await github.within(repository, "PATCH", f"issues/{number}", body=asked, effect=effect)
    return parse_issue({"issue": closed}, "issue")


def _facts(found: Any) -> IssueFacts:
    people = (text(who, "login") for who in items(found, "assignees"))
    return IssueFacts(
        issue=parse_issue({"issue": found}, "issue"),
        is_pull=dig(found, "pull_request") is not None,
        assignees=tuple(login for login in people if login),
        comments=number(found, "comments") or 0,
        closed_by=text(found, "closed_by", "login"),
    )
