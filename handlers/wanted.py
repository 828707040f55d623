"""Which of GitHub's events become work, as which job, and in which order: one row an event."""

from collections.abc import Callable
from dataclasses import dataclass

from bot.github.payload import Payload, dig, items, number, text
from handlers.intake import Work
from storage.queue import EVENT


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """`actions` None: all of them, also those of events that have none. `key`: what must happen in order."""

    job: str
    key: Callable[[Payload], str | None]
    actions: frozenset[str] | None = None
    priority: int = EVENT


def _issue(payload: Payload) -> str:
    # Issues and pull requests of a repository share their numbers.
    found = number(payload, "issue", "number") or number(payload, "pull_request", "number")
    return f"issue:{number(payload, 'repository', 'id')}:{found}"


def _check(payload: Payload) -> str:
    """Behind the news of the pull request whose newest commit is checked, where GitHub names it."""
    pulls = items(payload, "check_run", "pull_requests")
    found = number(pulls[0], "number") if pulls else None
    return f"issue:{number(payload, 'repository', 'id')}:{found}" if found else _repository(payload)


def _repository(payload: Payload) -> str:
    return f"repository:{number(payload, 'repository', 'id')}"


def _installation(payload: Payload) -> str:
    return f"installation:{number(payload, 'installation', 'id')}"


EVENTS: dict[str, Wanted] = {
    "issues": Wanted(
        job="github.issues",
        key=_issue,
        actions=frozenset({"opened", "edited", "closed", "reopened", "labeled", "deleted", "transferred"}),
    ),
    "issue_comment": Wanted(job="github.issue_comment", key=_issue),
    "pull_request": Wanted(
        job="github.pull_request",
        key=_issue,
        actions=frozenset(
            {"opened", "edited", "closed", "reopened", "synchronize", "ready_for_review", "converted_to_draft"}
            | {"review_requested", "review_request_removed"}
        ),
    ),
    "pull_request_review": Wanted(
        job="github.pull_request", key=_issue, actions=frozenset({"submitted", "edited", "dismissed"})
    ),
    "push": Wanted(job="github.push", key=_repository),
    "check_run": Wanted(job="github.check_run", key=_check, actions=frozenset({"created", "completed", "rerequested"})),
    "installation": Wanted(job="github.installation", key=_installation),
    "installation_repositories": Wanted(job="github.installation_repositories", key=_installation),
    "repository": Wanted(job="github.repository", key=_repository),
}
# Besides these an installation's events come unasked.
SUBSCRIBED = ("issues", "issue_comment", "pull_request", "pull_request_review", "push", "check_run", "repository")


def work_of(event: str, payload: Payload, *, own_login: str) -> tuple[Work | None, str]:
    """The work that an event asks for; without one, the reason why it is ignored."""
    wanted, action = EVENTS.get(event), text(payload, "action")
    if wanted is None:
        return None, "event not known"
    if wanted.actions is not None and action not in wanted.actions:
        return None, "action not wanted"
    if own_login and dig(payload, "sender", "login") == own_login:
        return None, "own"
    return Work(kind=wanted.job, key=wanted.key(payload), priority=wanted.priority), ""
