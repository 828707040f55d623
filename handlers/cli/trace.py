"""`trace ID`: the whole life of what came in, step by step with the times between, from the database alone."""

import asyncio
import json
from collections.abc import Sequence
from dataclasses import asdict
from itertools import pairwise
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from storage.trace import Event


def register(cli: typer.Typer) -> None:
    @cli.command()
    def trace(
        name: Annotated[
            str,
            typer.Argument(
                metavar="ID", help="A correlation id, a delivery's id, CH-12, acme/shop#7 or a message's link."
            ),
        ],
        *,
        as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
    ) -> None:
        """Show what came of an event. Received, stored, queued, each attempt, each effect with its receipt."""
        events = asyncio.run(_story(name))
        if as_json:
            rows = [asdict(event) | {"at": event.at.isoformat()} for event in events]
            typer.echo(json.dumps(rows, indent=2, ensure_ascii=False))
        else:
            show_events(events)


async def _story(name: str) -> "list[Event]":
    from bot.errors import Refused
    from bot.settings import read_settings
    from handlers.cli.desk import look
    from storage import trace

    settings = read_settings()
    async with look(settings) as tx:
        found = await trace.find(tx, name)
        if not found:
            raise Refused(
                f"Nothing is known of {name}: give a correlation id, a delivery's id, CH-12, acme/shop#7 or a message's"
                f" link. Steps are kept for {settings.keep_step_days} days (CHARGEHAND_KEEP_STEP_DAYS)."
            )
        return await trace.story(tx, found)


def show_events(events: "Sequence[Event]") -> None:
    """A line for each step; `after` is the time since the one before."""
    from handlers.cli.table import table

    waits = [0.0, *((later.at - earlier.at).total_seconds() for earlier, later in pairwise(events))]
    rows = [
        (f"{event.at:%Y-%m-%d %H:%M:%S.%f}"[:-3], _span(wait), event.stage, event.about, event.detail)
        for event, wait in zip(events, waits, strict=False)
    ]
    table(("at (UTC)", "after", "stage", "what", "detail"), rows, none="No steps are kept of it.")


def _span(seconds: float) -> str:
    """A time between two steps, short."""
    if seconds < 1:
        return f"{seconds * 1000:.0f} ms"
    return f"{seconds:.1f} s" if seconds < 120 else f"{seconds / 60:.0f} min"
