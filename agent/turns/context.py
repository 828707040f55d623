"""What is around a request: its words as they are read, the place, the thread, what `this` means; how it is told."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from agent.channels.settings import EVERY, OWN, READS, instructions_of, tools_in
from agent.commands.named import thread_ticket
from agent.desk import Desk
from agent.github.which import HERE, repository_for
from agent.kit.world import World
from agent.memory.budget import START, room
from agent.memory.context import Context, Material, NoRoomError
from agent.memory.elsewhere import asked_elsewhere
from agent.memory.factors import factor_of
from agent.memory.fit import fitted
from agent.memory.look import look
from agent.memory.pieces import Blocks, Voices, last_words, own_words, preferences
from agent.memory.read import remembered
from agent.memory.snapshot import as_blocks, numbers_of, phase_line, snapshot
from agent.memory.summary import as_block
from agent.specialists.specialist import Specialist
from agent.turns import router
from agent.turns.grounds import Words
from bot.errors import ModelError, UserError
from bot.llm.port import Ask, Tool, user
from bot.messages import plain
from bot.redact import redact
from bot.settings.providers import Role
from prompts import render
from storage import people, thread_links
from storage.thread_messages import Said
from storage.tickets import Ticket
from storage.turns import Turn

LIMITS = {  # what a specialist is told where the channel has cut tools
    READS: "In this channel things may only be looked up: where more is wanted, say so, and name `channel show`.",
    OWN: "In this channel nothing may be written on GitHub: where that is wanted, say so, and name `channel show`.",
}


@dataclass(frozen=True, kw_only=True)
class Seen:
    """As code has looked it up, for all that is asked of a model about one request.

    Attributes:
        request: the asker's words as they are read out; `raw` as Slack sent them.
        about: the name of the thread's ticket, whose id is `ticket_id`.
        said: the messages of the thread that no summary tells of.
        wishes: what the managers of the channel want answers to be like.
        objects: what the thread is about, as data blocks; `linked` the same as kinds and numbers, beside the ticket.
        phase: where the work in the thread stands, as one word.
        elsewhere: what was asked here in other threads on the same subject, as data blocks.
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
    numbers: Sequence[str] = field(default_factory=tuple)
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
        ticket = await thread_ticket(desk)
        may_know = ticket is not None and await desk.sees(ticket)
        thread_ts = turn.thread_ts or ""
        memory = await remembered(desk, turn.channel_id, thread_ts, asked_ts=turn.message_ts or "")
        link = await thread_links.of_thread(desk.tx, desk.workspace_id, turn.channel_id, thread_ts)
        objects = await snapshot(desk, link, sees=lambda one: desk.may_see(desk.asker.slack_id, one), **now)
        names = await people.names(desk.tx, desk.workspace_id)
        repository, numbers = await _on_github(desk, ticket if may_know else None)
        request, level = redact(plain(turn.text, names)), await tools_in(desk.tx, turn.channel_id)
        return Seen(
            request=request,
            raw=turn.text,
            place="a direct message" if place.is_dm else f"the channel #{place.channel_name or place.channel_id}",
            asker=f"@{desk.asker.name}",
            asker_id=desk.asker.slack_id,
            repository=repository,
            numbers=numbers,
            voices=memory.voices,
            about=ticket.name if ticket and may_know else "",
            ticket_id=ticket.id if ticket and may_know else None,
            said=memory.said,
            summary=memory.summary,
            wishes=redact(plain(await instructions_of(desk.tx, turn.channel_id), names)),
            objects=as_blocks(objects, turn.fence) if may_know else (),
            linked=numbers_of(objects, besides=ticket.name) if ticket and may_know else (),
            phase=link.phase if link and may_know else "",
            elsewhere=await asked_elsewhere(desk, turn, request, memory.voices),
            level=level,
            open_to=router.open_ones(desk.asker, origin=turn.origin, level=level),
            factor=await factor_in(desk, "small"),
            names=await _called(desk, names),
            is_private=place.is_dm or place.is_private,
            now=f"{desk.now:%Y-%m-%d %H:%M} UTC",
            fence=turn.fence,
        )


async def _called(desk: Desk, names: Mapping[str, str]) -> dict[str, tuple[str, ...]]:
    """Slack id -> name, and the proven login on GitHub."""
    logins = await people.logins(desk.tx, desk.workspace_id)
    return {slack_id: tuple(filter(None, (name, logins.get(slack_id)))) for slack_id, name in names.items()}


async def _on_github(desk: Desk, ticket: Ticket | None) -> tuple[str, tuple[str, ...]]:
    """The repository that counts where none is named, and the issue that the thread is about."""
    try:
        which = await repository_for(desk, HERE, ticket_id=ticket.id if ticket else None)
    except UserError:
        return "", ()
    name = which.row.full_name
    return name, (f"{name}#{which.issue}",) if which.issue else ()


async def factor_in(desk: Desk, role: Role) -> float:
    """How many tokens the model that is asked first in this role makes of 3 bytes."""
    server = desk.settings.servers[0]
    return await factor_of(desk.tx, desk.workspace_id, server.name, server.models[role])


async def told(
    world: World,
    turn: Turn,
    around: Seen,
    *,
    system: str,
    offered: Sequence[Tool],
    goal: str,
    done: Sequence[str],
    factor: float,
) -> Context:
    """What a specialist is told, within its budget of tokens.

    Args:
        offered: the tools that it may use.
        done: what was done before this step.
        factor: as `factor_in` finds it.

    Raises:
        ModelError: not even the request has room.
    """
    assert world.model is not None  # a turn with steps has one
    server, words = world.settings.servers[0], own_words(around.request, around.fence)
    asked = render(
        "specialist_request",
        now=around.now,
        asker=around.asker,
        place=around.place,
        about=around.about,
        done=done,
        limits=LIMITS.get(around.level, ""),
        request=words,
        goal=own_words(goal, around.fence),
    )
    material = Material(
        rules=system,
        tools="\n".join(f"{one.name} {one.description} {one.schema}" for one in offered),
        preferences=preferences(around.wishes, around.fence) if around.wishes else "",
        asked=asked,
        phase=phase_line(around.phase),
        snapshot=around.objects,
        thread=Blocks(around.said, around.voices, around.fence),
        summary=as_block(around.summary, around.fence) if around.summary else "",
        elsewhere=around.elsewhere,
    )
    limit = room(
        world.settings.context_tokens, window=server.context_tokens, max_output=server.max_output_tokens or 2048
    )

    async def counted(context: Context) -> int | None:
        assert world.model is not None
        ask = Ask(
            role="main",
            system=context.system,
            messages=(user(context.text),),
            max_tokens=1,
            tools=tuple(offered),
            is_private=around.is_private,
        )
        return await world.model.count(ask)

    try:
        return await fitted(material, limit=limit, factor=factor, exact=counted)
    except NoRoomError as error:
        raise ModelError(str(error)) from error


def words_of(around: Seen) -> Words:
    """In which the ground of an argument is looked for."""
    return Words(
        texts=(around.raw,),
        asker=around.asker_id,
        people=around.names,
        ticket=around.about,
        numbers=tuple(around.numbers),
        repository=around.repository,
    )
