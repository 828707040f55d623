"""What the agent can do on GitHub, in the name of who asks: each tool says what it would write, and how it is sent."""

from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any, Literal

from agent.desk import Desk
from agent.github import delegation, mirror, writing
from agent.github.as_now import issue_now, pull_now
from agent.github.bodies import Delegation, delegated, delegated_and_signed, title_of
from agent.github.labels import check_labels
from agent.github.repositories import as_told
from agent.github.reviewers import ask_reviewers
from agent.github.rights import proven_logins
from agent.github.writing import IssueDraft, Written
from agent.kit.effect import At, Effect
from agent.kit.kinds import LabelIfAny, LineThere, PersonIfAny, PersonName, RepositoryName, Words
from agent.kit.tool import tool
from bot.events import GitHubIssue, GitHubRepository
from bot.github.client import GitHubClient
from bot.github.effects import Writer
from bot.messages import escape, link
from prompts.words import say
from storage import issues, tickets
from storage.receipts import Receipt
from storage.repositories import Repository

WRITES_SECONDS = 60.0  # with the wait before what got no answer is looked for
# What ends something, or sets a machine to work, is approved at every level.
ending = partial(
    tool, risk="destructive", approvals="strict", reach="github", permission="track", timeout=WRITES_SECONDS
)


@tool(risk="write", reach="github", permission="track", undo="what was said stays said", timeout=WRITES_SECONDS)
async def comment_github(at: At, repository: RepositoryName, number: int, text: Words) -> Effect:
    """Comment on an issue or pull request on GitHub, in the name of whoever asks.

    Args:
        repository: owner/name as it was said; here for the one of this place.
        number: of the issue or pull request.
        text: the remark, in the asker's own words.
    """
    name = object_of(at.repository, number)
    requester = at.desk.asker.name
    return Effect(
        asks=say("comment on {object}", object=name),
        preview=await _titled(at, number, text),
        object_id=name,
        url=await url_of(at, number),
        send=lambda writer, intent: writing.write_comment(
            writer, intent, as_told(at.repository), number, text, requester=requester
        ),
        done=lambda written: say("Commented on {object}.", object=link(written.url, name)),
        look=lambda github: issue_now(github, as_told(at.repository), number),
    )


@tool(risk="write", reach="github", permission="track", undo="close it on GitHub", timeout=WRITES_SECONDS)
async def create_issue(
    at: At,
    repository: RepositoryName,
    title: LineThere,
    text: Words,
    labels: list[LabelIfAny],
    assignees: list[PersonIfAny],
) -> Effect:
    """Open an issue on GitHub; only when the asker wants one there, else a ticket is what they want.

    Args:
        repository: owner/name as it was said; here for the one of this place.
        title: one line that says what is wrong.
        text: all that the asker said of it, in their own words.
        labels: those of the repository that the asker named; empty where they named none.
        assignees: who shall have it, as they were said, with @ or as <@U…>; empty where nobody was named.
    """
    logins, row = await proven_logins(at.desk, assignees), at.repository
    draft = IssueDraft(
        title=title, body=text, requester=at.desk.asker.name, labels=tuple(labels), assignees=tuple(logins)
    )
    besides = [
        say("Labels: {names}", names=", ".join(labels)) if labels else "",
        say("Assignees: {names}", names=", ".join(logins)) if logins else "",
    ]
    return Effect(
        asks=say("open an issue in {repository}", repository=row.full_name),
        preview="\n".join(filter(None, [title_of(title), text, *besides])),
        object_id=row.full_name,
        url=page_of(row),
        send=lambda writer, intent: writing.open_issue(writer, intent, as_told(row), draft),
        done=lambda written: say(
            "Opened {object}: {title}.",
            object=link(written.url, object_of(row, int(written.external_id))),
            title=escape(title_of(title)),
        ),
        look=partial(check_labels, row=row, labels=labels) if labels else None,
        keep=partial(_keep_opened, ticket_id=at.ticket_id),
    )


async def _keep_opened(desk: Desk, row: Repository, written: Written, *, ticket_id: int | None) -> None:
    ticket = await tickets.get(desk.tx, ticket_id) if ticket_id else None
    if isinstance(written.seen, GitHubIssue):
        await mirror.keep_opened(desk, row, written.seen, ticket)


@ending(undo="reopen it on GitHub")
async def close_issue(
    at: At, repository: RepositoryName, number: int, reason: Literal["completed", "not_planned"]
) -> Effect:
    """Close an issue on GitHub; the ticket that tracks it ends with it.

    Args:
        repository: owner/name as it was said; here for the one of this place.
        number: of the issue.
        reason: completed, or not_planned when it will not be done.
    """
    return await _closing(
        at,
        number,
        partial(writing.shut_issue, reason=reason),
        after={"state": "closed", "reason": reason.replace("_", " ")},
    )


@ending(undo="reopen it on GitHub")
async def close_pull(at: At, repository: RepositoryName, number: int) -> Effect:
    """Close a pull request without merging it.

    Args:
        repository: owner/name as it was said; here for the one of this place.
        number: of the pull request.
    """
    return await _closing(at, number, writing.shut_pull, after={"state": "closed"})


Shut = Callable[[Writer, Receipt, GitHubRepository, int], Awaitable[Written]]


async def _closing(at: At, number: int, shut: Shut, *, after: dict[str, str]) -> Effect:
    name = object_of(at.repository, number)

    async def keep(desk: Desk, row: Repository, written: Written) -> None:
        await mirror.keep(desk, row, written, action="closed", login=at.login)

    return Effect(
        asks=say("close {object}", object=name),
        preview=await _titled(at, number),
        object_id=name,
        url=await url_of(at, number),
        send=lambda writer, intent: shut(writer, intent, as_told(at.repository), number),
        done=lambda written: say("Closed {object}.", object=link(written.url, name)),
        after=after,
        look=lambda github: issue_now(github, as_told(at.repository), number),
        keep=keep,
    )


@tool(risk="write", reach="github", permission="track", undo="take it back on GitHub", timeout=WRITES_SECONDS)
async def request_reviewers(at: At, repository: RepositoryName, number: int, people: list[PersonName]) -> Effect:
    """Ask people to review a pull request on GitHub.

    Args:
        repository: owner/name as it was said; here for the one of this place.
        number: of the pull request.
        people: names as they were said, with @ or as <@U…>; me for whoever asks.
    """
    name, logins = object_of(at.repository, number), await proven_logins(at.desk, people)

    async def keep(desk: Desk, row: Repository, written: Written) -> None:
        await mirror.keep(desk, row, written, action="review_requested", login=at.login)

    return Effect(
        asks=say("ask {logins} to review {object}", logins=", ".join(logins), object=name),
        preview=await _titled(at, number),
        object_id=name,
        url=await url_of(at, number),
        send=lambda writer, intent: ask_reviewers(writer, intent, as_told(at.repository), number, logins),
        done=lambda written: say("Asked for a review of {object}.", object=link(written.url, name)),
        after={"reviewers": logins},
        look=lambda github: pull_now(github, as_told(at.repository), number),
        keep=keep,
    )


@ending(undo="tell the agent on GitHub")
async def delegate(
    at: At, repository: RepositoryName, number: int, goal: LineThere, body: Words, plan_only: bool
) -> Effect:
    """Give an issue or pull request to the coding agent of its repository, with one comment there.

    Args:
        repository: owner/name as it was said; here for the one of this place.
        number: of the issue; its pull request is found by itself where the thread is about an open one.
        goal: in one line what it shall reach, as the asker said it.
        body: what it needs to know; nothing that nobody said or showed you.
        plan_only: true when no file may be changed yet.
    """
    prefix = await delegation.prefix_of(at.desk, at.repository)
    aim = await delegation.aim_at(at.desk, at.repository, number, ticket_id=at.ticket_id)
    number, name = aim.number, object_of(at.repository, aim.number)
    await delegation.check_room(at.desk, at.repository, number)
    asked = Delegation(prefix=prefix, goal=goal, body=body, links=aim.links, is_plan=plan_only)
    text = delegated_and_signed(asked, at.desk.asker.name)

    async def look(github: GitHubClient) -> dict[str, Any]:
        """With whom it would go to: where another agent is set by then, it is asked anew."""
        return {**await issue_now(github, as_told(at.repository), number), "agent": prefix.strip()}

    async def keep(desk: Desk, row: Repository, written: Written) -> None:
        await delegation.given_back(desk, row, number)

    return Effect(
        asks=say("give {object} to {agent}", object=name, agent=prefix),
        preview=await _titled(at, number, delegated(asked)),
        object_id=name,
        url=await url_of(at, number),
        send=lambda writer, intent: writing.post_comment(writer, intent, as_told(at.repository), number, text),
        done=lambda written: say("Gave {object} to {agent}.", object=link(written.url, name), agent=escape(prefix)),
        look=look,
        keep=keep,
        settled={"number": number},
    )


def object_of(row: Repository, number: int) -> str:
    """An issue or pull request as people write it."""
    return f"{row.full_name}#{number}"


def page_of(row: Repository) -> str:
    """A repository's page."""
    return f"https://{row.host}/{row.full_name}"


async def url_of(at: At, number: int) -> str:
    """Where an issue or pull request is seen: GitHub leads from one to the other."""
    known = await issues.by_number(at.desk.tx, at.repository.id, number)
    return known.url if known else f"{page_of(at.repository)}/issues/{number}"


async def _titled(at: At, number: int, text: str = "") -> str:
    """What is shown of it: the title as far as it is known, and what would be written."""
    known = await issues.by_number(at.desk.tx, at.repository.id, number)
    return "\n".join(filter(None, [f"“{known.title}”" if known else "", text]))
