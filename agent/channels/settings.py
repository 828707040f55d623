"""What a channel wants otherwise than usual: whose it is, what is heard there, what the agent may do and is told."""

from collections.abc import Collection

from agent.desk import Desk
from bot.events import Actor
from bot.settings.kinds import Approvals
from storage import channels, people, settings_kv
from storage.database import Tx
from storage.people import Person, Team

TEAM, ALLOW, MUTE, DIGEST = "team", "allow", "mute", "digest"  # keys of settings_kv, in a channel's scope
FOLLOW, REPO, APPROVALS, TOOLS, INSTRUCTIONS, BOTS = "follow", "repo", "approvals", "tools", "instructions", "bots"
ON = "on"
MENTION, THREADS, ALL = "mention", "threads", "all"  # what is heard: each hears what those before it hear, too
LEVELS = (MENTION, THREADS, ALL)
READS, OWN, EVERY = "read", "own", "all"  # tools: to look only; besides to change what is ours; and what is GitHub's
TOOL_LEVELS = (READS, OWN, EVERY)
STRICTER: tuple[Approvals, ...] = ("strict", "balanced", "open")  # the strictest first
LONGEST_INSTRUCTIONS = 2000  # characters
# Why something planned for a channel is not posted.
RESTS, SHARED = "the channel is muted, or rests", "the channel is shared with another organisation"
GUESTS, EXTERNAL, NOBODY = "guests", "external", "nobody"
AGENT = "agent"  # allowed like them: without it a channel that is shared with others has no agent


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


async def is_closed_to_agent(desk: Desk, channel_id: str) -> bool:
    """Whether people of another organisation read along here, and nobody has allowed the agent.

    What is kept of a channel may be older than what Slack said for this request, or not be there yet: either counts.
    """
    row = await channels.known(desk.tx, desk.workspace_id, channel_id)
    is_shared = desk.place is not None and desk.is_here(channel_id) and desk.place.is_shared
    return (is_shared or (row is not None and row.is_shared)) and AGENT not in await allowed(desk, channel_id)


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


async def check_voice(desk: Desk, channel_id: str, *, doing: str) -> None:
    """Let those pass who manage the team of the channel; where it has none, admins.

    Raises:
        Refused: with who could.
    """
    if team := await home_team(desk, channel_id):
        await desk.check_team(team, doing=doing)
    else:
        desk.check_admin(doing=doing)


async def follows(tx: Tx, channel_id: str) -> str:
    """What is heard in a channel without a mention: a level of LEVELS."""
    return await settings_kv.get(tx, channel_id, FOLLOW) or MENTION


async def hearing(tx: Tx, channel_ids: Collection[str]) -> frozenset[str]:
    """Those of the channels in which what begins a thread is heard, or what bots say."""
    found = await settings_kv.of_scopes(tx, channel_ids, (FOLLOW, BOTS))
    return frozenset(channel_id for (channel_id, key), value in found.items() if key == BOTS or value == ALL)


async def tools_in(tx: Tx, channel_id: str) -> str:
    """Which tools the agent may have for what is asked in a channel: a level of TOOL_LEVELS."""
    return await settings_kv.get(tx, channel_id, TOOLS) or EVERY


async def bots_in(tx: Tx, channel_id: str) -> frozenset[str]:
    """The ids (`B…`) of the bots that are heard in a channel like people."""
    return frozenset((await settings_kv.get(tx, channel_id, BOTS) or "").split())


async def approvals_in(desk: Desk, channel_id: str) -> Approvals:
    """What has to be approved of that is asked for in a channel: it may only be stricter than the workspace."""
    here = await settings_kv.get(desk.tx, channel_id, APPROVALS) if channel_id else None
    own = next((one for one in STRICTER if one == here), desk.settings.approvals)
    return strictest(own, desk.settings.approvals)


def strictest(*levels: Approvals) -> Approvals:
    """The one of these levels that asks for approval most often."""
    return min(levels, key=STRICTER.index)


async def repository_of(tx: Tx, channel_id: str) -> int | None:
    """The id of the repository that is meant in a channel where none is named, if somebody has said so there."""
    found = await settings_kv.get(tx, channel_id, REPO) if channel_id else None
    return int(found) if found else None


async def instructions_of(tx: Tx, channel_id: str) -> str:
    """What the managers of a channel want answers to be like, as they typed it; it cannot add a right."""
    return await settings_kv.get(tx, channel_id, INSTRUCTIONS) or ""
