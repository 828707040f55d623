"""What is around a request: its words as they are read, the place, the thread, the ticket that `this` means."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from agent.commands.named import thread_ticket
from agent.commands.run import run_line
from agent.kit.world import World
from agent.turns.grounds import Words
from bot.messages import plain
from bot.redact import redact
from prompts import render
from storage import comments, people
from storage.database import Tx
from storage.turns import Turn

THREAD_LINES = 20
SHORT = 500  # characters of one message


@dataclass(frozen=True, kw_only=True)
class Seen:
    """As code has looked it up, for all that is asked of a model about one request."""

    request: str
    raw: str
    place: str
    asker: str
    asker_id: str
    about: str = ""
    ticket_id: int | None = None
    thread: Sequence[str] = field(default_factory=tuple)
    snapshot: str = ""
    people: Sequence[str] = field(default_factory=tuple)
    names: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    is_private: bool = False
    now: str = ""


async def seen(world: World, turn: Turn) -> Seen:
    """Look around where it was asked."""
    async with world.reading() as desk:
        names = await people.names(desk.tx, desk.workspace_id)
        place = desk.place
        assert place is not None  # a turn has one
        ticket = await thread_ticket(desk)
        if ticket and not await desk.sees(ticket):
            ticket = None
        said = place.root_text.splitlines()
        snapshot = ""
        if ticket:
            remarks = [one for one in await comments.of_ticket(desk.tx, ticket.id) if not one.deleted_at]
            said += [f"{await _name(desk.tx, one.author_id)}: {one.text}" for one in remarks]
            shown = (await run_line(desk, f"show {ticket.name}")).message
            facts = [f"{fact.name}: {fact.value}" for fact in shown.facts]
            snapshot = plain("\n".join([shown.title, *facts, shown.body]), names)
        where = "a direct message" if place.is_dm else f"the channel #{place.channel_name or place.channel_id}"
        return Seen(
            request=redact(plain(turn.text, names)),
            raw=turn.text,
            place=where,
            asker=f"@{desk.asker.name}",
            asker_id=desk.asker.slack_id,
            about=ticket.name if ticket else "",
            ticket_id=ticket.id if ticket else None,
            thread=[redact(plain(line, names))[:SHORT] for line in said[-THREAD_LINES:]],
            snapshot=redact(snapshot),
            names={one.slack_id: (one.name,) for one in await people.everyone(desk.tx)},
            is_private=place.is_dm or place.is_private,
            now=f"{desk.now:%Y-%m-%d %H:%M} UTC",
        )


async def _name(tx: Tx, person_id: int | None) -> str:
    return f"@{(await people.get(tx, person_id)).name}" if person_id else "somebody"


def request_of(around: Seen, *, goal: str, done: Sequence[str] = ()) -> str:
    """What a specialist is asked, as its first message."""
    return render(
        "specialist_request",
        now=around.now,
        asker=around.asker,
        place=around.place,
        about=around.about,
        people=around.people,
        thread=around.thread,
        snapshot=around.snapshot,
        done=done,
        request=around.request,
        goal=goal,
    )


def words_of(around: Seen) -> Words:
    """In which the ground of an argument is looked for."""
    return Words(texts=(around.raw,), asker=around.asker_id, people=around.names, ticket=around.about)
