"""Which turns are about something: a ticket, an issue or pull request of GitHub, a message of Slack."""

import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, String, cast
from sqlmodel import col, or_, select

from storage import issues, pulls, repositories, tickets
from storage.database import Tx
from storage.proposals import Proposal
from storage.receipts import Receipt
from storage.thread_links import ThreadLink
from storage.turns import ToolCall, Turn

PLACES = "here"  # how a tool is given the repository of the place that it was asked in
_TICKET = re.compile(r"ch-?(\d{1,9})", re.IGNORECASE)
_ISSUE = re.compile(r"(?:(?P<repository>[\w.-]+/[\w.-]+))?#(?P<number>\d{1,9})", re.ASCII)
_GITHUB = re.compile(
    r"https?://[^/\s]+/(?P<repository>[\w.-]+/[\w.-]+)/(?:issues|pull)/(?P<number>\d{1,9})(?:[/?#]\S*)?", re.ASCII
)
_SLACK = re.compile(
    r"https?://\S+/archives/(?P<channel>[A-Z0-9]+)/p(?P<seconds>\d{10})(?P<rest>\d{6})"
    r"(?:\?(?:\S*&)?thread_ts=(?P<thread>\d+\.\d+)\S*|\?\S*)?"
)


async def about(tx: Tx, workspace_id: str, text: str) -> set[int] | None:
    """The ids of the turns about what a text names: CH-4, #12, acme/shop#12, a page of GitHub's, a message's link.

    None: it names nothing of the kind.
    """
    for look in FINDERS:
        if (found := await look(tx, workspace_id, text.strip())) is not None:
            return found
    return None


async def _by_ticket(tx: Tx, workspace_id: str, text: str) -> set[int] | None:
    number = _TICKET.fullmatch(text)
    if number is None:
        return None
    ticket = await tickets.by_number(tx, workspace_id, int(number[1]))
    return await _of_ticket(tx, workspace_id, ticket.id, ticket.name) if ticket else set()


async def _of_ticket(tx: Tx, workspace_id: str, ticket_id: int, name: str) -> set[int]:
    """Those that did or asked for something with it, named it to a tool, or were asked in its thread."""
    did = select(Receipt.turn_id).where(Receipt.ticket_id == ticket_id, col(Receipt.turn_id).is_not(None))
    asked = select(Proposal.turn_id).where(Proposal.ticket_id == ticket_id, col(Proposal.turn_id).is_not(None))
    found = [*await tx.exec(did), *await tx.exec(asked)]
    in_threads = await _in_threads(tx, col(ThreadLink.ticket_id) == ticket_id)
    return {one for one in found if one is not None} | in_threads | await _naming(tx, workspace_id, name)


async def _in_threads(tx: Tx, is_about: ColumnElement[bool]) -> set[int]:
    """Those that were asked in the threads that this is true of."""
    linked = (col(ThreadLink.channel_id) == Turn.channel_id) & (col(ThreadLink.thread_ts) == Turn.thread_ts)
    return set(await tx.exec(select(Turn.id).join(ThreadLink, linked).where(is_about)))


async def _naming(tx: Tx, workspace_id: str, name: str) -> set[int]:
    """Those that gave a tool this very word."""
    said = cast(col(ToolCall.arguments), String).contains(f'"{name}"', autoescape=True)
    return set(await tx.exec(select(ToolCall.turn_id).where(ToolCall.workspace_id == workspace_id, said)))


async def _by_issue(tx: Tx, workspace_id: str, text: str) -> set[int] | None:
    """By an issue's or a pull request's name; without its repository, of each that has one of this number."""
    named = _ISSUE.fullmatch(text) or _GITHUB.fullmatch(text)
    if named is None:
        return None
    number, full_name = int(named["number"]), named["repository"]
    one = await repositories.named(tx, full_name) if full_name else None
    known = [one] if one else [] if full_name else await repositories.connected(tx)
    names = [row.full_name for row in known] or [full_name] * bool(full_name)
    found = await _with_objects(tx, workspace_id, names, number)
    for repository in known:
        if pull := await pulls.by_number(tx, repository.id, number):
            found |= await _in_threads(tx, col(ThreadLink.pull_id) == pull.id)
        if issue := await issues.by_number(tx, repository.id, number):
            found |= await _in_threads(tx, col(ThreadLink.issue_id) == issue.id)
            ticket = await tickets.get(tx, issue.ticket_id) if issue.ticket_id else None
            found |= await _of_ticket(tx, workspace_id, ticket.id, ticket.name) if ticket else set()
    return found


async def _with_objects(tx: Tx, workspace_id: str, names: Sequence[str], number: int) -> set[int]:
    """Those that did or asked for something with the issues or pull requests of this number, or looked at one.

    Args:
        names: of their repositories, in full.
    """
    objects = [f"{name}#{number}" for name in names]
    did = select(Receipt.turn_id).where(col(Receipt.object_id).in_(objects), col(Receipt.turn_id).is_not(None))
    found = {one for one in await tx.exec(did) if one is not None}
    for name in objects:
        found |= await _naming(tx, workspace_id, name)
    for row, said in ((ToolCall, ToolCall.result), (Proposal, Proposal.said)):
        is_numbered = cast(col(row.arguments), String).contains(f'"number": {number}', autoescape=True)
        given = select(row.turn_id, row.arguments, said).where(row.workspace_id == workspace_id, is_numbered)
        found |= {
            one for one, arguments, text in await tx.exec(given) if one and _means(arguments, text, names, number)
        }
    return found


def _means(arguments: Mapping[str, Any], said: str, names: Sequence[str], number: int) -> bool:
    """Whether what a tool was given is the one of this number in one of these repositories.

    Args:
        said: what came of it, which tells where no repository was named.
    """
    given = arguments.get("arguments", arguments)  # a proposal names the tool beside them
    if "repository" not in given or given.get("number") != number:
        return False
    repository = str(given["repository"]).casefold()
    if repository == PLACES:
        return any(name in said for name in names)
    return any(repository in {name.casefold(), name.casefold().partition("/")[2]} for name in names)


async def _by_link(tx: Tx, workspace_id: str, text: str) -> set[int] | None:
    """By a message: the request itself, the answer to it, or what its asker added while it ran; by any other, those of
    its thread."""
    link = _SLACK.fullmatch(text)
    if link is None:
        return None
    channel, ts = link["channel"], f"{link['seconds']}.{link['rest']}"
    here = select(Turn.id).where(Turn.workspace_id == workspace_id, Turn.channel_id == channel)
    work = select(Receipt.correlation_id).where(Receipt.channel_id == channel, Receipt.ts == ts)
    is_of_answer = col(Turn.correlation_id).in_(work.where(Receipt.correlation_id != ""))
    is_it = or_(Turn.message_ts == ts, is_of_answer, _has_follow_up(ts))
    if exactly := set(await tx.exec(here.where(is_it))):
        return exactly
    return set(await tx.exec(here.where(Turn.thread_ts == (link["thread"] or ts))))


def _has_follow_up(ts: str) -> ColumnElement[bool]:
    return cast(col(Turn.follow_ups), String).contains(f'"{ts}"')


async def followed_up(tx: Tx, channel_id: str, ts: str, *, besides: int | None = None) -> Turn | None:
    """The turn whose asker said this while it ran, whether it still does or not; not the one with the id `besides`."""
    here = select(Turn).where(Turn.channel_id == channel_id, col(Turn.id) != (besides or 0), _has_follow_up(ts))
    found = here.order_by(col(Turn.id).desc())
    return next((one for one in await tx.exec(found) if ts in {said["ts"] for said in one.follow_ups}), None)


# A new kind of name is a function and an entry here.
FINDERS: tuple[Callable[[Tx, str, str], Awaitable[set[int] | None]], ...] = (_by_ticket, _by_issue, _by_link)
