"""A pull request in a line, for who is to review it or wrote it; what people wrote is escaped."""

from bot.messages import cut, escape, linked, moment
from prompts.words import say
from storage.pulls import Pull
from storage.review_requests import Awaited

TITLE = 60


def named(pull: Pull, repository: str) -> str:
    """Its number and title, with a link."""
    name = f"{repository}#{pull.number}"
    return f"*{linked(name, pull.url)}* {escape(cut(pull.title, TITLE))}"


def in_digest(one: Awaited) -> str:
    """A line of the part "To review"."""
    author = escape(one.pull.author) if one.pull.author else say("nobody")
    by = say("by {author}", author=author)
    if one.review.asked_at:
        by = say("by {author}, since {asked_at}", author=author, asked_at=moment(one.review.asked_at))
    return f"• {named(one.pull, one.repository)} ({by})"
