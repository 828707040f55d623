"""`channel team Payments`, `channel allow guests`: what holds in this channel; alone it shows it."""

import re

from agent import channels
from agent.calendar.owner import team_named_first
from agent.commands.verb import Reply, Said, Slot, Verb, text_reply
from agent.desk import Desk
from bot.errors import UserError
from bot.messages import escape

DEFAULT = "default"
WORDS = {"gäste": channels.GUESTS, "externe": channels.EXTERNAL, "niemand": channels.NOBODY}


async def channel(desk: Desk, said: Said) -> Reply:
    """Show what holds in the channel where it is said, or change one thing."""
    if desk.place is None or desk.place.is_dm or not desk.place.channel_id:
        raise UserError("Say this in the channel that it is about.")
    here = desk.place.channel_id
    act, _, rest = said.text.partition(" ")
    match act.casefold():
        case "team":
            await _set_team(desk, here, " ".join(rest.split()))
        case "allow":
            await _allow(desk, here, rest)
    return text_reply(await _shown(desk, here), is_private=True)


async def _set_team(desk: Desk, here: str, words: str) -> None:
    """Managers say it of their team; to take a team away is for those of the team that has it."""
    is_taken = words.casefold() == DEFAULT
    named = await channels.team_of(desk, here) if is_taken else (await team_named_first(desk, words))[0]
    if named:
        await desk.check_team(named, doing=f"say of a channel that it is {escape(named.name)}'s")
        await channels.keep(desk, here, channels.TEAM, None if is_taken else str(named.id))


async def _allow(desk: Desk, here: str, words: str) -> None:
    desk.check_admin(doing="let people from elsewhere into a channel")
    said = {WORDS.get(word, word) for word in re.split(r"[\s,]+", words.strip().casefold())}
    if len(said) > 1 and said & {channels.NOBODY, DEFAULT}:
        raise UserError("Write `channel allow guests`, `external`, both, `nobody` or `default`.")
    await channels.keep(desk, here, channels.ALLOW, None if said == {DEFAULT} else " ".join(sorted(said)))


async def _shown(desk: Desk, here: str) -> str:
    named = await channels.team_of(desk, here)
    team = f"its team is {escape(named.name)}" if named else "no team is named for it"
    who = " and ".join(sorted(await channels.allowed(desk, here))) or "nobody"
    return f"<#{here}>: {team}; from elsewhere {who} may report."


VERB = Verb(
    name="channel",
    takes=(Slot.CHANNEL,),
    summary="show or set whose channel this is, and who from elsewhere may report in it",
    example="channel team Payments",
    another="channel allow guests",
    action="profile",
    act=channel,
    german=("kanal",),
    no_inverse="`channel team default` and `channel allow default` take it back",
)
