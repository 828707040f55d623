"""Slack says that a person changed: renamed, made a guest, deactivated; every night everybody known is read again."""

from dataclasses import replace

from agent.admins import tell_admins
from agent.admit import remember
from agent.presence import follow_status
from bot.events import SlackPerson
from bot.messages import escape
from bot.slack.directory import Profile
from bot.worker import Run
from handlers.context import Context
from handlers.jobs.asked import event_of, insiders_if_said, system_desk
from storage import people, tickets
from storage.people import Person

MOST = 20  # differences that are named


async def person(ctx: Context, run: Run) -> None:
    """Bring a known person up to date; strangers become known when they join or speak."""
    event, _ = await event_of(ctx, run, SlackPerson)
    async with ctx.db.read() as tx:
        if not event.has_joined and await people.by_slack_id(tx, ctx.workspace_id, event.user_id) is None:
            return
    profile = await ctx.directory.profile(event.user_id)
    async with ctx.db.read() as tx:
        private = await tickets.private_channels(tx)
    insiders = await insiders_if_said(ctx, private)
    async with run.finishing() as tx:
        if profile.is_bot:
            return
        desk = replace(system_desk(ctx, run, tx), insiders=insiders)
        changed = await remember(tx, ctx.workspace_id, profile, now=ctx.clock(), settings=ctx.settings)
        await follow_status(desk, changed, profile)


async def everybody(ctx: Context, run: Run) -> None:
    """Read everybody who is known again, and tell the admins what had changed unheard."""
    profiles = {profile.slack_id: profile for profile in await ctx.directory.everybody()}
    async with run.finishing() as tx:
        found = []
        for person in await people.everyone(tx):
            if (profile := profiles.get(person.slack_id)) and (difference := _difference(person, profile)):
                found.append(difference)
                await remember(tx, ctx.workspace_id, profile, now=ctx.clock(), settings=ctx.settings)
        if found:
            more = f", and {len(found) - MOST} more" if len(found) > MOST else ""
            text = f"Slack knows of people what no event had told: {', '.join(found[:MOST])}{more}."
            await tell_admins(system_desk(ctx, run, tx), text, key=f"people:{run.key}")


def _difference(person: Person, profile: Profile) -> str:
    """What is not as it was, in words."""
    name = f"@{escape(person.name)}"
    if person.is_active != profile.is_active:
        return f"{name} {'is back' if profile.is_active else 'is deactivated'}"
    if person.is_outsider != profile.is_outsider:
        return f"{name} is {'a guest' if profile.is_outsider else 'no guest any more'}"
    return f"{name} is @{escape(profile.name)} now" if person.name != profile.name else ""
