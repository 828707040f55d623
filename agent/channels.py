"""What a channel wants otherwise than usual: whose it is, and which people from elsewhere may report in it."""

from agent.desk import Desk
from bot.events import Actor
from storage import people, settings_kv
from storage.people import Team

TEAM, ALLOW = "team", "allow"  # keys of settings_kv, in the scope of a channel's id
GUESTS, EXTERNAL, NOBODY = "guests", "external", "nobody"


async def team_of(desk: Desk, channel_id: str) -> Team | None:
    """The team that was named for a channel, while it is there."""
    name = await settings_kv.get(desk.tx, channel_id, TEAM)
    return await people.team_of_id(desk.tx, int(name)) if name else None


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
