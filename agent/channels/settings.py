"""What a channel wants otherwise than usual: whose it is, who from elsewhere may report there, whether it is muted."""

from agent.desk import Desk
from bot.events import Actor
from storage import channels, people, settings_kv
from storage.people import Person, Team

TEAM, ALLOW, MUTE, DIGEST = "team", "allow", "mute", "digest"  # keys of settings_kv, in a channel's scope
ON = "on"
# Why something planned for a channel is not posted.
RESTS, SHARED = "the channel is muted, or rests", "the channel is shared with another organisation"
GUESTS, EXTERNAL, NOBODY = "guests", "external", "nobody"


async def team_of(desk: Desk, channel_id: str) -> Team | None:
    """The team that was named for a channel, while it is there."""
    name = await settings_kv.get(desk.tx, channel_id, TEAM)
    return await people.team_of_id(desk.tx, int(name)) if name else None


async def home_team(desk: Desk, channel_id: str) -> Team | None:
    """The team that was named for a channel, else the one whose own it is."""
    named = await team_of(desk, channel_id)
    return named or next((team for team in await people.teams(desk.tx) if team.channel_id == channel_id), None)


async def managers_of(desk: Desk, channel_id: str) -> list[Person]:
    """Who manages a team whose channel this is, or whose tickets live in it; admins where nobody does."""
    own = await team_of(desk, channel_id)
    homes = [team for team in await people.teams(desk.tx) if team.channel_id == channel_id and team is not own]
    found = {
        person.id: person
        for team in (*([own] if own else []), *homes)
        for person in await people.members(desk.tx, team.id, "manager")
    }
    return list(found.values()) or await people.admins(desk.tx)


async def why_not_listed(desk: Desk, channel_id: str) -> str:
    """Why a channel gets no list of tickets by itself, if so: nobody from elsewhere reads one."""
    row = await channels.known(desk.tx, desk.workspace_id, channel_id)
    if row is not None and row.is_shared:
        return SHARED
    return RESTS if await is_quiet(desk, channel_id) else ""


async def is_quiet(desk: Desk, channel_id: str) -> bool:
    """Whether nothing may be posted here that nobody asked for: muted, archived, or without the bot."""
    if await settings_kv.get(desk.tx, channel_id, MUTE) == ON:
        return True
    row = await channels.known(desk.tx, desk.workspace_id, channel_id)
    return row is not None and row.rests_since is not None


async def allowed(desk: Desk, channel_id: str) -> frozenset[str]:
    """Who from elsewhere may report in a channel; without a word of its own what the settings say."""
    said = await settings_kv.get(desk.tx, channel_id, ALLOW) if channel_id else None
    if said is None:
        return frozenset({GUESTS, EXTERNAL} if desk.settings.allow_guests else ())
    return frozenset(said.split()) - {NOBODY}


async def is_let_in(desk: Desk, actor: Actor) -> bool:
    """Whether this person may report here: a member may everywhere."""
    if not actor.is_outsider:
        return True
    here = desk.place.channel_id if desk.place else ""
    return (EXTERNAL if actor.is_external else GUESTS) in await allowed(desk, here)


async def keep(desk: Desk, channel_id: str, key: str, value: str | None) -> None:
    """Set it, on record; None forgets it."""
    before = await settings_kv.get(desk.tx, channel_id, key)
    if value == before:
        return
    if value is None:
        await settings_kv.drop(desk.tx, channel_id, key)
    else:
        await settings_kv.put(desk.tx, channel_id, key, value, workspace_id=desk.workspace_id, set_by=desk.who)
    told = {"channel": channel_id}
    desk.audit("set", "channel", 0, before=told | {key: before}, after=told | {key: value})
