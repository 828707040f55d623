"""`digest preview --person NAME`: what somebody's daily digest would say now; nothing is sent."""

import asyncio
import json
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from bot.messages import Message

NOTHING = "There is nothing to say, so no digest would come."


def register(cli: typer.Typer) -> None:
    digest = typer.Typer(no_args_is_help=True, help="See what a daily digest would say.")
    digest.callback()(lambda: None)  # or typer would make its only verb the group itself
    digest.command()(preview)
    cli.add_typer(digest, name="digest")


def preview(
    person: Annotated[str, typer.Option("--person", help="Whose: a name or a Slack id.")],
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """Show somebody's digest as of now, without what is private."""
    from bot.messages import plain

    message = asyncio.run(_message(person))
    if as_json:
        typer.echo(json.dumps(message.model_dump() if message else None, indent=2))
    else:
        typer.echo(plain("\n".join((message.title, *message.notes))) if message else NOTHING)


async def _message(name: str) -> "Message | None":
    from agent.calendar.whose import calendar_of_person
    from agent.digest.build import build
    from bot.settings import read_settings
    from handlers.cli.desk import desk_to_look, look, person_called

    settings = read_settings()
    async with look(settings) as tx:
        desk = await desk_to_look(settings, tx)
        person = await person_called(tx, desk.workspace_id, name)
        return (await build(desk, person, await calendar_of_person(tx, settings, person.id))).message
