"""What Chargehand writes on GitHub for a person: once each, signed, read again, with what GitHub left out.

Every function takes the writer, the intent (a receipt whose key is that of the effect) and the repository. Called again
with the same key after a lost answer it looks before it repeats. It raises what bot.github.effects.Writer.once does.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Literal

from agent.github.bodies import signed, title_of
from bot.errors import UserError
from bot.events import GitHubIssue, GitHubPull, GitHubRepository
from bot.github.call import Effect
from bot.github.comments import body_of
from bot.github.effects import Made, Writer
from bot.github.failures import CallFailed
from bot.github.issues import IssueFacts, close_issue, create_issue, read_issue
from bot.github.marker import is_marked, marked, unmarked
from bot.github.pulls import close_pull, read_pull
from bot.messages import escape
from prompts.words import fixed, say
from storage.receipts import Receipt

Value = str | int | tuple[str, ...]
Reason = Literal["completed", "not_planned"]
LEFT_OUT: Mapping[str, str] = {
    "assignee": fixed("{name} was not assigned: no access to {repository}."),
    "label": fixed("The label {name} was not set in {repository}."),
    "reviewer": fixed("{name} was not asked: no access to {repository}."),
    "author": fixed("{name} was not asked: it is their own pull request in {repository}."),
    "words": fixed("It stands in {repository} with other words than were sent."),
    "comment": fixed("It is not in {repository} any more."),
    "look": fixed("GitHub did not show it again: look whether it stands in {repository}."),
}


@dataclass(frozen=True, kw_only=True)
class Dropped:
    """What was asked for and did not come: an assignee, label, reviewer, or an author asked to review; of a comment its
    words, all of it, or a look at it, which have no name."""

    kind: Literal["assignee", "label", "reviewer", "author", "words", "comment", "look"]
    name: str


@dataclass(frozen=True, kw_only=True)
class Written:
    """A write that happened, read again: `before` and `after` are the fields that it changed.

    `seen`: the object as it is now, for agent/github/mirror.py; None of a comment.
    """

    external_id: str
    url: str
    before: Mapping[str, Value]
    after: Mapping[str, Value]
    dropped: tuple[Dropped, ...] = ()
    seen: GitHubIssue | GitHubPull | None = None


@dataclass(frozen=True, kw_only=True)
class IssueDraft:
    """An issue to open; `requester` is the name of who asked."""

    title: str
    body: str
    requester: str
    labels: tuple[str, ...] = ()
    assignees: tuple[str, ...] = ()


def words_of_dropped(dropped: Dropped, repository: GitHubRepository) -> str:
    """What a person reads of it."""
    return say(LEFT_OUT[dropped.kind], name=escape(dropped.name), repository=repository.full_name)


async def open_issue(writer: Writer, intent: Receipt, repository: GitHubRepository, draft: IssueDraft) -> Written:
    """Open an issue; its number is the external id."""

    async def send(effect: Effect) -> Made:
        new = await create_issue(
            writer.github,
            repository,
            title=title_of(draft.title),
            body=marked(signed(draft.body, draft.requester), intent.key),
            labels=draft.labels,
            assignees=draft.assignees,
            effect=effect,
        )
        return Made(str(new.number), new.url)

    made = await writer.once(intent, look=partial(_opened, writer, intent.key, repository), send=send)
    there = await read_issue(writer.github, repository, int(made.external_id))
    left_out = (
        *(Dropped(kind="assignee", name=name) for name in missing(draft.assignees, there.assignees)),
        *(Dropped(kind="label", name=name) for name in missing(draft.labels, there.issue.labels)),
    )
    after: dict[str, Value] = {
        "state": there.issue.state,
        "title": there.issue.title,
        "labels": there.issue.labels,
        "assignees": there.assignees,
    }
    return Written(
        external_id=made.external_id, url=made.url, before={}, after=after, dropped=left_out, seen=there.issue
    )


async def _opened(writer: Writer, key: str, repository: GitHubRepository, since: datetime) -> Made | None:
    me = await writer.own_login()
    for issue in await writer.github.issues(repository, since=since):
        if issue.author == me and is_marked(issue.body, key):
            return Made(str(issue.number), issue.url)
    return None


async def write_comment(
    writer: Writer, intent: Receipt, repository: GitHubRepository, number: int, text: str, *, requester: str
) -> Written:
    """Comment on an issue or pull request."""
    return await post_comment(writer, intent, repository, number, signed(text, requester))


async def post_comment(
    writer: Writer, intent: Receipt, repository: GitHubRepository, number: int, body: str
) -> Written:
    """The same with a body that is signed already, as that of a delegation."""
    made = await writer.comment_once(intent, repository, number, body)
    there, differs = await _as_it_stands(writer, intent, repository, int(made.external_id), body)
    after: dict[str, Value] = {"comment": there, "on": number}
    return Written(external_id=made.external_id, url=made.url, before={}, after=after, dropped=differs)


async def _as_it_stands(
    writer: Writer, intent: Receipt, repository: GitHubRepository, comment_id: int, sent: str
) -> tuple[str, tuple[Dropped, ...]]:
    """A comment read again, and what is otherwise than it was sent; that it cannot be read does not unwrite it."""
    try:
        there = await body_of(writer.github, repository, comment_id)
    except CallFailed as failed:
        is_gone = failed.code.startswith(("http_404", "http_410"))
        return sent, (Dropped(kind="comment" if is_gone else "look", name=""),)
    if there.split() == marked(sent, intent.key).split():  # how lines end is GitHub's business
        return sent, ()
    return unmarked(there), (Dropped(kind="words", name=""),)


async def shut_issue(
    writer: Writer, intent: Receipt, repository: GitHubRepository, number: int, *, reason: Reason = "completed"
) -> Written:
    """Close an issue.

    Raises:
        UserError: it is a pull request, or closed already.
    """

    async def send(effect: Effect) -> Made:
        there = await read_issue(writer.github, repository, number)
        if there.is_pull:
            raise UserError(say("#{number} is a pull request, not an issue: close that instead.", number=number))
        _check_open(there)
        closed = await close_issue(writer.github, repository, number, reason=reason, effect=effect)
        return Made(str(number), closed.url)

    made = await writer.once(intent, look=partial(_shut_by_us, writer, repository, number), send=send)
    there = (await read_issue(writer.github, repository, number)).issue
    after: dict[str, Value] = {"state": there.state, "state_reason": there.state_reason or ""}
    return Written(external_id=made.external_id, url=made.url, before={"state": "open"}, after=after, seen=there)


async def shut_pull(writer: Writer, intent: Receipt, repository: GitHubRepository, number: int) -> Written:
    """Close a pull request without merging it.

    Raises:
        UserError: it is closed or merged already.
    """

    async def send(effect: Effect) -> Made:
        there = await read_issue(writer.github, repository, number)
        if not there.is_pull:
            raise UserError(say("#{number} is an issue, not a pull request: close that instead.", number=number))
        _check_open(there)
        await close_pull(writer.github, repository, number, effect=effect)
        return Made(str(number), there.issue.url)

    made = await writer.once(intent, look=partial(_shut_by_us, writer, repository, number), send=send)
    there = (await read_pull(writer.github, repository, number)).pull
    after: dict[str, Value] = {"state": there.state}
    return Written(external_id=made.external_id, url=made.url, before={"state": "open"}, after=after, seen=there)


def _check_open(there: IssueFacts) -> None:
    if there.issue.state != "open":
        who = there.closed_by or say("somebody")
        raise UserError(say("#{number} is closed already, by {who}.", number=there.issue.number, who=who))


async def _shut_by_us(writer: Writer, repository: GitHubRepository, number: int, since: datetime) -> Made | None:
    there = await read_issue(writer.github, repository, number)
    is_ours = there.issue.state == "closed" and there.closed_by == await writer.own_login()
    return Made(str(number), there.issue.url) if is_ours else None


def missing(wanted: Sequence[str], there: Collection[str]) -> list[str]:
    """Which names are not there, whatever their case."""
    known = {name.lower() for name in there}
    return [name for name in wanted if name.lower() not in known]
