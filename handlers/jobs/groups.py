"""Who is in the linked groups is read every night, and when somebody asks; who manages them hears what differs."""

from collections.abc import Sequence
from dataclasses import dataclass

from agent.desk import Desk
from agent.language import of_person, of_place
from agent.notices import notify
from agent.notices.attention import LIST
from agent.people.admit import remember
from agent.people.groups import drift_of, team_of, told, written
from bot.channel_events import SlackUsergroup
from bot.github.failures import CallFailed as GitHubFailed
from bot.github.teams import team_members
from bot.messages import escape
from bot.slack.client import CallFailed
from bot.slack.directory import Profile
from bot.slack.usergroups import SCOPE, usergroup_handles, usergroup_members
from bot.worker import Run
from handlers.context import Context
from handlers.jobs.asked import event_of, system_desk
from prompts.words import say, speaking
from storage import group_links, notices, people, repositories
from storage.group_links import GroupLink
from storage.people import Person


@dataclass(frozen=True, kw_only=True)
class _Read:
    """Both sides of a link as they are now, or why they could not be read; `new` are people nobody knew here."""

    here: Sequence[str] = ()
    there: Sequence[str] = ()
    usergroup_name: str = ""
    source_name: str = ""
    problem: str = ""
    new: Sequence[Profile] = ()


async def groups(ctx: Context, run: Run) -> None:
    """Read the linked groups, all or the one that is asked about; each difference is told once."""
    async with ctx.db.read() as tx:
        links = await group_links.every(tx)
    asked = run.job.args.get("link_id")
    found = {link.id: await _read(ctx, link) for link in links if asked in {None, link.id}}
    async with run.finishing() as tx:
        desk = system_desk(ctx, run, tx)
        for link_id, read in found.items():
            if link := await group_links.get(tx, link_id):
                await _keep(ctx, desk, link, read)
                await _tell(desk, link, slack_id=str(run.job.args.get("slack_id") or ""))


async def usergroup(ctx: Context, run: Run) -> None:
    """Read again who is in the links of a Slack group that changed; what differs is told at night."""
    event, _ = await event_of(ctx, run, SlackUsergroup)
    async with ctx.db.read() as tx:
        links = [link for link in await group_links.every(tx) if event.usergroup_id in link.usergroups]
    found = {link.id: await _read(ctx, link) for link in links}
    async with run.finishing() as tx:
        for link_id, read in found.items():
            if link := await group_links.get(tx, link_id):
                await _keep(ctx, system_desk(ctx, run, tx), link, read)


async def _read(ctx: Context, link: GroupLink) -> _Read:
    try:
        handles = await usergroup_handles(ctx.client) if link.usergroups else {}
        there = await usergroup_members(ctx.client, link.usergroup_id) if link.usergroup_id else []
        here = await _members(ctx, link)
    except (CallFailed, GitHubFailed) as failed:
        if not failed.is_final and "no_such_subteam" not in failed.code:
            raise
        return _Read(problem=_problem(link, failed))
    return _Read(
        here=here,
        there=there,
        usergroup_name=handles.get(link.usergroup_id or "", ""),
        source_name=handles.get(link.source, ""),
        new=await _unknown(ctx, [*there, *([] if link.is_github else here)]),
    )


async def _members(ctx: Context, link: GroupLink) -> list[str]:
    if not link.is_github:
        return await usergroup_members(ctx.client, link.source)
    owner = link.name.partition("/")[0].casefold()
    async with ctx.db.read() as tx:
        known = [one for one in await repositories.all_known(tx) if one.owner.casefold() == owner]
    installation_id = next((one.installation_id for one in known if one.installation_id), None)
    return await team_members(ctx.github, link.name, installation_id=installation_id)


async def _unknown(ctx: Context, slack_ids: Sequence[str]) -> list[Profile]:
    async with ctx.db.read() as tx:
        strangers = [one for one in slack_ids if await people.by_slack_id(tx, ctx.workspace_id, one) is None]
    return [await ctx.directory.profile(one) for one in strangers]


def _problem(link: GroupLink, failed: CallFailed | GitHubFailed) -> str:
    """In words, with what would help."""
    if isinstance(failed, CallFailed) and failed.code.startswith("missing_scope"):
        return f"Slack does not let me read groups: the app lacks the scope {SCOPE} (`doctor` says how it gets it)"
    if isinstance(failed, CallFailed):
        return f"Slack says {failed.code}"
    needs = "as a member of the organisation, or with the permission to read its members"
    return f"GitHub shows me no such team ({failed.code}): I have to ask {needs}"


async def _keep(ctx: Context, desk: Desk, link: GroupLink, read: _Read) -> None:
    for profile in read.new:
        if not profile.is_bot:
            await remember(desk, profile)
    link.problem = read.problem
    if read.problem:
        return
    link.here, link.there, link.read_at = list(read.here), list(read.there), desk.now
    link.usergroup_name = read.usergroup_name or link.usergroup_name
    link.name = read.source_name or link.name
    await desk.tx.flush()


async def _tell(desk: Desk, link: GroupLink, *, slack_id: str) -> None:
    """Who asked hears how it stands; at night who manages the team, of what they were not told before."""
    drift = await drift_of(desk, link)
    mark = link.problem or (drift.mark if drift.is_any else "")
    is_new, link.reported = mark != link.reported, mark
    if not slack_id and not (mark and is_new):
        return
    key = f"group:{link.id}:{desk.key}"
    if slack_id:
        with speaking(await of_place(desk, slack_id)):
            said = await told(desk, link)
        await notify.tell_channel(desk, None, slack_id, said.text, key=f"{key}:{slack_id}", buttons=said.buttons)
        return
    for manager in await _managers(desk, link):
        await _tell_manager(desk, link, manager, key=f"{key}:{manager.slack_id}")


async def _tell_manager(desk: Desk, link: GroupLink, manager: Person, *, key: str) -> None:
    """Now, or when it suits them: among other things that were held back there is no button, so it says the command."""
    with speaking(await of_person(desk, manager.id)):
        said = await told(desk, link)
        await notify.tell(desk, None, manager, said.text, key=key, sort=LIST, buttons=said.buttons)
        if said.buttons:
            how = say("`group apply {group}` makes it good.", group=escape(written(link)))
            await notices.reword(desk.tx, key, f"{said.text}\n{how}")


async def _managers(desk: Desk, link: GroupLink) -> list[Person]:
    team = await team_of(desk, link)
    return await people.in_charge(desk.tx, team.id if team else None)
