"""`reminders …`: what is planned, for which ticket or person, and why; and what was sent."""

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING, Annotated

import typer

from handlers.cli.table import AsJson, listed

if TYPE_CHECKING:
    from storage.database import Tx
    from storage.reminders import Reminder

HEADS = ("due", "for", "ticket", "step", "generation", "why")
SENT = ("at", "to", "what", "ticket", "why")
MOST_DAYS = 400
Person = Annotated[str, typer.Option("--person", help="Only of this one: a name or a Slack id.")]


def register(cli: typer.Typer) -> None:
    reminders = typer.Typer(no_args_is_help=True, help="See what is planned, and what was sent.")
    for verb in (preview, sent):
        reminders.command()(verb)
    reminders.command("list")(show)
    cli.add_typer(reminders, name="reminders")


def preview(
    days: Annotated[int, typer.Option(min=1, max=MOST_DAYS, help="How far ahead to look.")] = 7,
    person: Person = "",
    as_json: AsJson = False,
) -> None:
    """Show what would be sent in the next days, and why."""
    rows = asyncio.run(_planned(timedelta(days=days), person))
    listed(HEADS, rows, none=f"Nothing is planned for the next {days} days.", as_json=as_json)


def show(person: Person = "", as_json: AsJson = False) -> None:
    """Show all that is planned, and why."""
    listed(HEADS, asyncio.run(_planned(None, person)), none="Nothing is planned.", as_json=as_json)


async def _planned(ahead: timedelta | None, name: str) -> list[tuple[str, str, str, str, str, str]]:
    from datetime import UTC, datetime

    from bot.settings import read_settings
    from handlers.cli.desk import look, person_called
    from storage import agenda, workspace

    settings = read_settings()
    async with look(settings) as tx:
        until = settings.clock() + ahead if ahead else datetime.max.replace(tzinfo=UTC)
        found = await agenda.until(tx, until)
        if name:
            person = await person_called(tx, await workspace.current(tx), name)
            theirs = {one.id for one in await agenda.coming(tx, person.id)}
            found = [(one, number) for one, number in found if one.id in theirs]
        return [
            (
                f"{one.due_at:%Y-%m-%d %H:%M} UTC",
                await _whom(tx, one),
                f"CH-{number}" if number else "–",
                f"{one.kind} {one.step}",
                str(one.generation),
                one.reason,
            )
            for one, number in found
        ]


async def _whom(tx: "Tx", one: "Reminder") -> str:
    """The person or channel; steps of a ticket find out who it is when they come."""
    from storage import alarms, channels, people

    alarm = await alarms.get(tx, one.alarm_id) if one.alarm_id else None
    person_id, channel_id = (alarm.person_id, alarm.channel_id) if alarm else (one.person_id, one.channel_id)
    if person_id:
        return f"@{(await people.get(tx, person_id)).name}"
    known = await channels.known(tx, one.workspace_id, channel_id) if channel_id else None
    return f"#{known.name}" if known and known.name else channel_id or "–"


def sent(
    days: Annotated[int, typer.Option(min=1, max=MOST_DAYS, help="How far to look back.")] = 7,
    person: Annotated[str, typer.Option("--person", help="Only to this one, by name.")] = "",
    as_json: AsJson = False,
) -> None:
    """Show what people were told in the last days without asking, by their own clock, and why."""
    rows = asyncio.run(_sent(timedelta(days=days), person.removeprefix("@")))
    listed(SENT, rows, none=f"Nobody was told anything in the last {days} days.", as_json=as_json)


async def _sent(back: timedelta, name: str) -> list[tuple[str, str, str, str, str]]:
    from agent.notices.sent import sent as told
    from bot.settings import read_settings
    from handlers.cli.desk import look

    settings = read_settings()
    async with look(settings) as tx:
        found = await told(tx, settings, since=settings.clock() - back)
    return [
        (f"{one.at:%a %Y-%m-%d %H:%M}", one.person or "its channel", one.what, one.ticket or "–", one.why)
        for one in found
        if not name or one.person == name
    ]
