"""`team …`: the teams that take tickets, and the words by which they are found."""

import asyncio
from shlex import quote
from typing import Annotated

import typer


def register(cli: typer.Typer) -> None:
    team = typer.Typer(no_args_is_help=True, help="Add teams and list them.")
    team.command()(add)
    team.command("list")(show)
    cli.add_typer(team, name="team")


def add(
    name: Annotated[str, typer.Argument(help="A team that is there gets what you add.")],
    description: Annotated[str | None, typer.Option(help="What it looks after, in a sentence.")] = None,
    keyword: Annotated[list[str] | None, typer.Option(help="A word that means it; as often as needed.")] = None,
    component: Annotated[list[str] | None, typer.Option(help="A part it owns; as often as needed.")] = None,
    channel: Annotated[str | None, typer.Option(help="Id of its channel, C….")] = None,
) -> None:
    """Add a team, or say more about one."""
    asyncio.run(_add(name, description, keyword or [], component or [], channel))


async def _add(
    name: str, description: str | None, keywords: list[str], components: list[str], channel_id: str | None
) -> None:
    from agent.organise import TeamFacts, add_team
    from bot.settings import read_settings
    from handlers.cli.desk import operator
    from storage import ownership

    facts = TeamFacts(description=description, keywords=keywords, components=components, channel_id=channel_id)
    async with operator(read_settings(), may_be_first=True) as desk:
        team = await add_team(desk, name, facts)
        words = await ownership.words_of(desk.tx, team.id, "keyword")
    typer.echo(f"Team {team.name}: keywords {', '.join(words) or 'none'}.")
    typer.echo(f"Next: `python app.py person add --slack-id U… --team {quote(team.name)} --role responder`.")


def show() -> None:
    """List the teams and who is in them."""
    asyncio.run(_show())


async def _show() -> None:
    from bot.settings import read_settings
    from handlers.cli.desk import operator
    from handlers.cli.table import table
    from storage import ownership, people

    async with operator(read_settings()) as desk:
        rows = []
        for team in await people.teams(desk.tx):
            managers, responders = [
                ", ".join(person.name for person in await people.members(desk.tx, team.id, role))
                for role in ("manager", "responder")
            ]
            words = ", ".join(await ownership.words_of(desk.tx, team.id, "keyword"))
            rows.append((team.name, managers, responders, words, team.channel_id or ""))
    table(
        ("team", "managers", "responders", "keywords", "channel"),
        rows,
        none="No team yet: `python app.py team add NAME`.",
    )
