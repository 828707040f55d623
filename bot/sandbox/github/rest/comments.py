"""REST: comments under issues and pulls."""

from typing import Any

from bot.sandbox.github.ask import Answer, Ask
from bot.sandbox.github.changes import comment as changes
from bot.sandbox.github.records import Comment, Issue
from bot.sandbox.github.refusals import ApiError, invalid, not_found
from bot.sandbox.github.rest.issues import check_text
from bot.sandbox.github.shapes.issue import comment


def list_under_one(ask: Ask) -> Answer:
    """Of one issue or pull, oldest first."""
    under, since = ask.issue, ask.since
    wanted = [one for one in under.comments.values() if int(one.updated_at) >= since]
    return ask.page(wanted, lambda one: comment(ask.url, ask.where, under, one))


def list_all(ask: Ask) -> Answer:
    """Of a whole repository, oldest first unless asked otherwise."""
    since, by_change = ask.since, ask.query.get("sort") == "updated"
    everything = [(under, one) for under in ask.where.present for one in under.comments.values()]
    wanted = [pair for pair in everything if int(pair[1].updated_at) >= since]
    wanted.sort(
        key=lambda pair: (pair[1].updated_at if by_change else pair[1].created_at, pair[1].id),
        reverse=ask.query.get("direction") == "desc",
    )
    return ask.page(wanted, lambda pair: comment(ask.url, ask.where, *pair))


def create(ask: Ask) -> Answer:
    """A new one."""
    under = ask.issue
    if under.is_locked:
        raise ApiError(403, "Unable to create comment because issue is locked.")
    new = changes.create(ask.herald, ask.where, under, by=ask.by, body=_words(ask.body.get("body")))
    shown = comment(ask.url, ask.where, under, new)
    return Answer(201, shown, {"location": shown["url"]})


def _words(text: Any) -> str:
    if not text:
        raise invalid("IssueComment", "body", "missing_field")
    check_text(text, resource="IssueComment")
    return str(text)


def get(ask: Ask) -> Answer:
    """One comment."""
    under, one = _named(ask)
    return Answer(body=comment(ask.url, ask.where, under, one))


def update(ask: Ask) -> Answer:
    """Other words for it."""
    under, one = _named(ask)
    changes.edit(ask.herald, ask.where, under, one, by=ask.by, body=_words(ask.body.get("body")))
    return get(ask)


def delete(ask: Ask) -> Answer:
    """Away with it."""
    under, one = _named(ask)
    changes.delete(ask.herald, ask.where, under, one, by=ask.by)
    return Answer(204)


def _named(ask: Ask) -> tuple[Issue, Comment]:
    comment_id = ask.number("comment_id")
    for under in ask.where.present:
        if comment_id in under.comments:
            return under, under.comments[comment_id]
    raise not_found()
