"""Turns as people look for them: a list by what they are about, and one with all that was stored of it."""

import re
from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import String, cast
from sqlmodel import col, or_, select

from storage import feedback, issues, people, proposals, questions, receipts, repositories, tickets, turns
from storage.database import Tx
from storage.feedback import Feedback
from storage.people import Person
from storage.proposals import Proposal
from storage.questions import Question
from storage.receipts import Receipt
from storage.thread_links import ThreadLink
from storage.turns import ModelCall, ToolCall, Turn, TurnStep

_TICKET = re.compile(r"ch-?(\d{1,9})", re.IGNORECASE)
_ISSUE = re.compile(r"(?:(?P<repository>[\w.-]+/[\w.-]+))?#(?P<number>\d{1,9})", re.ASCII)
_GITHUB = re.compile(
    r"https?://[^/\s]+/(?P<repository>[\w.-]+/[\w.-]+)/(?:issues|pull)/(?P<number>\d{1,9})(?:[/?#]\S*)?", re.ASCII
)
_SLACK = re.compile(
    r"https?://\S+/archives/(?P<channel>[A-Z0-9]+)/p(?P<seconds>\d{10})(?P<rest>\d{6})"
    r"(?:\?(?:\S*&)?thread_ts=(?P<thread>\d+\.\d+)\S*|\?\S*)?"
)


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """Which turns; what is left open does not matter. `ids`: among these alone."""

    state: str = ""
    actor_id: int | None = None
    since: datetime | None = None
    feedback: str = ""
    ids: Collection[int] | None = None


@dataclass(frozen=True, kw_only=True)
class Line:
    """A turn in a list: who asked, which specialists worked, what people thought of it."""

    turn: Turn
    asker: str
    specialists: Sequence[str]
    feedback: Sequence[str]


@dataclass(frozen=True, kw_only=True)
class Trace:
    """All that is stored of one turn."""

    turn: Turn
    asker: Person
    steps: Sequence[TurnStep]
    model_calls: Sequence[ModelCall]
    tool_calls: Sequence[ToolCall]
    receipts: Sequence[Receipt]
    proposals: Sequence[Proposal]
    feedback: Sequence[Feedback]
    questions: Sequence[Question]


async def find(tx: Tx, workspace_id: str, wanted: Wanted, *, most: int | None = 50) -> list[Turn]:
    """The newest first.

    Args:
        most: how many at most; None: all, the oldest first.
    """
    found = select(Turn).where(Turn.workspace_id == workspace_id)
    if wanted.state:
        found = found.where(Turn.state == wanted.state)
    if wanted.actor_id is not None:
        found = found.where(Turn.actor_id == wanted.actor_id)
    if wanted.since is not None:
        found = found.where(Turn.created_at >= wanted.since)
    if wanted.feedback:
        found = found.where(col(Turn.id).in_(select(Feedback.turn_id).where(Feedback.value == wanted.feedback)))
    if wanted.ids is not None:
        found = found.where(col(Turn.id).in_(wanted.ids))
    ordered = found.order_by(col(Turn.id)) if most is None else found.order_by(col(Turn.id).desc()).limit(most)
    return list(await tx.exec(ordered))


async def lines(tx: Tx, rows: Sequence[Turn]) -> list[Line]:
    """What a list says of each of them."""
    ids = [turn.id for turn in rows]
    askers = {one.id: one.name for one in await people.everyone(tx)}
    steps = list(await tx.exec(select(TurnStep).where(col(TurnStep.turn_id).in_(ids)).order_by(col(TurnStep.number))))
    said = await feedback.of_turns(tx, ids)
    return [
        Line(
            turn=turn,
            asker=askers.get(turn.actor_id, "?"),
            specialists=[step.specialist for step in steps if step.turn_id == turn.id],
            feedback=[one.value for one in said if one.turn_id == turn.id],
        )
        for turn in rows
    ]


async def trace(tx: Tx, turn: Turn) -> Trace:
    """All that is stored of it."""
    return Trace(
        turn=turn,
        asker=await people.get(tx, turn.actor_id),
        steps=await turns.steps(tx, turn.id),
        model_calls=await turns.model_calls(tx, turn.id),
        tool_calls=await turns.tool_calls(tx, turn.id),
        receipts=await receipts.of_turn(tx, turn.id),
        proposals=await proposals.of_turn(tx, turn.id),
        feedback=await feedback.of_turns(tx, [turn.id]),
        questions=await questions.of_turn(tx, turn.id),
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
    in_thread = (
        select(Turn.id)
        .join(ThreadLink, col(ThreadLink.channel_id) == Turn.channel_id)
        .where(ThreadLink.thread_ts == Turn.thread_ts, ThreadLink.ticket_id == ticket_id)
    )
    did = select(Receipt.turn_id).where(Receipt.ticket_id == ticket_id, col(Receipt.turn_id).is_not(None))
    asked = select(Proposal.turn_id).where(Proposal.ticket_id == ticket_id, col(Proposal.turn_id).is_not(None))
    found = [*await tx.exec(in_thread), *await tx.exec(did), *await tx.exec(asked)]
    return {one for one in found if one is not None} | await _naming(tx, workspace_id, name)


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
    found = await _naming(tx, workspace_id, f"{full_name}#{number}") if full_name else set[int]()
    for repository in known:
        issue = await issues.by_number(tx, repository.id, number)
        if issue and issue.ticket_id:
            ticket = await tickets.get(tx, issue.ticket_id)
            found |= await _of_ticket(tx, workspace_id, ticket.id, ticket.name)
        found |= await _naming(tx, workspace_id, f"{repository.full_name}#{number}")
    return found


async def _by_link(tx: Tx, workspace_id: str, text: str) -> set[int] | None:
    """By a message: the request itself, the answer to it, or what its asker added while it ran; by any other, those of
    its thread."""
    link = _SLACK.fullmatch(text)
    if link is None:
        return None
    channel, ts = link["channel"], f"{link['seconds']}.{link['rest']}"
    here = select(Turn.id).where(Turn.workspace_id == workspace_id, Turn.channel_id == channel)
    work = select(Receipt.correlation_id).where(Receipt.channel_id == channel, Receipt.ts == ts)
    added = cast(col(Turn.follow_ups), String).contains(f'"{ts}"')
    is_it = or_(Turn.message_ts == ts, col(Turn.correlation_id).in_(work.where(Receipt.correlation_id != "")), added)
    if exactly := set(await tx.exec(here.where(is_it))):
        return exactly
    return set(await tx.exec(here.where(Turn.thread_ts == (link["thread"] or ts))))


# A new kind of name is a function and an entry here.
FINDERS: tuple[Callable[[Tx, str, str], Awaitable[set[int] | None]], ...] = (_by_ticket, _by_issue, _by_link)


async def is_noted_since(tx: Tx, turn: Turn, note: str, since: datetime) -> bool:
    """Whether another turn of the same person ended with this note since then."""
    mine = (col(Turn.actor_id) == turn.actor_id) & (col(Turn.id) != turn.id) & (col(Turn.note) == note)
    return (await tx.exec(select(Turn.id).where(mine, col(Turn.ended_at) >= since).limit(1))).first() is not None
