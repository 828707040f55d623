"""Issues and pulls are opened, edited, closed, labelled, assigned, transferred and deleted."""

from collections.abc import Iterable
from typing import Literal

from bot.sandbox.github.events import Herald
from bot.sandbox.github.records import Account, Issue, Label, Payload, Repository
from bot.sandbox.github.shapes.account import account
from bot.sandbox.github.shapes.issue import issue
from bot.sandbox.github.shapes.pull import full_pull
from bot.sandbox.github.shapes.repository import label

State = Literal["open", "closed"]


def tell(herald: Herald, where: Repository, one: Issue, action: str, *, by: Account, **extra: object) -> None:
    """The issue's or pull's own event."""
    url = herald.world.url
    about: Payload = (
        {"number": one.number, "pull_request": full_pull(url, where, one)}
        if one.is_pull
        else {"issue": issue(url, where, one)}
    )
    event = "pull_request" if one.is_pull else "issues"
    herald.tell(where, event, {"action": action} | about | extra, by=by, subject=str(one.number))


def create(
    herald: Herald,
    where: Repository,
    *,
    by: Account,
    title: str,
    body: str | None,
    labels: Iterable[str] = (),
    assignees: Iterable[str] = (),
) -> Issue:
    """Open an issue; who may not be assigned is dropped without a word, as on GitHub."""
    new = add(herald, where, by=by, title=title, body=body)
    new.labels = {name.lower(): _label(herald, where, name) for name in labels}
    new.assignees = _assignable(herald, where, assignees)
    tell(herald, where, new, "opened", by=by)
    for one in new.labels.values():
        _labelled(herald, where, new, "labeled", one, by=by)
    for who in new.assignees:
        _assigned(herald, where, new, "assigned", who, by=by)
    return new


def add(herald: Herald, where: Repository, *, by: Account, title: str, body: str | None) -> Issue:
    """The next number of a repository, not told to anybody yet."""
    at = herald.world.now()
    number = len(where.issues) + 1
    new = Issue(herald.world.next_id(), number, by, title, body, at, at)
    where.issues[number] = new
    return new


def edit(
    herald: Herald, where: Repository, one: Issue, *, by: Account, title: str | None = None, body: str | None = None
) -> None:
    """Change the words; None leaves them as they are."""
    changes: Payload = {}
    if title is not None and title != one.title:
        changes["title"], one.title = {"from": one.title}, title
    if body is not None and body != one.body:
        changes["body"], one.body = {"from": one.body or ""}, body
    if changes:
        one.updated_at = herald.world.now()
        tell(herald, where, one, "edited", by=by, changes=changes)


def set_state(
    herald: Herald, where: Repository, one: Issue, state: State, *, by: Account, reason: str | None = None
) -> None:
    """Close or reopen; nothing happens when it is so already."""
    if state == one.state:
        return
    at = herald.world.now()
    is_closing = state == "closed"
    one.state, one.updated_at = state, at
    one.closed_at, one.closed_by = (at, by) if is_closing else (None, None)
    if not one.is_pull:
        one.state_reason = reason or ("completed" if is_closing else "reopened")
    tell(herald, where, one, "closed" if is_closing else "reopened", by=by)


def set_labels(herald: Herald, where: Repository, one: Issue, names: Iterable[str], *, by: Account) -> None:
    """Let it have these labels and no others; unknown ones are made. Each change is an event of its own."""
    wanted = {name.lower(): name for name in names}
    for key in [key for key in one.labels if key not in wanted]:
        gone = one.labels.pop(key)
        _labelled(herald, where, one, "unlabeled", gone, by=by)
    for key, name in wanted.items():
        if key not in one.labels:
            one.labels[key] = _label(herald, where, name)
            _labelled(herald, where, one, "labeled", one.labels[key], by=by)


def _label(herald: Herald, where: Repository, name: str) -> Label:
    return where.labels.setdefault(name.lower(), Label(herald.world.next_id(), name))


def _labelled(herald: Herald, where: Repository, one: Issue, action: str, which: Label, *, by: Account) -> None:
    one.updated_at = herald.world.now()
    tell(herald, where, one, action, by=by, label=label(herald.world.url, where, which))


def set_assignees(herald: Herald, where: Repository, one: Issue, logins: Iterable[str], *, by: Account) -> None:
    """Let these people have it; whoever has no role in the repository is dropped without a word."""
    wanted = _assignable(herald, where, logins)
    before, one.assignees = one.assignees, wanted
    for who in [*before, *wanted]:
        if (who in before) != (who in wanted):
            _assigned(herald, where, one, "assigned" if who in wanted else "unassigned", who, by=by)


def _assignable(herald: Herald, where: Repository, logins: Iterable[str]) -> list[Account]:
    accounts = herald.world.accounts
    return [accounts[login] for login in dict.fromkeys(logins) if login in accounts and login in where.roles]


def _assigned(herald: Herald, where: Repository, one: Issue, action: str, who: Account, *, by: Account) -> None:
    one.updated_at = herald.world.now()
    tell(herald, where, one, action, by=by, assignee=account(herald.world.url, who))


def delete(herald: Herald, where: Repository, one: Issue, *, by: Account) -> None:
    """Remove an issue; its number is not given again."""
    where.issues[one.number] = None
    tell(herald, where, one, "deleted", by=by)


def transfer(herald: Herald, where: Repository, one: Issue, to: Repository, *, by: Account) -> None:
    """Move an issue to another repository, where it gets another number; the old one leads there."""
    tell(herald, where, one, "transferred", by=by)
    number = len(to.issues) + 1
    where.moved[one.number], where.issues[one.number] = f"/repositories/{to.id}/issues/{number}", None
    one.number, to.issues[number] = number, one
    tell(herald, to, one, "opened", by=by)
