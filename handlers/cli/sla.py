"""`sla show TEAM` and `sla set TEAM PRIORITY …`: how soon a team's tickets must be seen and done."""

import asyncio
from typing import Annotated

import typer

from handlers.cli.table import AsJson, told

Team = Annotated[str, typer.Argument(help="A team.")]
As = Annotated[str | None, typer.Option("--as", help="A known person, whose rights count instead of yours.")]


def register(cli: typer.Typer) -> None:
    sla = typer.Typer(no_args_is_help=True, help="See and set how soon tickets must be seen and done.")
    sla.command()(show)
    sla.command("set")(set_one)
    cli.add_typer(sla, name="sla")


def show(team: Team, as_json: AsJson = False) -> None:
    """Show a team's policy."""
    told(asyncio.run(_said(f"team {team}", None)), as_json=as_json)


def set_one(
    team: Team,
    priority: Annotated[str, typer.Argument(help="critical, high, medium or low.")],
    changes: Annotated[list[str], typer.Argument(help="`ack=1h`, `resolve=2d`, `clock=24x7`; or `off`, `default`.")],
    *,
    acting_as: As = None,
    as_json: AsJson = False,
) -> None:
    """Set a team's policy for a priority."""
    told(asyncio.run(_said(f"set {team} {priority} {' '.join(changes)}", acting_as)), as_json=as_json)


async def _said(text: str, acting_as: str | None) -> list[str]:
    from agent.commands.sla import set_or_show
    from agent.commands.verb import Said
    from bot.messages import plain
    from bot.settings import read_settings
    from handlers.cli.desk import operator

    async with operator(read_settings(), acting_as=acting_as) as desk:
        reply = await set_or_show(desk, Said(text=text))
    return plain(reply.message.text).replace("*", "").splitlines()
