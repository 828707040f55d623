"""What a form of "Track this" or "New ticket" says besides its words, as it becomes a ticket now or once approved."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from agent.channels.muted import is_muted
from agent.desk import Desk
from agent.language import of_ticket
from agent.notices import notify
from agent.reports.report import open_ticket
from agent.status_words import words
from bot.events import Place
from bot.messages import Message, escape, linked
from prompts.words import say, speaking
from storage import outbox, people
from storage.people import Team
from storage.tickets import Ticket


@dataclass(frozen=True, kw_only=True)
class Filled:
    """`chosen`: its title and priority, as far as they were. `author_id`: the Slack id of who wrote the message.

    The message of a ticket that is to live elsewhere is its origin, with the permalink; `beside`: the thread that the
    message stands in, where that has another ticket already. A proposal keeps it all.
    """

    chosen: Mapping[str, str] = field(default_factory=dict)
    team_id: int | None = None
    author_id: str | None = None
    origin_channel_id: str | None = None
    origin_ts: str | None = None
    permalink: str | None = None
    beside: str | None = None


async def open_filled(desk: Desk, text: str, place: Place, filled: Filled) -> Ticket:
    """Track it with all that was filled in; triage leaves that alone. A team that was deleted meanwhile has no say."""
    ticket = await open_ticket(desk, text, place, chosen=filled.chosen)
    team = await team_of(desk, filled)
    ticket.team_id, ticket.author_id = team.id if team else None, filled.author_id
    if filled.origin_ts:  # the same message finds it
        ticket.origin_channel_id, ticket.origin_ts = filled.origin_channel_id, filled.origin_ts
        ticket.permalink = filled.permalink
    if filled.beside and not await is_muted(desk.tx, place.channel_id, filled.beside):
        await _tell_beside(desk, ticket, filled.beside)
    return ticket


async def _tell_beside(desk: Desk, ticket: Ticket, thread_ts: str) -> None:
    """The thread of another ticket reads that one of its messages has become one of its own."""
    with speaking(await of_ticket(desk, ticket)):
        source = linked(say("this message"), ticket.permalink)
        text = say(
            "{ticket} is tracked, made of {source}; its card follows in this channel.",
            ticket=notify.headline(ticket),
            source=source,
        )
    lane = f"thread:{ticket.channel_id}:{thread_ts}"
    payload = Message(text=text).model_dump_json()
    key = notify.thread_key(desk.key, ticket, "tracked")
    row = notify.outgoing(desk, key=key, kind="post", lane=lane, channel_id=ticket.channel_id, payload=payload)
    row.thread_ts, row.ticket_id = thread_ts, ticket.id
    await outbox.add(desk.tx, row)


async def team_of(desk: Desk, filled: Filled) -> Team | None:
    """The team that was chosen, while there is one."""
    return await people.team_of_id(desk.tx, filled.team_id) if filled.team_id else None


async def listed(desk: Desk, filled: Filled) -> str:
    """What was chosen, in a line, for who decides: "Title: …, Priority: high"."""
    team = await team_of(desk, filled)
    title, priority = (filled.chosen.get(name, "") for name in ("title", "priority"))
    parts = (
        (say("Title"), escape(title)),
        (say("Priority"), words(priority) if priority else ""),
        (say("Team"), escape(team.name) if team else ""),
    )
    return ", ".join(f"{label}: {value}" for label, value in parts if value)
