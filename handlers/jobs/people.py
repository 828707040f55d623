"""Slack says that a person changed: renamed, made a guest, deactivated; every night everybody known is read again."""

from dataclasses import replace

from agent.admins import tell_admins
from agent.desk import Desk
from agent.people.admit import remember
from agent.people.presence import follow_status, people_followed
from bot.events import SlackPerson
from bot.messages import escape
from bot.slack.directory import Profile
from bot.worker import Run
from handlers.context import Context
from handlers.jobs.asked import event_of, insiders_if_said, system_desk
from prompts.words import fixed, say
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
        changed = await remember(desk, profile)
        await follow_status(desk, changed, profile)


async def everybody(ctx: Context, run: Run) -> None:
    """Read everybody who is known again, and tell the admins what had changed unheard."""
    profiles = {profile.slack_id: profile for profile in await ctx.directory.everybody()}
    async with ctx.db.read() as tx:
        private = await tickets.private_channels(tx)
    insiders = await insiders_if_said(ctx, private)
    async with run.finishing() as tx:
        desk = replace(system_desk(ctx, run, tx), insiders=insiders)
        followed = await people_followed(tx)
        found = [
            await _put_right(desk, person, profile, is_followed=person.id in followed)
            for person in await people.everyone(tx)
            if (profile := profiles.get(person.slack_id))
        ]
        if told := [difference for difference in found if difference]:
            more = [say("and {count} more", count=len(told) - MOST)] if len(told) > MOST else []
            listed = ", ".join([*told[:MOST], *more])
            text = say("Slack knows of people what no event had told: {differences}.", differences=listed)
            await tell_admins(desk, text, key=f"people:{run.key}")


async def _put_right(desk: Desk, person: Person, profile: Profile, *, is_followed: bool) -> str:
    """Let somebody be as Slack has them; what was not so, in words."""
    difference = _difference(person, profile)
    if _is_changed(person, profile):
        await remember(desk, profile)
    if is_followed or profile.status_emoji in desk.settings.emoji_of_absence:
        own = replace(desk, key=f"{desk.key}:{person.id}")  # what it tells managers of each is a message
        await follow_status(own, person, profile)
    return difference


def _is_changed(person: Person, profile: Profile) -> bool:
    was = (person.name, person.is_active, person.is_outsider, person.is_external)
    told = (
        profile.email in {None, person.email},
        profile.zone in {"", person.zone},
        profile.locale in {"", person.locale},
    )
    return was != (profile.name, profile.is_active, profile.is_outsider, profile.is_external) or not all(told)


def _difference(person: Person, profile: Profile) -> str:
    """What is not as it was, in words."""
    name = f"@{escape(person.name)}"
    if person.is_active != profile.is_active:
        return say("{name} is back", name=name) if profile.is_active else say("{name} is deactivated", name=name)
    if person.is_outsider != profile.is_outsider:
        guest = fixed("{name} is a guest") if profile.is_outsider else fixed("{name} is no guest any more")
        return say(guest, name=name)
    if person.name != profile.name:
        return say("{name} is {now} now", name=name, now=f"@{escape(profile.name)}")
    if profile.email and person.email and person.email != profile.email:
        return say("{name} has another e-mail address", name=name)
    has_moved = person.zone and profile.zone and person.zone != profile.zone
    return say("{name} lives by {zone} now", name=name, zone=escape(profile.zone)) if has_moved else ""
