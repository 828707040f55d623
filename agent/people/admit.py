"""Whoever speaks to Chargehand is known to it: name, e-mail, guest or not, as Slack says at the moment."""

from datetime import datetime, timedelta

from agent.calendar.whose import goes_by_slack
from agent.desk import Desk
from agent.people.leaving import left
from agent.people.moved import follow_hours
from bot.events import Actor
from bot.settings import Settings
from bot.slack.directory import Profile
from storage import people
from storage.database import Tx
from storage.people import Person


def is_stale(person: Person | None, *, now: datetime, settings: Settings) -> bool:
    """Whether Slack has to be asked again who this is: somebody who had left and speaks may be back."""
    fresh = timedelta(minutes=settings.people_fresh_minutes)
    if person is None or person.refreshed_at is None or not person.is_active:
        return True
    return person.refreshed_at + fresh < now


async def remember(desk: Desk, profile: Profile) -> Person:
    """Make or bring up to date the person of a profile; the settings name the first admins."""
    tx, now = desk.tx, desk.now
    person = await people.by_slack_id(tx, desk.workspace_id, profile.slack_id)
    was_active = person is not None and person.is_active
    has_moved = person is not None and profile.zone not in {"", person.zone}
    if person is None:
        person = Person(workspace_id=desk.workspace_id, slack_id=profile.slack_id, name=profile.name, created_at=now)
        tx.add(person)
    person.name = profile.name
    person.email = profile.email or person.email
    person.is_outsider, person.is_external = profile.is_outsider, profile.is_external
    person.is_active = profile.is_active
    person.zone = profile.zone or person.zone
    person.locale = profile.locale or person.locale
    person.refreshed_at = now
    emails = {profile.email.lower()} if profile.email else set()
    if {profile.slack_id, *emails} & desk.settings.admin_names:
        person.is_admin = True
    await tx.flush()
    if was_active and not person.is_active:
        await left(tx, person, now=now)
    elif has_moved and await goes_by_slack(tx, person.id):
        await follow_hours(desk, person)
    return person


async def actor_of(tx: Tx, person: Person) -> Actor:
    """The person as permissions see them."""
    return Actor(
        person_id=person.id,
        slack_id=person.slack_id,
        name=person.name,
        workspace_id=person.workspace_id,
        is_admin=person.is_admin,
        is_outsider=person.is_outsider,
        is_external=person.is_external,
        is_active=person.is_active,
        roles=await people.roles_of(tx, person.id),
    )
