"""Hours and holidays as somebody set them: a person, a team or the workspace; what they left open is not stored."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from sqlalchemy import BindParameter, bindparam
from sqlmodel import UniqueConstraint, col, delete, select

from storage.columns import Row
from storage.database import Tx, run

WORKSPACE = ""


class CalendarRow(Row, table=True):
    """`scope` is whose it is: `person:7`, `team:3`, or empty for the workspace. None is what the next one up says.

    `week` is in the words of the command; an empty `country` has no public holidays.
    """

    __tablename__ = "calendars"
    __table_args__ = (UniqueConstraint("scope"),)

    scope: str
    zone: str | None = None
    week: str | None = None
    country: str | None = None
    part: str | None = None


class CustomDay(Row, table=True):
    """One date that is off, or a holiday that is worked, for this scope and those below it."""

    __tablename__ = "holidays_custom"
    __table_args__ = (UniqueConstraint("scope", "day"),)

    scope: str
    day: date
    is_off: bool
    name: str = ""


def of_person(person_id: int) -> str:
    return f"person:{person_id}"


def of_team(team_id: int) -> str:
    return f"team:{team_id}"


def person_of(scope: str) -> int | None:
    """Whose scope it is; None when it is a team's or the workspace's."""
    kind, _, number = scope.partition(":")
    return int(number) if kind == "person" else None


def team_of(scope: str) -> int | None:
    """Which team's scope it is; None when it is a person's or the workspace's."""
    kind, _, number = scope.partition(":")
    return int(number) if kind == "team" else None


# Built once: they run for every report.
_SCOPES: BindParameter[Any] = bindparam("scopes", expanding=True)
_ROWS = select(CalendarRow).where(col(CalendarRow.scope).in_(_SCOPES))
_ZONE = select(CalendarRow.zone).where(CalendarRow.scope == bindparam("wanted"))
_DAYS = select(CustomDay).where(col(CustomDay.scope).in_(_SCOPES)).order_by(col(CustomDay.day))


async def rows(tx: Tx, scopes: Sequence[str]) -> list[CalendarRow]:
    """What these said, in the order in which they are named."""
    found = {row.scope: row for row in await tx.exec(_ROWS, params={"scopes": list(scopes)})}
    return [found[scope] for scope in scopes if scope in found]


async def zone_of(tx: Tx, scope: str) -> str | None:
    """The time zone that this one set, if it did."""
    zone: str | None = (await run(tx, _ZONE, {"wanted": scope})).scalar()
    return zone


async def all_rows(tx: Tx) -> list[CalendarRow]:
    return list(await tx.exec(select(CalendarRow)))


async def days_of(tx: Tx, scopes: Sequence[str]) -> list[CustomDay]:
    """All days that these named."""
    return list(await tx.exec(_DAYS, params={"scopes": list(scopes)}))


async def custom_days(tx: Tx, scopes: Sequence[str]) -> list[CustomDay]:
    """The days of these, each once: of several who name a day the first counts."""
    return first_named(await days_of(tx, scopes), scopes)


def first_named(named: Iterable[CustomDay], scopes: Sequence[str]) -> list[CustomDay]:
    """Of these days those of some scopes, each as the first of them has it."""
    days: dict[date, CustomDay] = {}
    for row in sorted((row for row in named if row.scope in scopes), key=lambda row: scopes.index(row.scope)):
        days.setdefault(row.day, row)
    return sorted(days.values(), key=lambda row: row.day)


async def own(tx: Tx, scope: str, *, workspace_id: str) -> CalendarRow:
    """The row of this scope, made if there is none."""
    if found := await rows(tx, [scope]):
        return found[0]
    row = CalendarRow(workspace_id=workspace_id, scope=scope)
    tx.add(row)
    await tx.flush()
    return row


async def forget_day(tx: Tx, scope: str, day: date) -> None:
    await tx.exec(delete(CustomDay).where(col(CustomDay.scope) == scope, col(CustomDay.day) == day))
