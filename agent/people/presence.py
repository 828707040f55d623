"""A Slack status that means absence (a palm tree) is one, until it ends or is taken off.

Each is followed once: whoever is back before it ends, or forgets to take it off, is not away again because of it.
"""

from datetime import datetime, time, timedelta

from agent.calendar.whose import calendar_of_person
from agent.desk import Desk
from agent.notices.holding import hasten
from agent.people.leaving import go_away
from bot.slack.directory import Profile
from storage import absences, settings_kv
from storage.absences import Absence
from storage.audit import Change
from storage.calendars import of_person, person_of
from storage.database import Tx
from storage.people import Person

BY_STATUS = "status"
FOLLOWED = "followed_status"  # key of settings_kv, in the scope person:<id>: the emoji, and when it ends


async def follow_status(desk: Desk, person: Person, profile: Profile) -> None:
    """Begin, move or end the absence that somebody's status says, where it says another than before."""
    scope, ends = of_person(person.id), await _ends(desk, person, profile)
    status = f"{profile.status_emoji} {profile.status_ends or ''}" if ends else ""
    if status == (await settings_kv.get(desk.tx, scope, FOLLOWED) or ""):
        return
    await _remember(desk, scope, status)
    absence = await absences.by_source(desk.tx, person.id, BY_STATUS, now=desk.now)
    if absence is None and ends is not None:
        await _begin(desk, person, ends)
    elif absence is not None and ends is None:
        _move(desk, absence, desk.now, action="back")
        await desk.tx.flush()
        await hasten(desk, person)
    elif absence is not None and ends is not None and profile.status_ends and ends != absence.ends:
        _move(desk, absence, ends, action="away")  # one without an end stays with the day on which it was first read


async def people_followed(tx: Tx) -> set[int]:
    """Everybody whose status said an absence when it was read last."""
    return {person_of(scope) or 0 for scope, _ in await settings_kv.of_keys(tx, (FOLLOWED,))}


async def _remember(desk: Desk, scope: str, status: str) -> None:
    if status:
        await settings_kv.put(desk.tx, scope, FOLLOWED, status, workspace_id=desk.workspace_id)
    else:
        await settings_kv.drop(desk.tx, scope, FOLLOWED)


async def _begin(desk: Desk, person: Person, ends: datetime) -> None:
    is_away = person.id in await absences.at(desk.tx, [person.id], now=desk.now)
    absence = Absence(workspace_id=desk.workspace_id, person_id=person.id, starts=desk.now, ends=ends, source=BY_STATUS)
    desk.tx.add(absence)
    await desk.tx.flush()
    desk.audit("away", "person", person.id, before={}, after=_recorded(ends))
    if not is_away:
        await go_away(desk, person)


def _move(desk: Desk, absence: Absence, ends: datetime, *, action: str) -> None:
    before, absence.ends = _recorded(absence.ends), ends
    desk.audit(action, "person", absence.person_id, before=before, after=_recorded(ends))


def _recorded(ends: datetime) -> Change:
    return {"until": ends.isoformat(), "by": BY_STATUS}


async def _ends(desk: Desk, person: Person, profile: Profile) -> datetime | None:
    """When the status ends, one without an end with the day on which it is read; None when it means nothing."""
    if not profile.is_active or profile.status_emoji not in desk.settings.emoji_of_absence:
        return None
    if profile.status_ends:
        return profile.status_ends if profile.status_ends > desk.now else None
    zone = (await calendar_of_person(desk.tx, desk.settings, person.id)).zone
    tomorrow = desk.now.astimezone(zone).date() + timedelta(days=1)
    return datetime.combine(tomorrow, time(), zone)
