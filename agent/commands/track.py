"""The form of "Track this" and "New ticket", and the button of an offer: a message becomes a ticket, once."""

from dataclasses import replace

from agent.channels.aloud import TRACK
from agent.commands.fields import kept, problem_of, split_lines
from agent.commands.verb import Reply, Said, Slot, Verb, text_reply
from agent.desk import Desk
from agent.notices import notify
from agent.reports.filled import Filled, open_filled
from agent.reports.held import hold, must_ask
from agent.reports.report import open_ticket
from bot.errors import Stray, UserError
from bot.events import Place
from bot.messages import Message, escape
from prompts.words import fixed, say
from storage import people, thread_links, tickets
from storage.people import Team
from storage.tickets import Ticket

NOWHERE = "-"  # what stands in the place of a message


async def track(desk: Desk, said: Said) -> Reply:
    """In the thread of its message where the bot is; else where the form says, or in the team's channel."""
    source, _, rest = said.text.partition(" ")
    values = split_lines(rest)
    channel_id, ts, author_id = _source(source)
    if desk.surface != "form" and (ts or values.get("channel")):
        raise UserError(say("Use the shortcut “Track this” on the message: what it is about is then Slack's word."))
    if ts and (known := await tickets.by_message(desk.tx, channel_id, ts)):
        return text_reply(await already(desk, known), is_private=True)
    team = await _team(desk, values.pop("team", ""))
    elsewhere = values.pop("channel", "") or (team.channel_id if team else "")
    values = {name: value for name, value in values.items() if value}
    for name, value in values.items():
        if problem := problem_of(name, value):
            raise UserError(f"{problem[:1].upper()}{problem[1:]}.")
    place = await _place(desk, channel_id, ts, elsewhere=elsewhere or "")
    text = escape(values.get("description") or values.get("title", ""))
    if not text:
        raise UserError(say("What is wrong? A ticket needs a title."))
    is_elsewhere = bool(ts) and place.message_ts is None
    filled = Filled(
        chosen=kept({name: value for name, value in values.items() if name in {"title", "priority"}}),
        team_id=team.id if team else None,
        author_id=author_id if ts else None,
        origin_channel_id=channel_id if is_elsewhere else None,
        origin_ts=ts if is_elsewhere else None,
        beside=_beside(desk, place),
        permalink=desk.place.permalink if is_elsewhere and desk.place else None,
    )
    if must_ask(desk):
        at = place if place.message_ts else replace(place, is_private=place.channel_id in desk.insiders)
        return await hold(desk, text, at, team=team, filled=filled)
    return _answer(await open_filled(desk, text, place, filled), place)


async def offered(desk: Desk, said: Said) -> Reply:
    """The button that who began a thread with a problem was shown: their message becomes a ticket in its own thread.

    Raises:
        Stray: it was typed, so that nobody knows whose words these are.
    """
    ts, _, rest = said.text.partition(" ")
    permalink, _, text = rest.partition(" ")
    place = desk.place
    if desk.surface != "button" or place is None or not text:
        raise Stray(say("Use the shortcut “Track this” on the message: what it is about is then Slack's word."))
    if known := await tickets.by_message(desk.tx, place.channel_id, ts):
        return replace(text_reply(await already(desk, known), is_private=True), settles=True)
    at = replace(place, thread_ts=ts, message_ts=ts, permalink=None if permalink == "-" else permalink, reply_url=None)
    if must_ask(desk):
        return replace(await hold(desk, text, at), settles=True)
    ticket = await open_ticket(desk, text, at)
    return Reply(message=Message(text=say("{ticket} is tracked.", ticket=ticket.name)), is_private=True, settles=True)


def _answer(ticket: Ticket, place: Place) -> Reply:
    if place.thread_ts:
        return Reply(message=Message(text=say("{ticket} is tracked.", ticket=ticket.name)), seen_in=ticket)
    channel = f"<#{ticket.channel_id}>"
    return text_reply(
        say("{ticket} is tracked in {channel}.", ticket=notify.headline(ticket), channel=channel), is_private=True
    )


def _beside(desk: Desk, place: Place) -> str | None:
    """The thread of the message, where its ticket is not to live since that has one already."""
    if desk.place is None or place.message_ts is None or place.thread_ts:
        return None
    return desk.place.thread_ts or place.message_ts


async def already(desk: Desk, ticket: Ticket) -> str:
    """What to say of a message that is tracked: by which ticket, to those who may know."""
    if not await desk.sees(ticket):
        return say("That message is tracked already, by a ticket that you cannot see.")
    known = fixed("That message is {ticket} already. `show {number}` shows it.")
    return say(known, ticket=notify.headline(ticket), number=ticket.name)


def _source(text: str) -> tuple[str, str, str]:
    """Channel, timestamp and author of the message; empty where there is none."""
    channel_id, _, rest = text.partition("/")
    ts, _, author_id = rest.partition("/")
    return ("", "", "") if text == NOWHERE else (channel_id, ts, author_id)


async def _team(desk: Desk, name: str) -> Team | None:
    team = await people.team_named(desk.tx, name) if name else None
    if name and team is None:
        raise UserError(say("There is no team “{team}” any more.", team=escape(name)))
    return team


async def _place(desk: Desk, channel_id: str, ts: str, *, elsewhere: str) -> Place:
    """Where the ticket is to live.

    Raises:
        UserError: nobody has said where.
    """
    place = desk.place
    if place and ts and place.has_bot and not place.is_dm:
        root = place.thread_ts or ts
        is_taken = await thread_links.ticket_of(desk.tx, desk.workspace_id, channel_id, root) is not None
        return replace(place, thread_ts=None if is_taken else root, message_ts=ts, reply_url=None)
    if not elsewhere:
        raise UserError(say("Where shall its card live? Choose a team that has a channel, or a channel."))
    return Place(channel_id=elsewhere, is_private=True)  # until the triage has looked at the channel


VERB = Verb(
    name="track-this",
    takes=(Slot.TEXT,),
    summary=fixed("make a ticket of a message by its shortcut"),
    example="track-this - title: Redis is down",
    another="track-this - team: Payments",
    action="report",
    act=track,
    no_inverse="`close` ends a ticket; what was reported stays on record",
    is_for_buttons=True,
)
OFFERED = Verb(
    name=TRACK,
    takes=(Slot.TEXT,),
    summary=fixed("make a ticket of a message by the button that its author was offered"),
    example="track-offered 1.1 - redis is down",
    another="track-offered 2.2 - checkout is slow",
    action="report",
    act=offered,
    no_inverse="`close` ends a ticket; what was reported stays on record",
    is_for_buttons=True,
)
