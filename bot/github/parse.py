"""GitHub's payloads become values here, read tolerantly: what is odd counts as absent, what is unknown as not there.

GitHub's own schema, and every typed model made from it, refuses a third of the example payloads that GitHub publishes.
"""

import re
from collections.abc import Callable
from urllib.parse import urlsplit

from bot.events import (
    CheckRunEvent,
    CommentEvent,
    GitHubIssue,
    GitHubPull,
    GitHubRepository,
    InstallationEvent,
    IssueEvent,
    PullEvent,
    PushEvent,
    RepositoryEvent,
)
from bot.github.payload import Payload, address, dig, items, moment, need_number, need_text, number, text
from bot.hooks import PingEvent
from bot.reviews import Reviewing

Event = (
    IssueEvent | CommentEvent | PullEvent | PushEvent | CheckRunEvent | InstallationEvent | RepositoryEvent | PingEvent
)
CLOSES = re.compile(r"\b(?:close[sd]?|fix(?:es|ed)?|resolve[sd]?):?\s{1,5}#(\d{1,9})\b", re.IGNORECASE)
LONGEST_BODY = 65_536  # characters, as GitHub takes them
MOST_CLOSED = 20  # issues of one pull request


def parse(event: str, payload: Payload) -> Event | None:
    """Read the payload of an event; None for an event that this version does not know.

    Raises:
        Lacking: a key without which nothing can be done is not there.
    """
    reader = _READERS.get(event)
    return reader(payload) if reader else None


def parse_repository(payload: Payload, *path: str) -> GitHubRepository:
    """A repository, as events and the REST API show it."""
    found = dig(payload, *path)
    return GitHubRepository(
        github_id=need_number(payload, *path, "id"),
        full_name=need_text(payload, *path, "full_name"),
        host=_host(text(found, "html_url")),
        installation_id=number(payload, "installation", "id"),
    )


def parse_issue(payload: Payload, *path: str) -> GitHubIssue:
    """An issue, as events and the REST API show it."""
    found = dig(payload, *path)
    return GitHubIssue(
        github_id=number(found, "id"),
        number=need_number(payload, *path, "number"),
        title=text(found, "title") or "",
        body=text(found, "body") or "",
        state=text(found, "state") or "open",
        state_reason=text(found, "state_reason"),
        labels=tuple(name for label in items(found, "labels") if (name := text(label, "name"))),
        author=text(found, "user", "login"),
        url=address(found, "html_url"),
        created_at=moment(found, "created_at"),
        updated_at=moment(found, "updated_at"),
    )


def parse_pull(payload: Payload, *path: str) -> GitHubPull:
    """A pull request, as events and the REST API show it."""
    found = dig(payload, *path)
    is_merged = dig(found, "merged") is True or moment(found, "merged_at") is not None
    return GitHubPull(
        github_id=number(found, "id"),
        number=need_number(payload, *path, "number"),
        title=text(found, "title") or "",
        state="merged" if is_merged else text(found, "state") or "open",
        is_draft=dig(found, "draft") is True,
        author=text(found, "user", "login"),
        url=address(found, "html_url"),
        head_ref=text(found, "head", "ref") or "",
        head_sha=need_text(payload, *path, "head", "sha"),
        base_ref=text(found, "base", "ref") or "",
        updated_at=moment(found, "updated_at"),
        closes=closes(text(found, "body") or ""),
    )


def closes(body: str) -> tuple[int, ...]:
    """The issues of its own repository that a pull request's description says it closes, in GitHub's words for that."""
    found = dict.fromkeys(int(number) for number in CLOSES.findall(body[:LONGEST_BODY]))
    return tuple(found)[:MOST_CLOSED]


def _host(url: str | None) -> str:
    try:
        return urlsplit(url or "").hostname or "github.com"
    except ValueError:
        return "github.com"


def _issue(payload: Payload) -> IssueEvent:
    return IssueEvent(
        action=need_text(payload, "action"),
        repository=parse_repository(payload, "repository"),
        issue=parse_issue(payload, "issue"),
        sender=text(payload, "sender", "login"),
    )


def _comment(payload: Payload) -> CommentEvent:
    return CommentEvent(
        action=need_text(payload, "action"),
        repository=parse_repository(payload, "repository"),
        issue=parse_issue(payload, "issue"),
        is_on_pull=dig(payload, "issue", "pull_request") is not None,
        comment_id=need_number(payload, "comment", "id"),
        body=text(payload, "comment", "body") or "",
        sender=text(payload, "sender", "login"),
        url=address(dig(payload, "comment"), "html_url"),
    )


def _pull(payload: Payload) -> PullEvent:
    return PullEvent(
        action=need_text(payload, "action"),
        repository=parse_repository(payload, "repository"),
        pull=parse_pull(payload, "pull_request"),
        sender=text(payload, "sender", "login"),
        before=text(payload, "before"),
        reviewing=Reviewing(
            asked=_asked_for_review(payload),
            reviewer=text(payload, "review", "user", "login"),
            verdict=(text(payload, "review", "state") or "").lower(),
            sha=text(payload, "review", "commit_id") or "",
            body=text(payload, "review", "body") or "",
            url=address(dig(payload, "review"), "html_url"),
        ),
    )


def _asked_for_review(payload: Payload) -> tuple[str, ...] | None:
    """The people, without bots and teams; None where the payload does not say."""
    told = dig(payload, "pull_request", "requested_reviewers")
    if not isinstance(told, list):
        return None
    return tuple(login for one in told if (login := text(one, "login")) and text(one, "type") != "Bot")


def _push(payload: Payload) -> PushEvent:
    return PushEvent(
        repository=parse_repository(payload, "repository"),
        ref=need_text(payload, "ref"),
        before=need_text(payload, "before"),
        after=need_text(payload, "after"),
        sender=text(payload, "sender", "login"),
        author=text(payload, "head_commit", "author", "username"),
        email=text(payload, "head_commit", "author", "email"),
    )


def _check_run(payload: Payload) -> CheckRunEvent:
    return CheckRunEvent(
        action=need_text(payload, "action"),
        repository=parse_repository(payload, "repository"),
        name=need_text(payload, "check_run", "name"),
        head_sha=need_text(payload, "check_run", "head_sha"),
        status=text(payload, "check_run", "status") or "",
        conclusion=text(payload, "check_run", "conclusion"),
        at=moment(payload, "check_run", "completed_at"),
    )


def _installation(payload: Payload) -> InstallationEvent:
    installation_id = need_number(payload, "installation", "id")
    host = _host(text(payload, "installation", "html_url"))

    def listed(key: str) -> tuple[GitHubRepository, ...]:
        return tuple(
            GitHubRepository(github_id=github_id, full_name=name, host=host, installation_id=installation_id)
            for item in items(payload, key)
            if (github_id := number(item, "id")) and (name := text(item, "full_name"))
        )

    return InstallationEvent(
        action=need_text(payload, "action"),
        installation_id=installation_id,
        added=(*listed("repositories"), *listed("repositories_added")),
        removed=listed("repositories_removed"),
    )


def _repository(payload: Payload) -> RepositoryEvent:
    return RepositoryEvent(action=need_text(payload, "action"), repository=parse_repository(payload, "repository"))


def _ping(payload: Payload) -> PingEvent:
    names = (name for name in items(payload, "hook", "events") if isinstance(name, str))
    return PingEvent(hook_id=number(payload, "hook_id"), events=tuple(names))


_READERS: dict[str, Callable[[Payload], Event]] = {
    "issues": _issue,
    "issue_comment": _comment,
    "pull_request": _pull,
    "pull_request_review": _pull,
    "push": _push,
    "check_run": _check_run,
    "installation": _installation,
    "installation_repositories": _installation,
    "repository": _repository,
    "ping": _ping,
}
