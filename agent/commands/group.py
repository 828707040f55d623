"""`group link acme/platform Platform`: a team of GitHub, or a group of Slack, stands for a team."""

from collections.abc import Awaitable, Callable

from agent.calendar.owner import team_named_first
from agent.commands.verb import Reply, Said, Slot, Verb, text_reply
from agent.commands.vocabulary import first_word
from agent.desk import Desk
from agent.people.groups import apply, drift_of, named_source, named_usergroup, other_side, team_of, the_link, told
from bot.errors import UserError
from bot.messages import Message, escape, moment
from prompts.words import fixed, say
from storage import group_links, queue
from storage.group_links import GroupLink

JOB = "groups"
NONE_YET = fixed("No group is linked yet. For example `group link acme/platform Platform`.")
GERMAN = {"liste": "list", "verbinde": "link", "trenne": "unlink", "anwenden": "apply"}


async def group(desk: Desk, said: Said) -> Reply:
    """List the links, or make, end or apply one."""
    act, rest = first_word(said.text, GERMAN)
    return await ACTS[act or "list"](desk, rest)


async def _list(desk: Desk, words: str) -> Reply:
    lines = [await _line(desk, link) for link in await group_links.every(desk.tx)]
    return _alone("\n".join(lines) or say(NONE_YET))


async def _line(desk: Desk, link: GroupLink) -> str:
    names = f"• {escape(link.name)} → {await other_side(desk, link)}"
    if link.problem or link.read_at is None:
        return say("{sides}: not compared, {why}", sides=names, why=link.problem or say("it is being read"))
    drift = await drift_of(desk, link)
    differ = fixed("{missing} missing, {extra} too many")
    odd = say(differ, missing=len(drift.missing), extra=len(drift.extra)) if drift.is_any else say("they agree")
    unknown = len(drift.strangers) + len(drift.unproven)
    left_out = say(", {count} not linked", count=unknown) if unknown else ""
    return f"{names}: {odd}{left_out}" + say(" (read {at})", at=moment(link.read_at))


async def _link(desk: Desk, words: str) -> Reply:
    source, name, rest = named_source(words)
    team = None
    if usergroup := named_usergroup(rest):
        desk.check_admin(doing=say("link groups with groups"))
        if usergroup[0] == source:
            raise UserError(say("That is the same group twice."))
    else:
        team, more = await team_named_first(desk, rest)
        if more:
            neither = fixed("“{words}” is neither a team nor a group: `group link {group} TEAM`.")
            raise UserError(say(neither, words=escape(rest[:60]), group=escape(name)))
        if "/" in source:  # the token may see more teams of GitHub than the managers here
            desk.check_admin(doing=say("link teams of GitHub"))
        await desk.check_team(team, doing=say("say who stands for {team}", team=escape(team.name)))
    if "/" in source and not desk.settings.acts_on_github:
        raise UserError(
            say("GITHUB_TOKEN is not set (nor GITHUB_APP_ID with GITHUB_PRIVATE_KEY): there is nobody to ask as.")
        )
    if known := await group_links.of_source(desk.tx, desk.workspace_id, source):
        other = await other_side(desk, known)
        already = fixed("{group} is linked with {other} already. `group unlink {group}` ends it.")
        raise UserError(say(already, group=escape(known.name), other=other))
    link = GroupLink(workspace_id=desk.workspace_id, source=source, name=name, created_at=desk.now)
    link.team_id = team.id if team else None
    link.usergroup_id, link.usergroup_name = usergroup or (None, "")
    desk.tx.add(link)
    await desk.tx.flush()
    desk.audit("link", "group", link.id, before={}, after=_recorded(link))
    await _ask_to_read(desk, link)
    linked = fixed("{group} is linked with {other}. I compare them now, and write to you.")
    return _alone(say(linked, group=escape(name), other=await other_side(desk, link)))


async def _ask_to_read(desk: Desk, link: GroupLink) -> None:
    """Have both sides read now, for who asked."""
    args = {"link_id": link.id, "slack_id": desk.actor.slack_id if desk.actor else ""}
    await desk.put(JOB, args, key=f"group:{link.id}", dedupe_key=f"{JOB}:{link.id}:{desk.key}", priority=queue.EVENT)


def _recorded(link: GroupLink) -> dict[str, str | int | None]:
    return {"group": link.name, "team": link.team_id, "usergroup": link.usergroup_id}


async def _unlink(desk: Desk, words: str) -> Reply:
    source, name, _ = named_source(words)
    link = await the_link(desk, source, name)
    if team := await team_of(desk, link):
        await desk.check_team(team, doing=say("say who stands for {team}", team=escape(team.name)))
    else:
        desk.check_admin(doing=say("end the link of a group"))
    other = await other_side(desk, link)
    desk.audit("unlink", "group", link.id, before=_recorded(link), after={})
    await group_links.drop(desk.tx, link.id)
    return _alone(say("{group} stands for {other} no more; who is in it stays in it.", group=escape(name), other=other))


async def _apply(desk: Desk, words: str) -> Reply:
    source, name, seen = named_source(words)
    link = await the_link(desk, source, name)
    done = await apply(desk, link, seen=seen)
    if done is None:
        now = await told(desk, link)
        text = say("Who is in them has changed since, so nothing was done. {now}", now=now.text)
        return Reply(message=now.model_copy(update={"text": text}), is_private=True, settles=True)
    link.reported = ""
    return Reply(message=Message(text=done), is_private=True, settles=True)


def _alone(text: str) -> Reply:
    return text_reply(text, is_private=True)


ACTS: dict[str, Callable[[Desk, str], Awaitable[Reply]]] = {
    "list": _list,
    "link": _link,
    "unlink": _unlink,
    "apply": _apply,
}
VERB = Verb(
    name="group",
    takes=(Slot.GROUP,),
    summary=fixed("let a team of GitHub or a group of Slack stand for a team, see how they differ, and make that good"),
    example="group link acme/platform Platform",
    another="group apply acme/platform",
    action="profile",
    who=fixed("everyone to look; to link a team of GitHub: admins; to change: managers of the team"),
    act=group,
    also=("groups",),
    german=("gruppe",),
    no_inverse="`link` and `unlink` take each other back; after `apply`, `team member add` and `team member remove` do",
)
