"""How a person stands to being told of a ticket now: their mutes, their hours and absence, their last nudge."""

from datetime import datetime

from agent.attention import APART, Sort, Standing, Verdict, decide
from agent.calendar.opening import next_open
from agent.calendar.whose import calendar_of, scopes_of_person
from agent.desk import Desk
from storage import absences, calendars, mutes, notices, settings_kv
from storage.mutes import Mute
from storage.people import Person
from storage.tickets import Ticket

WAKE = "wake_for_critical"  # key of settings_kv, in the scope person:<id>
ON = "on"
MUTED = {"ticket": "the ticket", "person": "who did it", "team": "its team"}


async def judge(desk: Desk, ticket: Ticket, person: Person, sort: Sort, *, digest: str = "") -> Verdict:
    """What becomes of a notice of this sort about a ticket.

    Args:
        digest: why it is to wait for the daily digest, if it is.
    """
    until, quiet = (None, "") if digest else await quiet_until(desk, person)
    is_critical = ticket.priority == "critical"
    standing = Standing(
        mute=await _mute(desk, ticket, person) if sort.can_be_muted else "",
        digest=digest,
        quiet_until=until,
        quiet=quiet,
        is_critical=is_critical,
        wakes=until is not None and is_critical and await _wakes(desk, person),
        nudged_at=await _nudged_at(desk, person, sort) if sort.is_capped else None,
    )
    return decide(sort, standing, now=desk.now)


async def quiet_until(desk: Desk, person: Person) -> tuple[datetime | None, str]:
    """Until when somebody is to be left alone, and why; hours that nobody has set keep nothing back."""
    scopes = await scopes_of_person(desk.tx, person.id)
    has_hours = any(row.week is not None for row in await calendars.rows(desk.tx, scopes))
    absence = (await absences.at(desk.tx, [person.id], now=desk.now)).get(person.id)
    back = absence.ends if absence else desk.now
    until = next_open(await calendar_of(desk.tx, desk.settings, scopes), back) if has_hours else back
    if until <= desk.now:
        return None, ""
    return until, "they are away" if absence else "it is outside their hours"


async def _wakes(desk: Desk, person: Person) -> bool:
    return await settings_kv.get(desk.tx, calendars.of_person(person.id), WAKE) == ON


async def _nudged_at(desk: Desk, person: Person, sort: Sort) -> datetime | None:
    return await notices.last_told(desk.tx, person.id, sort=sort.name, now=desk.now, within=APART)


async def _mute(desk: Desk, ticket: Ticket, person: Person) -> str:
    doer_id = desk.actor.person_id if desk.actor else ticket.reporter_id
    mute = await mutes.holding(
        desk.tx, person.id, ticket_id=ticket.id, team_id=ticket.team_id, doer_id=doer_id, now=desk.now
    )
    return _muted(mute) if mute else ""


def _muted(mute: Mute) -> str:
    whose = "they" if mute.person_id else "a manager"
    return f"{whose} muted {MUTED[mute.kind]}"
