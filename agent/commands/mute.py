"""`mute CH-1|@someone|team NAME [for all] [until WHEN]`: nudges and news of it stop; `unmute` takes that back.

Neither hides from managers that a deadline was missed, nor from anybody that a ticket is theirs.
"""

import re
from datetime import datetime, timedelta

from agent.calendar.owner import team_named_first
from agent.calendar.when import read_when
from agent.calendar.whose import calendar_of_person
from agent.commands.slots import SOMEONE
from agent.commands.verb import Reply, Said, Slot, Verb, text_reply
from agent.desk import Desk
from agent.language import as_kept
from agent.notices import quiet
from agent.notices.quiet import FOREVER, Quiet
from agent.people.whom import person_named
from agent.tickets.transition import by
from bot.errors import UserError
from bot.messages import Button, Message, moment
from prompts.words import Phrase, fixed, phrase, say
from storage import thread_links, tickets
from storage.people import Person, Team
from storage.tickets import Ticket

FARTHEST = timedelta(days=90)
_THREAD = re.compile(r"(?:this\s+)?thread\b\s*", re.IGNORECASE)
_SOMEONE = re.compile(rf"{SOMEONE}\s*")
_TEAM = re.compile(r"team\s+", re.IGNORECASE)
_FOR_ALL = re.compile(r"for all\b\s*", re.IGNORECASE)


async def mute(desk: Desk, said: Said) -> Reply:
    wish, rest = await _read(desk, said)
    await wish.check(desk, doing=say("mute"))
    until = await _until(desk, wish, rest)
    said_so = await _as_kept(desk, wish, phrase("muted by {who}", who=by(desk)))
    await quiet.put(desk, wish, until.isoformat() if until else FOREVER, action="mute", said=said_so)
    back = Button(label=say("Unmute"), action=BACK.name, value=wish.line)
    return Reply(message=Message(text=_muted(wish, until), buttons=(back,)), is_private=True)


async def unmute(desk: Desk, said: Said) -> Reply:
    wish, _ = await _read(desk, said)
    await wish.check(desk, doing=say("unmute"))
    if await wish.until(desk) is None:
        raise UserError(say("{what} is not muted {whom}.", what=wish.name, whom=wish.whom))
    said_so = await _as_kept(desk, wish, phrase("unmuted by {who}", who=by(desk)))
    await quiet.put(desk, wish, None, action="unmute", said=said_so)
    return text_reply(say("{what} is no longer muted {whom}.", what=wish.name, whom=wish.whom), is_private=True)


async def _as_kept(desk: Desk, wish: Quiet, said: Phrase) -> str:
    """The change in words: a ticket's stands on its card, any other only its author reads."""
    return await as_kept(desk, wish.about, said) if isinstance(wish.about, Ticket) else str(said)


async def _read(desk: Desk, said: Said) -> tuple[Quiet, str]:
    """What is named first in the words, and the rest of them.

    Raises:
        UserError: there is no such thing that the asker may see.
    """
    about: Ticket | Person | Team
    if said.ticket:
        about, rest = said.ticket, said.text
    elif found := _THREAD.match(said.text):
        about, rest = await _of_thread(desk), said.text[found.end() :]
    elif found := _SOMEONE.match(said.text):
        about, rest = await person_named(desk, found[1] or found[2]), said.text[found.end() :]
    else:
        about, rest = await team_named_first(desk, _TEAM.sub("", said.text, count=1))
    for_all = _FOR_ALL.match(rest)
    return Quiet(about=about, is_for_all=for_all is not None), rest[for_all.end() :] if for_all else rest


async def _of_thread(desk: Desk) -> Ticket:
    """The ticket that the thread is about: what is said there is about nothing else.

    Raises:
        UserError: there is none.
    """
    place = desk.place
    root = place and (place.thread_ts or place.message_ts)
    found = await thread_links.ticket_of(desk.tx, desk.workspace_id, place.channel_id, root) if place and root else None
    ticket = await tickets.get(desk.tx, found) if found else None
    if ticket is None or not await desk.sees(ticket):
        raise UserError(say("Which thread? Say it in the thread of a ticket, or name the ticket: `mute CH-1`."))
    return ticket


async def _until(desk: Desk, wish: Quiet, words: str) -> datetime | None:
    """Until when; None is until it is taken back, which each may wish for themselves alone."""
    if words:
        calendar = await calendar_of_person(desk.tx, desk.settings, desk.asker.person_id)
        return read_when(words, calendar, now=desk.now, farthest=FARTHEST).at
    if wish.is_for_all:
        how = fixed("Until when? For all it needs an end: `mute {what} for all until tomorrow`.")
        raise UserError(say(how, what=wish.name))
    return None


def _muted(wish: Quiet, until: datetime | None) -> str:
    if until is None:
        forever = fixed("{what} is muted {whom} until you `unmute` it. Missed deadlines are still told.")
        return say(forever, what=wish.name, whom=wish.whom)
    muted = fixed("{what} is muted {whom} until {until}. Missed deadlines are still told.")
    return say(muted, what=wish.name, whom=wish.whom, until=moment(until))


VERB = Verb(
    name="mute",
    takes=(Slot.MUTE,),
    summary=fixed(
        "hear no nudges and news of a ticket, of what somebody does, or of a team's tickets; for all: its managers"
    ),
    example="mute CH-1 until tomorrow",
    another="mute team Platform",
    action="profile",
    who=fixed("everyone for themselves; for all: managers of the team"),
    act=mute,
    also=("quiet",),
    german=("stumm",),
    inverse="unmute",
)
BACK = Verb(
    name="unmute",
    takes=(Slot.UNMUTE,),
    summary=fixed("hear of it again"),
    example="unmute CH-1",
    another="unmute team Platform",
    action="profile",
    who=fixed("everyone for themselves; for all: managers of the team"),
    act=unmute,
    german=("laut",),
    inverse="mute",
)
