"""Repositories are connected, read and let go, as jobs: GitHub is asked, and whoever wanted it is told."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from agent.desk import Desk
from agent.github.connections import FINAL, LIMIT, PAUSED, ask_for_sync
from agent.github.repositories import as_told, seen
from agent.github.scan import Cursor, kept
from agent.language import of_person
from agent.notices.post import post
from bot.errors import Refused, TryLater
from bot.events import GitHubRepository
from bot.github.call import Call
from bot.github.failures import CallFailed
from bot.github.mailbox import add_events, add_hook, drop_hook, find_repository, hooks_at
from bot.github.payload import number
from bot.messages import Message
from bot.slack.history import own_channels
from bot.worker import Run
from handlers.context import Context
from handlers.jobs.asked import system_desk
from handlers.jobs.scan import scan
from handlers.wanted import SUBSCRIBED
from prompts.words import Phrase, phrase, say, speaking
from storage import people, repositories

BEGINNING = datetime(2000, 1, 1, tzinfo=UTC)  # older than GitHub
ADDRESS = "/webhooks/github"


async def connect(ctx: Context, run: Run) -> None:
    """Look a repository up at GitHub, give it a hook if that was asked for, and have it read."""
    args = run.job.args
    ctx = replace(ctx, github=ctx.github.for_a_person())
    try:
        channel_id = await _channel_id(ctx, str(args["channel"]))
        told = await find_repository(ctx.github, str(args["name"]))
        hook_id = await _hook(ctx, told) if args["wants_hook"] else None
    except Refused as refusal:
        await _refuse(ctx, run, str(refusal))
        return
    except CallFailed as failed:
        if not failed.is_final:
            raise
        await _refuse(ctx, run, phrase("GitHub says {code}.", code=failed.code))
        return
    async with run.finishing() as tx:
        desk = system_desk(ctx, run, tx)
        known = await seen(desk, told)
        known.channel_id = channel_id or known.channel_id
        known.tickets = args["tickets"] or known.tickets
        known.hook_id = hook_id or known.hook_id
        known.disconnected_at, known.is_gone = None, False
        after = {"by": args.get("by"), "channel": known.channel_id, "hook": known.hook_id, "tickets": known.tickets}
        after |= {"installation": known.installation_id}
        desk.audit("connect", "repository", known.id, before={}, after=after)
        await ask_for_sync(replace(desk, key=run.key), known)
        read = phrase(
            "{name} is connected; its issues are being read (`repo list` shows how far).", name=known.full_name
        )
        await _tell(desk, run, read)


async def _channel_id(ctx: Context, channel: str) -> str:
    """The id of what was named by its id, by `#name` or not at all."""
    if not channel.startswith("#"):
        return channel
    ours = {name: id_ for id_, name in (await own_channels(ctx.client)).items() if name}
    if channel[1:] not in ours:
        raise Refused(say("I am in no channel {channel}; `/invite @chargehand` there comes first.", channel=channel))
    return ours[channel[1:]]


async def _refuse(ctx: Context, run: Run, reason: Phrase | str) -> None:
    async with run.finishing() as tx:
        desk = system_desk(ctx, run, tx)
        why = phrase("{name} is not connected: {reason}", name=run.job.args["name"], reason=reason)
        desk.audit("refuse", "job", run.job.id, before={}, after={"reason": str(why)})
        await _tell(desk, run, why)


async def _hook(ctx: Context, told: GitHubRepository) -> int:
    """A hook that delivers to us and sends what we need; one that is there keeps the events it has besides."""
    url, secret = ctx.settings.public_url.rstrip("/") + ADDRESS, ctx.settings.github_webhook_secret
    assert secret is not None  # the command has checked
    home = f"/repos/{told.full_name}"
    ours = [hook for hook in await hooks_at(ctx.github, home, installation_id=told.installation_id) if hook.url == url]
    if not ours:
        return await add_hook(ctx.github, told, url=url, secret=secret.get_secret_value(), events=SUBSCRIBED)
    lacking = [event for event in SUBSCRIBED if not {event, "*"} & set(ours[0].events)]
    if lacking:
        await add_events(ctx.github, told, ours[0].hook_id, lacking)
    return ours[0].hook_id


async def sync(ctx: Context, run: Run) -> None:
    """Read the issues and pull requests of a repository that changed since the last time, oldest change first."""
    repository_id = int(run.job.args["repository_id"])
    try:
        start = await _begin(ctx, repository_id)
        state = str(run.job.args.get("state", "all"))
        await scan(ctx, run, repository_id, "issues", start=start, state=state)
    except CallFailed as failed:
        if failed.is_final:
            async with run.finishing() as tx:
                known = await repositories.get(tx, repository_id)
                known.sync_state, known.sync_note = "failed", FINAL.format(code=failed.code)[:200]
                unread = phrase("{name} is not read: {why}.", name=known.full_name, why=phrase(FINAL, code=failed.code))
                await _tell(system_desk(ctx, run, tx), run, unread)
            return
        await _pause(ctx, repository_id, seconds=failed.retry_after, why=LIMIT)
        raise
    except TryLater as later:
        await _pause(ctx, repository_id, seconds=later.after or None, why=str(later))
        raise
    async with run.finishing() as tx:
        known = await repositories.get(tx, repository_id)
        known.sync_state, known.sync_note = "done", ""


async def _begin(ctx: Context, repository_id: int) -> Cursor:
    """Say that it is being read, and about how much there is: issues and pull requests share their numbers."""
    async with ctx.db.read() as tx:
        known = await repositories.get(tx, repository_id)
    query = {"state": "all", "sort": "created", "direction": "desc", "per_page": "1"}
    call = Call("GET", f"/repos/{known.full_name}/issues", known.installation_id, query)
    there = await ctx.github.repository_by_id(as_told(known))
    newest = await ctx.github.ask(replace(call, url=f"/repos/{there.full_name}/issues"))
    async with ctx.db.write() as tx:
        row = await repositories.get(tx, repository_id)
        row.sync_state, row.sync_note = "running", ""
        row.expected = (number(newest[0], "number") if newest else 0) or 0
    return kept(known, "issues") or Cursor(since=BEGINNING)


async def _pause(ctx: Context, repository_id: int, *, seconds: float | None, why: str) -> None:
    if seconds is None:
        return
    until = ctx.clock() + timedelta(seconds=seconds)
    async with ctx.db.write() as tx:
        row = await repositories.get(tx, repository_id)
        row.sync_state, row.sync_note = "paused", PAUSED.format(at=f"{until:%H:%M}", why=why)


async def disconnect(ctx: Context, run: Run) -> None:
    """Take away the hook that `repo connect --hook` made."""
    async with ctx.db.read() as tx:
        known = await repositories.get(tx, int(run.job.args["repository_id"]))
    try:
        if known.hook_id:
            await drop_hook(ctx.github, as_told(known), known.hook_id)
    except CallFailed as failed:
        if not failed.is_final:
            raise
    async with run.finishing() as tx:
        (await repositories.get(tx, known.id)).hook_id = None


async def _tell(desk: Desk, run: Run, text: Phrase) -> None:
    """Whoever asked for it in Slack hears of it; the command line looks for itself."""
    slack_id = run.job.args.get("slack_id")
    if not slack_id:
        return
    person = await people.by_slack_id(desk.tx, desk.workspace_id, slack_id)
    with speaking(await of_person(desk, person.id if person else None)):
        message = Message(text=str(text))
    await post(desk, slack_id, message, key=f"{run.key}:told")
