"""REST: issues, their labels and their assignees."""

from collections.abc import Iterable
from operator import attrgetter
from typing import Any

from bot.sandbox.github.ask import Answer, Ask
from bot.sandbox.github.changes import issue as changes
from bot.sandbox.github.records import Issue
from bot.sandbox.github.refusals import ApiError, invalid, not_found
from bot.sandbox.github.seed import ROLES
from bot.sandbox.github.shapes.account import account
from bot.sandbox.github.shapes.issue import issue
from bot.sandbox.github.shapes.repository import label

LONGEST_BODY = 65_536  # characters
SORTS = {"created": attrgetter("created_at", "number"), "updated": attrgetter("updated_at", "number")}


def check_text(text: Any, *, resource: str = "Issue") -> None:
    """Refuse a body that is too long."""
    if isinstance(text, str) and len(text) > LONGEST_BODY:
        raise invalid(resource, "body", "custom")


def arranged(ask: Ask, issues: Iterable[Issue]) -> list[Issue]:
    """Those in the state asked for, in the order asked for: newest first when nothing is."""
    state = ask.query.get("state", "open")
    wanted = [one for one in issues if state in ("all", one.state)]
    by_comments = ask.query.get("sort") == "comments"
    key = (lambda one: len(one.comments)) if by_comments else SORTS[ask.query.get("sort", "created")]
    return sorted(wanted, key=key, reverse=ask.query.get("direction", "desc") == "desc")


def list_all(ask: Ask) -> Answer:
    """Issues and pulls, `since` by their last change."""
    _check_enabled(ask)
    labels = [name for name in ask.query.get("labels", "").lower().split(",") if name]
    creator, assignee, since = ask.query.get("creator"), ask.query.get("assignee", "*"), ask.since
    wanted = [
        one
        for one in arranged(ask, ask.where.present)
        if int(one.updated_at) >= since
        and all(name in one.labels for name in labels)
        and creator in (None, one.author.login if one.author else "")
        and ("assignee" not in ask.query or _is_assigned(one, assignee))
    ]
    return ask.page(wanted, lambda one: issue(ask.url, ask.where, one))


def _is_assigned(one: Issue, wanted: str) -> bool:
    logins = [who.login for who in one.assignees]
    return not logins if wanted == "none" else bool(logins) if wanted == "*" else wanted in logins


def _check_enabled(ask: Ask) -> None:
    if not ask.where.has_issues:
        raise ApiError(410, "Issues are disabled for this repo")


def get(ask: Ask) -> Answer:
    """One issue or pull."""
    if not ask.issue.is_pull:
        _check_enabled(ask)
    return _shown(ask)


def create(ask: Ask) -> Answer:
    """A new issue; labels and assignees from somebody without the right are dropped without a word."""
    _check_enabled(ask)
    title, text = ask.body.get("title"), ask.body.get("body")
    if not title:
        raise invalid("Issue", "title", "missing_field")
    check_text(text)
    trusted = may_triage(ask)
    new = changes.create(
        ask.herald,
        ask.where,
        by=ask.by,
        title=str(title),
        body=text,
        labels=_names(ask.body.get("labels")) if trusted else (),
        assignees=ask.body.get("assignees") or () if trusted else (),
    )
    shown = issue(ask.url, ask.where, new, closed_by=True)
    return Answer(201, shown, {"location": shown["url"]})


def update(ask: Ask) -> Answer:
    """Change an issue or pull; what is not named stays."""
    one, given = ask.issue, ask.body
    if not may_triage(ask) and one.author is not ask.caller.account:
        raise ApiError(403, "Must have push access to repository")
    if given.get("state") not in (None, "open", "closed"):
        raise invalid("Issue", "state", "invalid")
    check_text(given.get("body"))
    text = given.get("body") or "" if "body" in given else None
    changes.edit(ask.herald, ask.where, one, by=ask.by, title=given.get("title"), body=text)
    if "labels" in given:
        changes.set_labels(ask.herald, ask.where, one, _names(given["labels"]), by=ask.by)
    if "assignees" in given:
        changes.set_assignees(ask.herald, ask.where, one, given["assignees"], by=ask.by)
    if given.get("state"):
        reason = given.get("state_reason")
        changes.set_state(ask.herald, ask.where, one, given["state"], by=ask.by, reason=reason)
    return _shown(ask)


def _shown(ask: Ask) -> Answer:
    return Answer(body=issue(ask.url, ask.where, ask.issue, closed_by=True))


def may_triage(ask: Ask) -> bool:
    """Whether the caller may arrange what others opened."""
    role = ask.where.roles.get(ask.caller.name, "read")
    return ask.caller.kind == "installation" or ROLES.index(role) >= ROLES.index("triage")


def _names(labels: Any) -> list[str]:
    return [one["name"] if isinstance(one, dict) else str(one) for one in labels or ()]


def labels(ask: Ask) -> Answer:
    """The labels it has."""
    return ask.page(list(ask.issue.labels.values()), lambda one: label(ask.url, ask.where, one))


def add_labels(ask: Ask) -> Answer:
    """More labels beside those it has."""
    return _relabel(ask, [*ask.issue.labels, *_names(ask.body.get("labels"))])


def set_labels(ask: Ask) -> Answer:
    """These labels and no others."""
    return _relabel(ask, _names(ask.body.get("labels")))


def remove_label(ask: Ask) -> Answer:
    """One label less."""
    gone = ask.params["name"].lower()
    if gone not in ask.issue.labels:
        raise ApiError(404, "Label does not exist")
    return _relabel(ask, [name for name in ask.issue.labels if name != gone])


def _relabel(ask: Ask, names: list[str]) -> Answer:
    changes.set_labels(ask.herald, ask.where, ask.issue, names, by=ask.by)
    return Answer(body=[label(ask.url, ask.where, one) for one in ask.issue.labels.values()])


def add_assignees(ask: Ask) -> Answer:
    """More people; whoever may not be assigned is dropped and the answer is 201 all the same."""
    logins = [*(who.login for who in ask.issue.assignees), *ask.body.get("assignees", ())]
    changes.set_assignees(ask.herald, ask.where, ask.issue, logins, by=ask.by)
    return Answer(201, _shown(ask).body)


def remove_assignees(ask: Ask) -> Answer:
    """Fewer people."""
    gone = ask.body.get("assignees", ())
    logins = [who.login for who in ask.issue.assignees if who.login not in gone]
    changes.set_assignees(ask.herald, ask.where, ask.issue, logins, by=ask.by)
    return _shown(ask)


def check_assignee(ask: Ask) -> Answer:
    """Whether somebody may be assigned."""
    if ask.params["assignee"] not in ask.where.roles:
        raise not_found()
    return Answer(204)


def assignees(ask: Ask) -> Answer:
    """Everyone who may be assigned."""
    people = [ask.world.accounts[login] for login in ask.where.roles]
    return ask.page([who for who in people if who.kind == "User"], lambda who: account(ask.url, who))
