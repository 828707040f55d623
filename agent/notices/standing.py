"""How a person stands to being told of a ticket now: their mutes, their hours and absence, their last nudge."""

from datetime import datetime
from typing import TypedDict

from agent.calendar.opening import Calendar, is_open, next_open, next_shut
from agent.calendar.week import read_week
from agent.calendar.whose import calendar_of_person, chosen_hours
from agent.desk import Desk
from agent.notices.attention import APART, CAPPED, Sort, Standing, Verdict, decide
from bot.messages import escape, mention
from bot.settings import Settings
from prompts.words import fixed, say
from storage import absences, calendars, mutes, notices, settings_kv
from storage.database import Tx
from storage.mutes import Mute
from storage.people import Person
from storage.tickets import Ticket

# Keys of settings_kv in the scope person:<id>; a digest's time is a time of day as in 08:30, or off.
WAKE, QUIET, DIGEST_TIME = "wake_for_critical", "quiet", "digest.time"
ON, OFF = "on", "off"
AWAY, OFF_IN_SLACK = fixed("they are away"), fixed("they have notifications off in Slack")
OUTSIDE, DAY_OFF = fixed("it is outside their hours"), fixed("it is a day off of theirs")
WANTS_QUIET = fixed("they want quiet at this time")
FOR_ALL_TO_KNOW = (
    AWAY,
    OFF_IN_SLACK,
    OUTSIDE,
    DAY_OFF,
)  # so do other messages, to whoever asks who could be given a ticket
PATIENCE = 14  # openings: who wants quiet in all of their hours is told at the end of one
MUTED = {
    "ticket": fixed("they muted the ticket"),
    "person": fixed("they muted who did it"),
    "team": fixed("they muted its team"),
}
MUTED_FOR_ALL = {"ticket": fixed("a manager muted the ticket"), "team": fixed("a manager muted its team")}


class About(TypedDict):
    """What a mute may be of."""

    ticket_id: int
    team_id: int | None
    doer_id: int | None
    now: datetime


async def judge(desk: Desk, ticket: Ticket | None, person: Person, sort: Sort, *, digest: str = "") -> Verdict:
    """What becomes of a notice of this sort about a ticket, or about none.

    Args:
        digest: why it is to wait for the daily digest, if it is.
    """
    if digest and not await gets_digest(desk, person):
        digest = ""  # it would wait for ever
    until, quiet = (None, "") if digest else await quiet_until(desk, person)
    is_critical = ticket is not None and ticket.priority == "critical"
    standing = Standing(
        mute=await _mute(desk, ticket, person) if ticket and sort.can_be_muted else "",
        digest=digest,
        quiet_until=until,
        quiet=quiet,
        is_critical=is_critical,
        wakes=until is not None and is_critical and await _wakes(desk, person),
        nudged_at=await _nudged_at(desk, person, sort) if sort.is_capped else None,
    )
    return decide(sort, standing, now=desk.now)


async def judge_alone(desk: Desk, person: Person, sort: Sort, *, doer_id: int) -> Verdict:
    """What becomes of a notice that is about no ticket, of what this person did."""
    until, quiet = await quiet_until(desk, person)
    mute = await mutes.holding(desk.tx, person.id, ticket_id=0, team_id=None, doer_id=doer_id, now=desk.now)
    standing = Standing(mute=_muted(mute) if mute else "", quiet_until=until, quiet=quiet)
    return decide(sort, standing, now=desk.now)


async def quiet_until(desk: Desk, person: Person) -> tuple[datetime | None, str]:
    """Until when somebody is to be left alone, and why (a fixed text); hours that nobody has set keep nothing back."""
    until, reasons = await _quiet(desk, person)
    return (until, reasons[0]) if until > desk.now else (None, "")


async def _quiet(desk: Desk, person: Person) -> tuple[datetime, list[str]]:
    """Until when, and all the reasons that hold now (fixed texts), the first of them first."""
    hours, quiet = await _hours(desk, person)
    absence = (await absences.at(desk.tx, [person.id], now=desk.now)).get(person.id)
    rest = desk.rests.get(person.slack_id)
    back = absence.ends if absence else desk.now
    heard = max(back, rest.ends) if rest and rest.starts <= desk.now else back
    is_shut = hours is not None and not is_open(hours, desk.now)
    holding = (
        (AWAY, absence is not None),
        (_why_shut(hours, desk.now) if hours else OUTSIDE, is_shut),
        (OFF_IN_SLACK, rest is not None and rest.starts <= desk.now < rest.ends),
        (WANTS_QUIET, quiet is not None and is_open(quiet, desk.now)),
    )
    return _in_reach(heard, hours, quiet), [reason for reason, holds in holding if holds]


def _why_shut(hours: Calendar, now: datetime) -> str:
    """Whether it is a holiday of theirs, or another time at which they do not work."""
    today = now.astimezone(hours.zone).date()
    works = any(shift.weekday == today.weekday() for shift in hours.week)
    return DAY_OFF if works and hours.day_off(today) is not None else OUTSIDE


async def in_the_way(desk: Desk, ticket: Ticket, person: Person, sort: Sort) -> list[str]:
    """All that keeps somebody from a notice of this sort now, as fixed texts, and not only what decides it."""
    muted = [_muted(one) for one in await mutes.all_holding(desk.tx, person.id, **_about(desk, ticket))]
    until, reasons = await _quiet(desk, person)
    wakes = ticket.priority == "critical" and await _wakes(desk, person)
    quiet = reasons if until > desk.now and not wakes else []
    is_capped = sort.is_capped and await _nudged_at(desk, person, sort) is not None
    return [*(muted if sort.can_be_muted else []), *quiet, *([CAPPED] if is_capped else [])]


async def _hours(desk: Desk, person: Person) -> tuple[Calendar | None, Calendar | None]:
    """When they work, and when they want quiet; None for what nobody has set."""
    hours = await chosen_hours(desk.tx, desk.settings, person.id)
    said = await settings_kv.get(desk.tx, calendars.of_person(person.id), QUIET)
    if said is None or said == OFF:
        return hours, None
    calendar = hours or await calendar_of_person(desk.tx, desk.settings, person.id)
    return hours, Calendar(zone=calendar.zone, week=read_week(said))


def _in_reach(moment: datetime, hours: Calendar | None, quiet: Calendar | None) -> datetime:
    """The first moment from this one on that is in their hours and not quiet."""
    for _ in range(PATIENCE):
        opens = next_open(hours, moment) if hours else moment
        moment = next_shut(quiet, opens) if quiet else opens
        if moment == opens:
            break
    return moment


def off_for_all(settings: Settings) -> str:
    """That nobody is reminded of anything, as a sentence; empty while they are."""
    text = fixed("Reminders are off for everybody (`CHARGEHAND_REMINDERS`): what you asked for comes once they are on.")
    return "" if settings.reminders else say(text)


async def gets_digest(desk: Desk, person: Person) -> bool:
    """Whether a digest will come to somebody at all."""
    return desk.settings.reminders and await digest_time(desk.tx, desk.settings, person.id) != OFF


async def digest_time(tx: Tx, settings: Settings, person_id: int) -> str:
    """At what time of day somebody wants their daily digest."""
    own = await settings_kv.get(tx, calendars.of_person(person_id), DIGEST_TIME)
    return settings.digest_time if own is None else own


async def called(desk: Desk, person: Person) -> str:
    """How a post names somebody: so that Slack notifies them, or by name alone while they are to be left alone."""
    until, _ = await quiet_until(desk, person)
    return f"@{escape(person.name)}" if until else mention(person.slack_id)


async def _wakes(desk: Desk, person: Person) -> bool:
    return await settings_kv.get(desk.tx, calendars.of_person(person.id), WAKE) == ON


async def _nudged_at(desk: Desk, person: Person, sort: Sort) -> datetime | None:
    return await notices.last_told(desk.tx, person.id, sort=sort.name, now=desk.now, within=APART)


async def _mute(desk: Desk, ticket: Ticket, person: Person) -> str:
    mute = await mutes.holding(desk.tx, person.id, **_about(desk, ticket))
    return _muted(mute) if mute else ""


def _about(desk: Desk, ticket: Ticket) -> About:
    """What a mute may be of, where this work is about a ticket."""
    doer_id = desk.actor.person_id if desk.actor else ticket.reporter_id
    return {"ticket_id": ticket.id, "team_id": ticket.team_id, "doer_id": doer_id, "now": desk.now}


def _muted(mute: Mute) -> str:
    return (MUTED if mute.person_id else MUTED_FOR_ALL)[mute.kind]
