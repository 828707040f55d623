"""Whose hours count: a person's own, what they left open their team's, then the workspace's, then the settings'.

Their clock is the one that Slack shows them, unless they set another: of their team they have the hours, not the zone.
"""

from collections.abc import Collection, Iterable, Sequence
from itertools import chain
from typing import NamedTuple
from zoneinfo import ZoneInfo

from agent.calendar.country import Region
from agent.calendar.opening import Calendar
from agent.calendar.week import USUAL, read_week
from bot.settings import Settings
from bot.zones import zone_if_known
from prompts.words import fixed, say
from storage import calendars, memberships, people
from storage.calendars import WORKSPACE, CalendarRow, CustomDay
from storage.database import Tx
from storage.people import Person

FROM_SLACK = fixed(" (as in Slack)")


class Hours(NamedTuple):
    """Somebody's calendar, and whether they, their team or the workspace set its week."""

    calendar: Calendar
    is_chosen: bool


async def hours_of(tx: Tx, settings: Settings, persons: Collection[Person]) -> dict[int, Hours]:
    """Person id -> their hours, read for all of them at once."""
    teams = await memberships.oldest_teams(tx, [one.id for one in persons])
    asked = {one.id: _scopes(one.id, teams.get(one.id)) for one in persons}
    every = list(dict.fromkeys(chain.from_iterable(asked.values())))
    rows, days = await calendars.rows(tx, every), await calendars.days_of(tx, every)
    found = {}
    for one in persons:
        scopes = asked[one.id]
        said = sorted((row for row in rows if row.scope in scopes), key=lambda row: scopes.index(row.scope))
        zone = _nearest_zone(scopes, said, of_slack=zone_if_known(one.zone))
        calendar = _together(settings, said, calendars.first_named(days, scopes), zone=zone)
        found[one.id] = Hours(calendar, is_chosen=any(row.week is not None for row in said))
    return found


async def calendar_of_person(tx: Tx, settings: Settings, person_id: int) -> Calendar:
    """A person's hours; who is in several teams and left something open has it from the one that is oldest."""
    return await calendar_of(tx, settings, await scopes_of_person(tx, person_id))


async def chosen_hours(tx: Tx, settings: Settings, person_id: int) -> Calendar | None:
    """A person's hours where they, their team or the workspace set a week; None while nobody chose any."""
    scopes = await scopes_of_person(tx, person_id)
    if not any(row.week is not None for row in await calendars.rows(tx, scopes)):
        return None
    return await calendar_of(tx, settings, scopes)


async def calendar_of_team(tx: Tx, settings: Settings, team_id: int) -> Calendar:
    """The hours of a team."""
    return await calendar_of(tx, settings, [calendars.of_team(team_id), WORKSPACE])


async def scopes_of_person(tx: Tx, person_id: int) -> list[str]:
    """Who is asked about a person's hours, the nearest first."""
    return _scopes(person_id, min(await people.roles_of(tx, person_id), default=None))


def _scopes(person_id: int, team_id: int | None) -> list[str]:
    return [calendars.of_person(person_id), *([calendars.of_team(team_id)] if team_id else []), WORKSPACE]


async def calendar_of(tx: Tx, settings: Settings, scopes: Sequence[str]) -> Calendar:
    """What these say together, the nearest first."""
    said = await calendars.rows(tx, scopes)
    days = await calendars.custom_days(tx, scopes)
    person_id = calendars.person_of(scopes[0])
    is_own = any(row.zone for row in said if row.scope == scopes[0])
    of_slack = await _zone_of_slack(tx, person_id) if person_id and not is_own else None
    return _together(settings, said, days, zone=_nearest_zone(scopes, said, of_slack=of_slack))


def _together(
    settings: Settings, said: Sequence[CalendarRow], days: Sequence[CustomDay], *, zone: ZoneInfo | None
) -> Calendar:
    """What rows say, the nearest first, and days of which each is there once."""
    return Calendar(
        zone=zone or ZoneInfo(settings.timezone),
        week=read_week(_nearest(row.week for row in said) or USUAL),
        region=_region(said),
        off=frozenset((row.day, row.name) for row in days if row.is_off),
        worked=frozenset(row.day for row in days if not row.is_off),
    )


def _nearest_zone(scopes: Sequence[str], said: Sequence[CalendarRow], *, of_slack: ZoneInfo | None) -> ZoneInfo | None:
    """The nearest that is set; a person's Slack comes right after what they set themselves, who are asked first."""
    own = next((row.zone for row in said if row.scope == scopes[0] and row.zone), None)
    name = own if own or of_slack else next((row.zone for row in said if row.zone), None)
    return ZoneInfo(name) if name else of_slack


async def _zone_of_slack(tx: Tx, person_id: int) -> ZoneInfo | None:
    """By which clock somebody's Slack goes, as far as it is known."""
    return zone_if_known((await people.get(tx, person_id)).zone)


async def goes_by_slack(tx: Tx, person_id: int) -> bool:
    """Whether somebody's zone is the one of their Slack: they set no other, and it is known."""
    own = await calendars.rows(tx, [calendars.of_person(person_id)])
    return not any(row.zone for row in own) and await _zone_of_slack(tx, person_id) is not None


async def where_from(tx: Tx, person_id: int) -> str:
    """What is to be said of a person's zone when they have it from Slack; nothing otherwise."""
    return say(FROM_SLACK) if await goes_by_slack(tx, person_id) else ""


def _nearest(said: Iterable[str | None]) -> str | None:
    return next((value for value in said if value is not None), None)


def _region(said: Sequence[CalendarRow]) -> Region | None:
    """A country and its part go together: Bavaria is no part of Austria."""
    row = next((row for row in said if row.country is not None), None)
    return Region(row.country, row.part or "") if row and row.country else None
