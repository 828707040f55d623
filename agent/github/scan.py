"""A repository's changes are read in the order in which they were made, so reading can stop and go on anywhere."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from agent.github.issues import kept_title
from bot.github.payload import Payload, dig, moment, number, text
from storage.issues import Issue
from storage.pulls import Pull
from storage.repositories import Repository

PAGE = 100


@dataclass(frozen=True, kw_only=True)
class Cursor:
    """Where to read on: what changed at or after `since`. `page` counts within one moment that fills whole pages.

    An issue that changes meanwhile leaves its place, and those behind it move up: no page is missed for it since the
    pages of one moment are read once more backwards. `then` is where to go on after that.
    """

    since: datetime
    page: int = 1
    then: datetime | None = None


def advance(cursor: Cursor, times: Sequence[datetime]) -> Cursor | None:
    """Where to read on after a page whose items changed at these times; None when it was the last one."""
    if cursor.then:
        if cursor.page > 1:
            return Cursor(since=cursor.since, page=cursor.page - 1, then=cursor.then)
        return Cursor(since=cursor.then) if cursor.then > cursor.since else None
    newest = times[-1] if times else cursor.since
    is_last = len(times) < PAGE
    if cursor.page > 1 and (is_last or newest > cursor.since):
        return Cursor(since=cursor.since, page=cursor.page - 1, then=newest)
    if is_last:
        return None
    return Cursor(since=newest, page=1 if newest > times[0] else cursor.page + 1)


def kept(repository: Repository, stream: str) -> Cursor | None:
    """Where the last reading of a stream (`issues` or `comments`) got to."""
    since, then = repository.cursors.get(stream), repository.cursors.get(f"{stream}.then")
    if since is None:
        return None
    page = int(repository.cursors.get(f"{stream}.page", "1"))
    return Cursor(since=datetime.fromisoformat(since), page=page, then=datetime.fromisoformat(then) if then else None)


def keep(repository: Repository, stream: str, cursor: Cursor) -> None:
    """Note where a reading got to."""
    told = {stream: cursor.since.isoformat(), f"{stream}.page": str(cursor.page)}
    rest = {name: value for name, value in repository.cursors.items() if name != f"{stream}.then"}
    repository.cursors = rest | told | ({f"{stream}.then": cursor.then.isoformat()} if cursor.then else {})


@dataclass(frozen=True, kw_only=True)
class Change:
    """Something that changed, as the delivery that would have told of it."""

    event: str
    key: str
    payload: Payload


def changed_at(found: Any) -> datetime | None:
    return moment(found, "updated_at")


def is_known(mirrored: Issue | Pull | None, found: Any) -> bool:
    """Whether a webhook has told of this change already; an issue may have changed twice within its second."""
    at = changed_at(found)
    if not (mirrored and mirrored.updated_at and at):
        return False
    if isinstance(mirrored, Issue) and mirrored.updated_at == at:
        there = (kept_title(text(found, "title") or ""), text(found, "body") or "", text(found, "state"))
        return there == (mirrored.title, mirrored.body, mirrored.state)
    return mirrored.updated_at >= at


def key_of(repository: Repository, kind: str, found: Any) -> str:
    """The dedupe key: another change has another time."""
    at = dig(found, "updated_at")
    return f"reconcile:{repository.github_id}:{kind}:{number(found, 'id')}:{at}"


def as_issue(repository: Repository, found: Any, known: Issue | None) -> Change:
    """An issue of the REST API."""
    payload = _about(repository) | {"action": _action(repository, found, known), "issue": found}
    return Change(event="issues", key=key_of(repository, "issue", found), payload=payload)


def _action(repository: Repository, found: Any, known: Issue | None) -> str:
    """What happened, as far as the difference shows; an issue from before we knew the repository is history."""
    state, created = text(found, "state"), moment(found, "created_at")
    if known is None:
        is_new = created is not None and created > repository.created_at
        return "opened" if is_new and state == "open" else "edited"
    if state != known.state:
        return "closed" if state == "closed" else "reopened"
    return "edited" if known.ticket_id else "labeled"  # it may have got the label that makes it a ticket


def as_pull(repository: Repository, listed: Any, found: Any) -> Change:
    """A pull request; `listed` is how the issues API tells of it, `found` what the pulls API does."""
    payload = _about(repository) | {"action": "edited", "pull_request": found}
    return Change(event="pull_request", key=key_of(repository, "pull", listed), payload=payload)


def as_comment(repository: Repository, found: Any) -> Change:
    """A comment of the REST API, which names its issue by address alone."""
    issue: Payload = {"number": int((text(found, "issue_url") or "0").rpartition("/")[2])}
    if "/pull/" in (text(found, "html_url") or ""):
        issue["pull_request"] = {}
    is_new = dig(found, "created_at") == dig(found, "updated_at")
    told = {"action": "created" if is_new else "edited", "issue": issue, "comment": found, "sender": dig(found, "user")}
    return Change(event="issue_comment", key=key_of(repository, "comment", found), payload=_about(repository) | told)


def _about(repository: Repository) -> Payload:
    home = {
        "id": repository.github_id,
        "full_name": repository.full_name,
        "html_url": f"https://{repository.host}/{repository.full_name}",
        "owner": {"login": repository.owner},
    }
    told: Payload = {"repository": home}
    return told | ({"installation": {"id": repository.installation_id}} if repository.installation_id else {})
