"""`mute CH-1|@someone|team NAME [for all] [until WHEN]`: nudges and news of it stop; `unmute` takes that back.

Neither hides from managers that a deadline was missed, nor from anybody that a ticket is theirs.
"""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from agent import notify
from agent.calendar.owner import team_named_first
from agent.calendar.when import read_when
from agent.calendar.whose import calendar_of_person
from agent.commands.slots import SOMEONE
from agent.commands.verb import Reply, Said, Slot, Verb, text_reply
from agent.desk import Desk
from agent.transition import by
from bot.errors import UserError
from bot.messages import escape, moment
from storage import mutes, people, tickets
from storage.mutes import Mute
from storage.people import Team
from storage.tickets import Ticket

FARTHEST = timedelta(days=90)
_TICKET = re.compile(r"ch-?(\d{1,9})\b\s*", re.IGNORECASE)
_SOMEONE = re.compile(rf"{SOMEONE}\s*")
_TEAM = re.compile(r"team\s+", re.IGNORECASE)
_FOR_ALL = re.compile(r"for all\b\s*", re.IGNORECASE)


@dataclass(frozen=True, kw_only=True)
class _Wish:
    """What is to be quiet, for whom, and the words about until when."""

    kind: str
    object_id: int
    name: str
    is_for_all: bool
    rest: str
    ticket: Ticket | None = None
    team: Team | None = None

    async def check(self, desk: Desk, *, doing: str) -> None:
        """Everybody decides for themselves, a manager for all.

        Raises:
            Refused: it is for all, and they may not.
        """
        if self.is_for_all and self.ticket:
            await desk.check("reassign", self.ticket, doing=f"{doing} {self.name} for all")
        elif self.is_for_all and self.team:
            await desk.check_team(self.team, doing=f"{doing} {self.name} for all")
        elif self.is_for_all:
            raise UserError("People are muted by each one for themselves: leave out “for all”.")

    async def show(self, desk: Desk, *, change: str) -> None:
        """The card says how many have muted it."""
        if self.ticket:
            await notify.show_card(desk, self.ticket, change=change)


async def mute(desk: Desk, said: Said) -> Reply:
    wish = await _read(desk, said.text)
    await wish.check(desk, doing="mute")
    until = await _until(desk, wish)
    owner = None if wish.is_for_all else desk.asker.person_id
    before = await mutes.of(desk.tx, owner, wish.kind, wish.object_id)
    await mutes.forget(desk.tx, owner, wish.kind, wish.object_id)
    desk.tx.add(
        Mute(
            workspace_id=desk.workspace_id,
            person_id=owner,
            kind=wish.kind,
            object_id=wish.object_id,
            until=until,
            set_by=desk.asker.person_id,
            created_at=desk.now,
        )
    )
    _record(desk, wish, "mute", before=_recorded(before), after={"until": until.isoformat() if until else "forever"})
    await desk.tx.flush()
    await wish.show(desk, change=f"muted by {by(desk)}")
    return text_reply(f"{wish.name} is muted {_for(wish, until)}. Missed deadlines are still told.", is_private=True)


async def unmute(desk: Desk, said: Said) -> Reply:
    wish = await _read(desk, said.text)
    await wish.check(desk, doing="unmute")
    owner = None if wish.is_for_all else desk.asker.person_id
    before = await mutes.of(desk.tx, owner, wish.kind, wish.object_id)
    if before is None:
        raise UserError(f"{wish.name} is not muted {_whom(wish)}.")
    await mutes.forget(desk.tx, owner, wish.kind, wish.object_id)
    _record(desk, wish, "unmute", before=_recorded(before), after={"until": None})
    await wish.show(desk, change=f"no longer muted by {by(desk)}")
    return text_reply(f"{wish.name} is no longer muted {_whom(wish)}.", is_private=True)


async def _read(desk: Desk, words: str) -> _Wish:
    """What is named first in the words.

    Raises:
        UserError: there is no such thing that the asker may see.
    """
    if found := _TICKET.match(words):
        ticket = await tickets.by_number(desk.tx, desk.workspace_id, int(found[1]))
        if ticket is None or not await desk.sees(ticket):
            raise UserError(f"There is no CH-{int(found[1])} that you can see. `list` shows what there is.")
        return _wish("ticket", ticket.id, ticket.name, words[found.end() :], ticket=ticket)
    if found := _SOMEONE.match(words):
        slack_id, name = found[1], found[2]
        known = [await people.by_slack_id(desk.tx, desk.workspace_id, slack_id)] if slack_id else []
        known += await people.named(desk.tx, desk.workspace_id, name) if name else []
        if len(known) != 1 or known[0] is None:
            raise UserError(f"I do not know @{escape(name or slack_id)}. Pick a person from Slack's @ list.")
        return _wish("person", known[0].id, f"@{escape(known[0].name)}", words[found.end() :])
    team, rest = await team_named_first(desk, _TEAM.sub("", words, count=1))
    return _wish("team", team.id, escape(team.name), rest, team=team)


def _wish(
    kind: str, object_id: int, name: str, rest: str, *, ticket: Ticket | None = None, team: Team | None = None
) -> _Wish:
    found = _FOR_ALL.match(rest)
    return _Wish(
        kind=kind,
        object_id=object_id,
        name=name,
        is_for_all=found is not None,
        rest=rest[found.end() :] if found else rest,
        ticket=ticket,
        team=team,
    )


async def _until(desk: Desk, wish: _Wish) -> datetime | None:
    """Until when; None is until it is taken back, which each may wish for themselves alone."""
    if wish.rest:
        calendar = await calendar_of_person(desk.tx, desk.settings, desk.asker.person_id)
        return read_when(wish.rest, calendar, now=desk.now, farthest=FARTHEST).at
    if wish.is_for_all:
        raise UserError(f"Until when? For all it needs an end: `mute {wish.name} for all until tomorrow`.")
    return None


def _record(desk: Desk, wish: _Wish, action: str, *, before: dict[str, object], after: dict[str, object]) -> None:
    note = {"for": "all"} if wish.is_for_all else {}
    desk.audit(action, wish.kind, wish.object_id, before=before, after=after | note)


def _recorded(mute: Mute | None) -> dict[str, object]:
    return {"until": (mute.until.isoformat() if mute.until else "forever") if mute else None}


def _whom(wish: _Wish) -> str:
    return "for all" if wish.is_for_all else "for you"


def _for(wish: _Wish, until: datetime | None) -> str:
    return f"{_whom(wish)} until {moment(until)}" if until else f"{_whom(wish)} until you `unmute` it"


VERB = Verb(
    name="mute",
    takes=(Slot.MUTE,),
    summary="hear no nudges and news of a ticket, of what somebody does, or of a team's tickets; for all: its managers",
    example="mute CH-1 until tomorrow",
    another="mute team Platform",
    action="profile",
    act=mute,
    also=("quiet",),
    german=("stumm",),
    inverse="unmute",
)
BACK = Verb(
    name="unmute",
    takes=(Slot.UNMUTE,),
    summary="hear of it again",
    example="unmute CH-1",
    another="unmute team Platform",
    action="profile",
    act=unmute,
    inverse="mute",
)
