"""From a stored delivery to a desk: who asked, from where, and what they may see, looked up before the transaction."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import TypeVar

import structlog

from agent.assigning.candidates import managers_take_tickets
from agent.cards.calls import is_call
from agent.cards.working import bring_back
from agent.desk import Desk
from agent.home import follow
from agent.language import of_asked
from agent.notices import notify
from agent.notices.settled import settle
from agent.people.admit import actor_of, is_stale, remember
from agent.reply import Reply
from bot.errors import Permanent, UserError
from bot.events import Place, Surface
from bot.home import HOME
from bot.messages import Message
from bot.slack.bots import bot_said
from bot.slack.client import CallFailed
from bot.slack.directory import Profile
from bot.slack.parse import Event, parse
from bot.slack.replies import reply_of
from bot.worker import Run
from handlers.context import Context
from prompts.words import speaking
from storage import channels, inbox, people, proposals, thread_links, tickets
from storage.channels import Channel
from storage.database import Tx
from storage.people import Person
from storage.tickets import Ticket

PRESSED = ("button", "form")
REST_PATIENCE = 2.0  # seconds
log = structlog.get_logger()

Said = TypeVar("Said", bound=Event)


@dataclass(frozen=True, kw_only=True)
class Asked:
    """A request with everything Slack had to be asked for."""

    slack_id: str
    profile: Profile | None  # None: known and fresh
    place: Place
    surface: Surface
    enterprise_id: str | None
    insiders: Mapping[str, frozenset[str]]
    others: tuple[Profile, ...] = ()  # people the request names
    pressed: str = ""  # what the button or form held


async def event_of(ctx: Context, run: Run, kind: type[Said]) -> tuple[Said, str | None]:
    """The event of the delivery this job is about, and the enterprise it came from."""
    async with ctx.db.read() as tx:
        delivery = await inbox.get(tx, run.job.args["delivery_id"])
    body = json.loads(delivery.raw)
    incoming = parse(body, bot_user_id=ctx.bot_user_id)
    others = (read(body, incoming, bot_user_id=ctx.bot_user_id) for read in (reply_of, bot_said))
    event = next(filter(None, others), incoming).event
    if not isinstance(event, kind):
        raise Permanent(f"delivery {delivery.id} holds no {kind.__name__}")
    return event, delivery.enterprise_id


async def ask(
    ctx: Context,
    slack_id: str,
    place: Place,
    *,
    surface: Surface,
    enterprise_id: str | None = None,
    named: tuple[str, ...] = (),
    rooms: tuple[str, ...] = (),
    homes: tuple[str, ...] = (),
) -> Asked:
    """Ask Slack for what the transaction will need.

    Args:
        named: Slack ids and e-mail addresses of others the request is about.
        rooms: channels that something is to be said in, whoever may read them.
        homes: channels that a ticket is to live in: the insiders tell which of them are private.

    Raises:
        CallFailed: Slack does not answer.
    """
    async with ctx.db.read() as tx:
        known = {id_: await _known(tx, ctx.workspace_id, id_) for id_ in (slack_id, *named)}
        private = {*await tickets.private_channels(tx), *await proposals.hidden_channels(tx)}
        followed = await channels.known(tx, ctx.workspace_id, place.channel_id) if place.channel_id else None
    now = ctx.clock()
    stale = [id_ for id_, person in known.items() if is_stale(person, now=now, settings=ctx.settings)]
    found = {id_: await _profile(ctx, id_) for id_ in stale}
    profiles = {id_: profile for id_, profile in found.items() if profile}
    where = {place.channel_id} - {"", HOME}
    place = await _described(ctx, place, followed) if where else place
    insiders = await ctx.directory.insiders({*private, *where, *homes})
    insiders |= {room: await _readers(ctx, room) for room in rooms}
    return Asked(
        slack_id=slack_id,
        profile=profiles.get(slack_id),
        place=place,
        surface=surface,
        enterprise_id=enterprise_id,
        insiders=insiders,
        others=tuple(profile for id_, profile in profiles.items() if id_ != slack_id),
    )


async def _described(ctx: Context, place: Place, followed: Channel | None) -> Place:
    """A place with what its channel is like.

    Args:
        followed: what is kept of the channel; this process may remember less than another one has heard of it.
    """
    channel = await ctx.directory.channel(place.channel_id)
    is_private = channel.is_private or (followed is not None and followed.is_private)
    return replace(
        place,
        channel_name=channel.name,
        is_private=is_private,
        is_shared=not place.is_dm and (channel.is_shared or not channel.is_known),
        has_bot=channel.has_bot or place.is_dm,
    )


async def insiders_if_said(ctx: Context, channel_ids: Iterable[str]) -> dict[str, frozenset[str]]:
    """The members of those channels that Slack tells of now: for lists that are no reason to wait."""
    found: dict[str, frozenset[str]] = {}
    for channel_id in channel_ids:
        try:
            found |= await ctx.directory.insiders({channel_id})
        except CallFailed:
            log.info("members not known in time", channel=channel_id)
    return found


async def ask_rests(ctx: Context) -> None:
    """Have fresh news of who is not to be disturbed, before somebody is chosen; nobody waits long for it."""
    async with ctx.db.read() as tx:
        responders = await people.all_responders(tx, with_managers_of=await managers_take_tickets(tx))
    try:
        async with asyncio.timeout(REST_PATIENCE):
            await ctx.directory.rests(responders)
    except TimeoutError:
        log.info("do-not-disturb not known in time", people=len(responders))


async def _readers(ctx: Context, room: str) -> frozenset[str]:
    """Who may read what the bot says in a channel; nobody where it is not."""
    is_there = (await ctx.directory.channel(room)).has_bot
    return await ctx.directory.members(room) if is_there else frozenset()


async def _known(tx: Tx, workspace_id: str, named: str) -> Person | None:
    find = people.by_email if "@" in named else people.by_slack_id
    return await find(tx, workspace_id, named)


async def _profile(ctx: Context, named: str) -> Profile | None:
    """A Slack id has one always; an e-mail address if somebody has it."""
    return await (ctx.directory.by_email(named) if "@" in named else ctx.directory.profile(named))


async def serve(ctx: Context, run: Run, asked: Asked, act: Callable[[Desk], Awaitable[Reply | None]]) -> None:
    """Act and answer in one transaction with the job's acknowledgement; a refusal undoes the act, and is recorded."""
    try:
        async with run.finishing() as tx:
            at = await desk_of(ctx, run, asked, tx)
            with speaking(await of_asked(at)):
                if reply := await act(at):
                    await deliver(at, reply)
                    await follow.touched(at)
    except UserError as refusal:
        async with run.finishing() as tx:
            at = await desk_of(ctx, run, asked, tx)
            at.record_refusal(refusal, pressed=asked.pressed)
            said = Message(text=str(refusal), buttons=refusal.buttons)
            await deliver(at, Reply(message=said, is_private=True))


async def deliver(at: Desk, reply: Reply) -> None:
    """Show a reply where it belongs, unless what the asker looks at shows it already."""
    if reply.is_shown:
        return
    if follow.is_home(at):
        await follow.said(at, reply.message, settles=reply.settles)
        return
    is_public = bool(at.place and at.place.message_ts and not at.place.is_dm)
    settles = reply.settles and at.surface == "button" and not (reply.is_private and is_public)
    if at.surface == "button":
        await bring_back(at, at.correlation_id, is_settled=settles)
    if settles:
        await settle(at, reply.message, about=reply.about)
        return
    seen = reply.seen_in or (reply.shown_by if at.surface in PRESSED else None)
    if seen and await _looks_at(at, seen):
        return
    await notify.answer(at, reply.message, is_private=reply.is_private or at.surface in {"slash", *PRESSED})


async def _looks_at(at: Desk, ticket: Ticket) -> bool:
    """Whether the request was made in the ticket's own thread, or on the message that called on the asker."""
    root = at.place and (at.place.thread_ts or at.place.message_ts)
    if at.place is None or not root:
        return False
    if at.surface in PRESSED and await is_call(at, ticket, at.place.message_ts):
        return True
    if ticket.thread_ts or ticket.channel_id != at.place.channel_id:
        return (ticket.channel_id, ticket.thread_ts) == (at.place.channel_id, root)
    return await thread_links.ticket_of(at.tx, at.workspace_id, at.place.channel_id, root) == ticket.id


async def desk_of(ctx: Context, run: Run, asked: Asked, tx: Tx) -> Desk:
    system = system_desk(ctx, run, tx)
    for profile in (*asked.others, *([asked.profile] if asked.profile else [])):
        await remember(system, profile)
    person = await people.the(tx, ctx.workspace_id, asked.slack_id)
    return replace(
        system,
        surface=asked.surface,
        actor=await actor_of(tx, person),
        place=asked.place,
        insiders=asked.insiders,
        enterprise_id=asked.enterprise_id,
    )


def system_desk(ctx: Context, run: Run, tx: Tx) -> Desk:
    """The desk of work that nobody asked for."""
    return Desk(
        tx=tx,
        now=ctx.clock(),
        settings=ctx.settings,
        workspace_id=ctx.workspace_id,
        surface="system",
        correlation_id=run.job.correlation_id,
        key=run.key,
        rests=ctx.directory.known_rests(),
        job=run.job,
    )
