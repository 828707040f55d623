"""`channel show`, `channel team Payments`, `channel follow threads`, `channel mute` …: what holds in this channel."""

import re

from agent.calendar.owner import team_named_first
from agent.channels import settings as channels
from agent.channels.shown import shown
from agent.channels.welcome import renew
from agent.channels.wishes import WISHES
from agent.commands.verb import Reply, Said, Slot, Verb, text_reply
from agent.desk import Desk
from agent.digest.channel import CHANNEL_DIGEST, ON, next_of, plan_next
from agent.github.delegation import agents_of, set_prefix
from agent.github.which import repository_for
from agent.language import LANGUAGE
from bot.errors import UserError
from bot.messages import escape, moment
from bot.settings.kinds import time_of_day
from prompts.words import LANGUAGES, fixed, say
from storage import reminders, settings_kv
from storage.channels import known

DEFAULT, SHOW = "default", {"show", "zeig", "zeige"}
WORDS = {"gäste": channels.GUESTS, "externe": channels.EXTERNAL, "niemand": channels.NOBODY}
SAID = {channels.GUESTS: fixed("guests"), channels.EXTERNAL: fixed("external")}


async def channel(desk: Desk, said: Said) -> Reply:
    """Show what holds in the channel where it is said, or change one thing."""
    if desk.place is None or desk.place.is_dm or not desk.place.channel_id:
        raise UserError(say("Say this in the channel that it is about."))
    here = desk.place.channel_id
    act, _, rest = said.text.partition(" ")
    act = act.casefold()
    if wish := WISHES.get(act):
        await wish(desk, here, rest)
    if wish or act in SHOW:
        return text_reply(await shown(desk, here), is_private=True)
    await _set(desk, here, act, rest)
    return text_reply(await _shown(desk, here), is_private=True)


async def _set(desk: Desk, here: str, act: str, rest: str) -> None:
    match act:
        case "team":
            await _set_team(desk, here, " ".join(rest.split()))
            await renew(desk, here)
        case "allow":
            await _allow(desk, here, rest)
        case "mute" | "stumm":
            await _mute(desk, here, is_muted=True)
        case "unmute" | "laut":
            await _mute(desk, here, is_muted=False)
        case "language" | "sprache":
            await _set_language(desk, here, rest.strip().casefold())
        case "digest":
            await _set_digest(desk, here, rest.casefold())
        case "delegate":
            await _set_delegate(desk, here, rest)


async def _set_team(desk: Desk, here: str, words: str) -> None:
    """Managers say it of their team; to take a team away is for those of the team that has it."""
    is_taken = words.casefold() == DEFAULT
    had = await channels.home_team(desk, here)
    named, rest = (await channels.team_of(desk, here), "") if is_taken else await team_named_first(desk, words)
    if rest:
        raise UserError(say("There is no team “{words}”. `team` lists them.", words=escape(words[:40])))
    if had and named and had.id != named.id:
        await desk.check_team(had, doing=say("take a channel from {team}", team=escape(had.name)))
    if named:
        await desk.check_team(named, doing=say("say of a channel that it is {team}'s", team=escape(named.name)))
        await channels.keep(desk, here, channels.TEAM, None if is_taken else str(named.id))


async def _allow(desk: Desk, here: str, words: str) -> None:
    desk.check_admin(doing=say("let people from elsewhere into a channel"))
    said = {WORDS.get(word, word) for word in re.split(r"[\s,]+", words.strip().casefold())}
    if len(said) > 1 and said & {channels.NOBODY, DEFAULT}:
        how = fixed("Write `channel allow guests`, `external`, `agent`, several of them, `nobody` or `default`.")
        raise UserError(say(how))
    await channels.keep(desk, here, channels.ALLOW, None if said == {DEFAULT} else " ".join(sorted(said)))


async def _set_language(desk: Desk, here: str, word: str) -> None:
    """For those who manage the team of the channel; where it has none, for admins."""
    await channels.check_voice(desk, here, doing=say("say which language I speak in this channel"))
    if word not in {*LANGUAGES, DEFAULT}:
        raise UserError(
            say("“{word}” is no language that I speak: write `channel language de` or `en`.", word=escape(word[:20]))
        )
    await channels.keep(desk, here, LANGUAGE, None if word == DEFAULT else word)


async def _mute(desk: Desk, here: str, *, is_muted: bool) -> None:
    """For those who manage the team of the channel; where it has none, for admins."""
    await channels.check_voice(desk, here, doing=say("say how loud I am in this channel"))
    await channels.keep(desk, here, channels.MUTE, channels.ON if is_muted else None)


async def _set_digest(desk: Desk, here: str, words: str) -> None:
    """Managers of its team say whether, and at what time of day, the channel gets one."""
    team = await channels.home_team(desk, here)
    if team is None:
        raise UserError(say("This channel is no team's: `channel team TEAM` first."))
    await desk.check_team(team, doing=say("set the digest of a channel of {team}", team=escape(team.name)))
    word = words.removeprefix("on at ").removeprefix("at ").strip()
    value = {"on": ON, "an": ON, "off": None, "aus": None}.get(word, word)
    if value not in {ON, None}:
        value = _time(word)
    await channels.keep(desk, here, channels.DIGEST, value)
    await reminders.cancel_of_channel(desk.tx, here, kind=CHANNEL_DIGEST)
    await plan_next(desk, here)


async def _set_delegate(desk: Desk, here: str, words: str) -> None:
    """Which coding agent is given work in a repository from here."""
    await channels.check_voice(desk, here, doing=say("say which coding agent is given work from this channel"))
    name, _, prefix = words.strip().partition(" ")
    which = await repository_for(desk, name, ticket_id=None)
    await set_prefix(desk, here, which.row, prefix)


def _time(words: str) -> str:
    try:
        return time_of_day(words)
    except ValueError:
        raise UserError(
            say("“{words}” is no time of day: write `channel digest on at 08:30`.", words=escape(words[:20]))
        ) from None


async def _shown(desk: Desk, here: str) -> str:
    named = await channels.home_team(desk, here)
    team = say("its team is {team}", team=escape(named.name)) if named else say("no team is named for it")
    allowed = sorted(await channels.allowed(desk, here) & SAID.keys())
    who = say(" and ").join(say(SAID[one]) for one in allowed) or say("nobody")
    is_muted = await settings_kv.get(desk.tx, here, channels.MUTE) == channels.ON
    muted = say(" I post nothing here that nobody asked for.") if is_muted else ""
    row = await known(desk.tx, desk.workspace_id, here)
    shared = say(" It is shared with another organisation.") if row and row.is_shared else ""
    rests = say(" All of it rests since {since}.", since=moment(row.rests_since)) if row and row.rests_since else ""
    found = await next_of(desk, here)
    digest = say(" Its next digest comes {at}, unless there is nothing to say.", at=moment(found[1])) if found else ""
    own = await settings_kv.get(desk.tx, here, LANGUAGE)
    language = say(" I speak `{language}` here.", language=own) if own else ""
    told = say("<#{here}>: {team}; from elsewhere {who} may report.", here=here, team=team, who=who)
    named_agents = ", ".join(await agents_of(desk, here))
    agents = say(" Coding agents: {agents}.", agents=named_agents) if named_agents else ""
    return f"{told}{language}{muted}{shared}{rests}{digest}{agents}"


VERB = Verb(
    name="channel",
    takes=(Slot.CHANNEL,),
    summary=fixed("show or set what applies in a channel: its team, what I hear, may do and am told there, and more"),
    example="channel team Payments",
    another="channel allow guests",
    action="profile",
    who=fixed("everyone to look; who and which bots are let in: admins; all else: its managers"),
    act=channel,
    german=("kanal",),
    no_inverse=(
        "`channel team default`, `channel allow default`, `channel digest off`, `channel language default`, "
        "`channel delegate … off`, `channel unmute`, `default` behind the others take it back"
    ),
)
