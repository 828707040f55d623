"""Whose hours count: a person's own, what they left open their team's, then the workspace's, then the settings'."""

from collections.abc import Iterable, Sequence
from zoneinfo import ZoneInfo

from agent.calendar.country import Region
from agent.calendar.opening import Calendar
from agent.calendar.week import USUAL, read_week
from bot.settings import Settings
from storage import calendars, people
from storage.calendars import WORKSPACE, CalendarRow
from storage.database import Tx


async def calendar_of_person(tx: Tx, settings: Settings, person_id: int) -> Calendar:
    """A person's hours; who is in several teams and left something open has it from the one that is oldest."""
    return await calendar_of(tx, settings, await scopes_of_person(tx, person_id))


async def calendar_of_team(tx: Tx, settings: Settings, team_id: int) -> Calendar:
    """The hours of a team."""
    return await calendar_of(tx, settings, [calendars.of_team(team_id), WORKSPACE])


async def scopes_of_person(tx: Tx, person_id: int) -> list[str]:
    """Who is asked about a person's hours, the nearest first."""
    teams = sorted(await people.roles_of(tx, person_id))[:1]
    return [calendars.of_person(person_id), *map(calendars.of_team, teams), WORKSPACE]


async def calendar_of(tx: Tx, settings: Settings, scopes: Sequence[str]) -> Calendar:
    """What these say together, the nearest first."""
    said = await calendars.rows(tx, scopes)
    days = await calendars.custom_days(tx, scopes)
    return Calendar(
        zone=ZoneInfo(_nearest(row.zone for row in said) or settings.timezone),
        week=read_week(_nearest(row.week for row in said) or USUAL),
        region=_region(said),
        off=frozenset((row.day, row.name) for row in days if row.is_off),
        worked=frozenset(row.day for row in days if not row.is_off),
    )


def _nearest(said: Iterable[str | None]) -> str | None:
    return next((value for value in said if value is not None), None)


def _region(said: Sequence[CalendarRow]) -> Region | None:
    """A country and its part go together: Bavaria is no part of Austria."""
    row = next((row for row in said if row.country is not None), None)
    return Region(row.country, row.part or "") if row and row.country else None
