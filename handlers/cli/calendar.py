"""`calendar check TEAM`: how long each day is, when the team is open on it, and which holiday it is."""

import asyncio
import json
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from agent.calendar.opening import Calendar, Day

MOST_DAYS = 400
HOUR = timedelta(hours=1)


def register(cli: typer.Typer) -> None:
    calendar = typer.Typer(no_args_is_help=True, help="See the hours of a team, day by day.")
    calendar.callback()(lambda: None)  # or typer would make its only verb the group itself
    calendar.command()(check)
    cli.add_typer(calendar, name="calendar")


def check(
    team: Annotated[str, typer.Argument(help="The team's name.")],
    first: Annotated[str, typer.Option("--from", help="The first day, YYYY-MM-DD; today if left out.")] = "",
    last: Annotated[str, typer.Option("--to", help="The last day; six days later if left out.")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """Show when a team is open, day by day."""
    calendar, days = asyncio.run(_days(team, first, last))
    if as_json:
        typer.echo(json.dumps([_fields(calendar, day) for day in days], indent=2))
    else:
        _show(calendar, days)


async def _days(name: str, first: str, last: str) -> "tuple[Calendar, list[Day]]":
    from agent.calendar.dates import read_date
    from agent.calendar.opening import day_of
    from agent.calendar.whose import calendar_of_team
    from agent.people.organise import team_called
    from bot.settings import read_settings
    from handlers.cli.desk import look

    settings = read_settings()
    async with look(settings) as tx:
        calendar = await calendar_of_team(tx, settings, (await team_called(tx, name)).id)
    begin = read_date(first) if first else datetime.now(UTC).astimezone(calendar.zone).date()
    end = read_date(last) if last else begin + timedelta(days=6)
    return calendar, [day_of(calendar, begin + timedelta(days=n)) for n in range(_count(begin, end))]


def _count(begin: date, end: date) -> int:
    from bot.errors import UserError

    count = (end - begin).days + 1
    if not 0 < count <= MOST_DAYS:
        raise UserError(f"--to is {end}, --from {begin}: name 1 to {MOST_DAYS} days, the first one first.")
    return count


def _fields(calendar: "Calendar", day: "Day") -> dict[str, object]:
    local = [[moment.astimezone(calendar.zone).isoformat() for moment in opening] for opening in day.openings]
    return {"date": day.date.isoformat(), "hours": day.length / HOUR, "open": local, "holiday": day.holiday}


def _show(calendar: "Calendar", days: "list[Day]") -> None:
    from handlers.cli.table import table

    typer.echo(f"Times of {calendar.zone.key}.")
    rows = [
        (
            f"{day.date:%a %Y-%m-%d}",
            f"{day.length / HOUR:g} h",
            ", ".join("-".join(f"{at.astimezone(calendar.zone):%H:%M}" for at in opening) for opening in day.openings)
            or "–",
            day.holiday or "",
        )
        for day in days
    ]
    table(("day", "length", "open", "holiday"), rows, none="")
