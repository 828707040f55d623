"""`reminders preview`: what is planned for the next days, for which ticket, and why."""

import asyncio
import json
from datetime import timedelta
from typing import Annotated

import typer

HEADS = ("due", "ticket", "step", "generation", "why")


def register(cli: typer.Typer) -> None:
    reminders = typer.Typer(no_args_is_help=True, help="See what is planned.")
    reminders.callback()(lambda: None)  # or typer would make its only verb the group itself
    reminders.command()(preview)
    cli.add_typer(reminders, name="reminders")


def preview(
    days: Annotated[int, typer.Option(min=1, max=400, help="How far ahead to look.")] = 7,
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """Show what would be sent in the next days, and why."""
    from handlers.cli.table import table

    rows = asyncio.run(_planned(timedelta(days=days)))
    if as_json:
        typer.echo(json.dumps([dict(zip(HEADS, row, strict=True)) for row in rows], indent=2))
    else:
        table(HEADS, rows, none=f"Nothing is planned for the next {days} days.")


async def _planned(ahead: timedelta) -> list[tuple[str, str, str, str, str]]:
    from bot.settings import read_settings
    from handlers.cli.desk import look
    from storage import reminders

    settings = read_settings()
    async with look(settings) as tx:
        return [
            (
                f"{one.due_at:%Y-%m-%d %H:%M} UTC",
                f"CH-{number}" if number else "–",
                f"{one.kind} {one.step}",
                str(one.generation),
                one.reason,
            )
            for one, number in await reminders.until(tx, settings.clock() + ahead)
        ]
