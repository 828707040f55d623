"""What is around a request: its words as they are read, the place, the thread, what `this` means."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from agent.channels.settings import EVERY, instructions_of, tools_in
from agent.commands.named import thread_ticket
from agent.desk import Desk
from agent.github.which import of_place, visible
from agent.kit.world import World
from agent.memory.about import About, about_thread
from agent.memory.budget import START
from agent.memory.elsewhere import asked_elsewhere
from agent.memory.factors import factor_of
from agent.memory.look import look
from agent.memory.pieces import Voices, last_words
from agent.memory.read import remembered
from agent.memory.snapshot import as_blocks, numbers_of, snapshot
from agent.specialists.specialist import Specialist
from agent.turns import router
from agent.turns.begin import ASKED
from agent.turns.grounds import Words
from agent.turns.hearing.manner import tells_to_act
from bot.messages import plain
from bot.redact import redact
from bot.settings.providers import Role
from storage import people, receipts, tickets
from storage.thread_messages import Said
from storage.tickets import Ticket
from storage.turns import Turn

REPORTS = "report_ticket"  # the tool that makes a ticket


@dataclass(frozen=True, kw_only=True)
class Seen:
    """As code has looked it up, for all that is asked of a model about one request.

    Attributes:
        request: the asker's words as they are read out; `raw` as Slack sent them.
        since: what the asker said since, up to a step: `text`, and the `question` that it answers.
        is_rewritten: the words are others than those by which it was decided who works on it.
        about: the name of the ticket that "this" means, whose id is `ticket_id`: the first one that the request has
            made, else the thread's.
        repository: which counts where none is named; `repositories` are all that everybody here may know of.
        said: the messages of the thread that no summary tells of.
        wishes: what the managers of the channel want answers to be like.
        objects: what the thread is about, as data blocks; `linked` the same as kinds and numbers, beside the ticket.
        phase: where the work in the thread stands, as one word.
        elsewhere: what was asked here in other threads on the same subject, as data blocks.
        is_private: what is looked up for it may be of private places, since not everybody reads it.
        names: Slack id -> what somebody may be called by.
        level: of the tools that the channel allows.
        open_to: the specialists that the router may choose from.
        factor: how many tokens the model that routes makes of 3 bytes.
    """

    request: str
    raw: str
    place: str
    asker: str
    asker_id: str
    voices: Voices
    about: str = ""
    repository: str = ""
    numbers: Sequence[str] = ()
    repositories: Sequence[str] = ()
    ticket_id: int | None = None
    said: Sequence[Said] = ()
    summary: str = ""
    wishes: str = ""
    objects: Sequence[str] = ()
    linked: Sequence[str] = ()
    phase: str = ""
    elsewhere: Sequence[str] = ()
    level: str = EVERY
    open_to: Sequence[Specialist] = ()
    factor: float = START
    names: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    since: Sequence[Mapping[str, Any]] = ()
    is_rewritten: bool = False
    is_private: bool = False
    now: str = ""
    fence: str = ""

    def heard(self, *, window: int | None) -> router.Heard:
        """What the router is told of it.

        Args:
            window: tokens that its model can read, where that is known.
        """
        return router.Heard(
            request=self.request,
            place=self.place,
            about=self.about,
            linked=self.linked,
            phase=self.phase,
            thread=last_words(self.said, self.voices, self.fence),
            open_to=self.open_to,
            factor=self.factor,
            window=window,
        )


async def seen(world: World, turn: Turn) -> Seen:
    """Look around where it was asked."""
    now = await look(world, turn)
    async with world.reading() as desk:
        place = desk.place
        assert place is not None  # a turn has one
        ticket = await _created(desk, turn) or await thread_ticket(desk)
        sees_ticket = ticket is not None and await desk.sees(ticket)
        thread_ts = turn.thread_ts or ""
        memory = await remembered(desk, turn.channel_id, thread_ts, asked_ts=turn.message_ts or "")
        known = await about_thread(desk, turn.channel_id, thread_ts)
        objects = await snapshot(desk, known, **now)
        names = await people.names(desk.tx, desk.workspace_id)
        repository, numbers, repositories = await on_github(desk, known, ticket if sees_ticket else None)
        request, level = redact(plain(turn.text, names)), await tools_in(desk.tx, turn.channel_id)
        return Seen(
            request=request,
            raw=turn.text,
            place="a direct message" if place.is_dm else f"the channel #{place.channel_name or place.channel_id}",
            asker=f"@{desk.asker.name}",
            asker_id=desk.asker.slack_id,
            repository=repository,
            numbers=numbers,
            repositories=repositories,
            voices=memory.voices,
            about=ticket.name if ticket and sees_ticket else "",
            ticket_id=ticket.id if ticket and sees_ticket else None,
            said=memory.said,
            summary=memory.summary,
            wishes=redact(plain(await instructions_of(desk.tx, turn.channel_id), names)),
            objects=as_blocks(objects, turn.fence),
            linked=numbers_of(objects, besides=ticket.name if ticket and sees_ticket else ""),
            phase=known.phase,
            elsewhere=await asked_elsewhere(desk, turn, request, memory.voices),
            level=level,
            open_to=open_to(desk, turn, level=level),
            factor=await factor_in(desk, "small"),
            names=await _called(desk, names),
            is_private=turn.is_private or place.is_private,  # by now
            now=f"{desk.now:%Y-%m-%d %H:%M} UTC",
            fence=turn.fence,
        )


async def _created(desk: Desk, turn: Turn) -> Ticket | None:
    """The ticket that a request, or the one that it goes on with, has made first."""
    before = await receipts.of_turn(desk.tx, turn.continues) if turn.continues else []
    made = (one.ticket_id for one in [*before, *await receipts.of_turn(desk.tx, turn.id)] if one.tool == REPORTS)
    ticket_id = next(filter(None, made), None)
    return await tickets.get(desk.tx, ticket_id) if ticket_id else None


def as_of(around: Seen, counts: Sequence[Mapping[str, Any]]) -> Seen:
    """The same for a step, with what counts of the asker's words when it begins: the request comes first."""
    first, *since = counts
    if first["raw"] == around.raw:
        return replace(around, since=since)
    return replace(around, request=first["text"], raw=first["raw"], since=since, is_rewritten=True)


def open_to(desk: Desk, turn: Turn, *, level: str) -> tuple[Specialist, ...]:
    """Who may work on it; what is told behind `ask` is a question, and nobody makes a report of it."""
    found = router.open_ones(desk.asker, origin=turn.origin, level=level)
    is_report = turn.forced == ASKED and not tells_to_act(turn.text)
    return tuple(one for one in found if one.name != "create") if is_report else found


async def _called(desk: Desk, names: Mapping[str, str]) -> dict[str, tuple[str, ...]]:
    """Slack id -> name, and the proven login on GitHub."""
    logins = await people.logins(desk.tx, desk.workspace_id)
    return {slack_id: tuple(filter(None, (name, logins.get(slack_id)))) for slack_id, name in names.items()}


async def on_github(desk: Desk, about: About, ticket: Ticket | None) -> tuple[str, tuple[str, ...], tuple[str, ...]]:
    """The repository that counts where none is named; the issue and the pull request that the thread is about; and the
    names of all repositories that everybody here may know of."""
    if not desk.settings.acts_on_github:
        return "", (), ()
    known = await visible(desk)
    which = await of_place(desk, known, ticket.id if ticket else None)
    linked = [f"{which.row.full_name}#{which.issue}"] if which and which.issue else []
    if about.pull:
        pull, row = about.pull
        linked.append(f"{row.full_name}#{pull.number}")
    return which.row.full_name if which else "", tuple(linked), tuple(row.full_name for row in known)


async def factor_in(desk: Desk, role: Role) -> float:
    """How many tokens the model that is asked first in this role makes of 3 bytes."""
    server = desk.settings.servers[0]
    return await factor_of(desk.tx, desk.workspace_id, server.name, server.models[role])


def words_of(around: Seen) -> Words:
    """In which the ground of an argument is looked for."""
    return Words(
        texts=(around.raw,),
        asker=around.asker_id,
        people=around.names,
        ticket=around.about,
        numbers=tuple(around.numbers),
        repository=around.repository,
        repositories=tuple(around.repositories),
    )
