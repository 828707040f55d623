"""`channel show`: everything that applies in a channel, a line each, with where the value comes from."""

from collections.abc import Mapping

from agent.channels import settings as channels
from agent.desk import Desk
from agent.digest.channel import next_of
from agent.github.delegation import agents_of
from agent.github.which import HERE, repository_for
from agent.language import LANGUAGE
from bot.errors import UserError
from bot.messages import cut, escape, moment
from prompts.words import fixed, say
from storage import people, settings_kv
from storage.settings_kv import Setting

ROW = fixed("• {what}: {value} ({source})")
HEARD = {
    channels.MENTION: fixed("what mentions me"),
    channels.THREADS: fixed("what mentions me, and replies in threads where I was spoken to"),
    channels.ALL: fixed("replies in threads where I was spoken to; of what begins a thread I offer to track problems"),
}
MAY = {
    channels.READS: fixed("I only look things up"),
    channels.OWN: fixed("I change what is ours, and nothing on GitHub"),
    channels.EVERY: fixed("all that who asks may do"),
}
WHO = {channels.GUESTS: fixed("guests"), channels.EXTERNAL: fixed("external")}
USUAL, NONE = fixed("as usual"), fixed("none")
LONGEST = 600  # characters of instructions that are shown
Rows = Mapping[str, Setting]


async def shown(desk: Desk, here: str) -> str:
    """The page, for whoever asks in the channel."""
    rows = {row.key: row for row in await settings_kv.of_scope(desk.tx, here)}
    lines = [
        await _team(desk, here, rows),
        await _allowed(desk, here, rows),
        await _level(desk, rows, say("heard"), channels.FOLLOW, await channels.follows(desk.tx, here), HEARD),
        await _language(desk, rows),
        await _repository(desk, here, rows),
        await _level(desk, rows, say("tools"), channels.TOOLS, await channels.tools_in(desk.tx, here), MAY),
        await _approvals(desk, here, rows),
        await _words(desk, rows, say("instructions"), channels.INSTRUCTIONS),
        await _words(desk, rows, say("bots that are heard"), channels.BOTS),
        _row(say("coding agents"), ", ".join(await agents_of(desk, here)) or say(NONE), "`channel delegate`"),
        await _digest(desk, here, rows),
        await _muted(desk, rows),
    ]
    return "\n".join([say("*What applies in {channel}*", channel=f"<#{here}>"), *lines])


def _row(what: str, value: str, source: str) -> str:
    return say(ROW, what=what, value=value, source=source)


async def _source(desk: Desk, rows: Rows, key: str, otherwise: str) -> str:
    """Who has set it here; else where it comes from."""
    row = rows.get(key)
    if row is None:
        return otherwise
    kind, _, number = row.set_by.partition(":")
    if kind == "person" and number.isdecimal():
        return say("set here by @{who}", who=escape((await people.get(desk.tx, int(number))).name))
    return say("set here")


async def _team(desk: Desk, here: str, rows: Rows) -> str:
    team = await channels.home_team(desk, here)
    own = say("it is this team's own channel") if team else f"`channel team` {say('sets one')}"
    return _row(say("team"), escape(team.name) if team else say(NONE), await _source(desk, rows, channels.TEAM, own))


async def _allowed(desk: Desk, here: str, rows: Rows) -> str:
    allowed = await channels.allowed(desk, here)
    who = ", ".join(say(WHO[one]) for one in sorted(allowed & WHO.keys())) or say("nobody")
    if await channels.is_closed_to_agent(desk, here):
        who = say("{who}; I take no requests here until `channel allow agent`", who=who)
    source = await _source(desk, rows, channels.ALLOW, "CHARGEHAND_ALLOW_GUESTS")
    return _row(say("from elsewhere may report"), who, source)


async def _level(desk: Desk, rows: Rows, what: str, key: str, level: str, words: Mapping[str, str]) -> str:
    return _row(what, f"`{level}`, {say(words[level])}", await _source(desk, rows, key, say(USUAL)))


async def _language(desk: Desk, rows: Rows) -> str:
    row = rows.get(LANGUAGE)
    source = await _source(desk, rows, LANGUAGE, "CHARGEHAND_LANGUAGE")
    return _row(say("language"), f"`{row.value if row else desk.settings.language}`", source)


async def _repository(desk: Desk, here: str, rows: Rows) -> str:
    """Where one is set it is named only to those who may know of it."""
    what = say("repository")
    try:
        which = await repository_for(desk, HERE, ticket_id=None)
    except UserError:
        return _row(what, say(NONE), f"`channel repo` {say('sets one')}")
    is_set = rows.get(channels.REPO) and int(rows[channels.REPO].value) == which.row.id
    source = await _source(desk, rows, channels.REPO, which.why) if is_set else which.why
    return _row(what, escape(which.row.full_name), source)


async def _approvals(desk: Desk, here: str, rows: Rows) -> str:
    level = await channels.approvals_in(desk, here)
    row = rows.get(channels.APPROVALS)
    is_own = row is not None and row.value == level
    source = await _source(desk, rows, channels.APPROVALS, "") if is_own else "CHARGEHAND_APPROVALS"
    return _row(say("approvals"), f"`{level}`", source)


async def _words(desk: Desk, rows: Rows, what: str, key: str) -> str:
    row = rows.get(key)
    return _row(what, cut(row.value, LONGEST) if row else say(NONE), await _source(desk, rows, key, say(USUAL)))


async def _digest(desk: Desk, here: str, rows: Rows) -> str:
    found = await next_of(desk, here)
    value = say("next one {at}", at=moment(found[1])) if found else say("off")
    return _row(say("digest"), value, await _source(desk, rows, channels.DIGEST, say(USUAL)))


async def _muted(desk: Desk, rows: Rows) -> str:
    is_muted = channels.MUTE in rows and rows[channels.MUTE].value == channels.ON
    value = say("I post nothing here that nobody asked for") if is_muted else say("on")
    return _row(say("posts that nobody asked for"), value, await _source(desk, rows, channels.MUTE, say(USUAL)))
