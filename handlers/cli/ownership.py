"""`ownership …`: which team owns what, also as a repository's CODEOWNERS says."""

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from agent.ownership.edit import Imported


def register(cli: typer.Typer) -> None:
    ownership = typer.Typer(no_args_is_help=True, help="See which team owns what, and import CODEOWNERS.")
    ownership.command("list")(show)
    ownership.command()(test)
    ownership.command("import")(load)
    cli.add_typer(ownership, name="ownership")


def show() -> None:
    """List the rules by which a report finds its team."""
    asyncio.run(_show())


async def _show() -> None:
    from bot.settings import read_settings
    from handlers.cli.desk import look
    from handlers.cli.table import table
    from storage import ownership, people

    async with look(read_settings()) as tx:
        teams = {team.id: team.name for team in await people.teams(tx)}
        rows = [
            (str(rule.id), rule.kind, rule.pattern, teams.get(rule.team_id or 0, ""), rule.origin or rule.source)
            for rule in await ownership.every(tx)
        ]
    table(("rule", "kind", "pattern", "team", "from"), rows, none="No rule yet: `python app.py team add` makes some.")


def test(text: Annotated[str, typer.Argument(help="A report, as somebody would write it.")]) -> None:
    """Say whose a report would be, and by which rule."""
    asyncio.run(_test(text))


async def _test(text: str) -> None:
    from agent.commands.ownership import tried
    from bot.messages import plain
    from bot.settings import read_settings
    from handlers.cli.desk import operator

    async with operator(read_settings()) as desk:
        typer.echo(plain(await tried(desk, text)).replace("*", ""))


def load(
    file: Annotated[Path, typer.Argument(help="A CODEOWNERS file.")],
    repo: Annotated[str, typer.Option(help="Its repository, OWNER/NAME.")],
) -> None:
    """Take over a CODEOWNERS file, in place of what it said before."""
    from bot.errors import UserError

    try:
        content = file.read_bytes()
    except OSError as error:
        raise UserError(f"{file} cannot be read: {error.strerror}.") from None
    _tell(asyncio.run(_load(content, repo)), repo)


async def _load(content: bytes, repo: str) -> "Imported":
    from agent.ownership.edit import import_codeowners
    from bot.settings import read_settings
    from handlers.cli.desk import operator

    async with operator(read_settings()) as desk:
        return await import_codeowners(desk, content, repository=repo)


def _tell(done: "Imported", repo: str) -> None:
    typer.echo(f"{done.rules} lines of {repo} are rules now.")
    for line in done.skipped:
        typer.echo(f"left out: {line}")
    for owner, reason in sorted(done.unknown.items()):
        typer.echo(f"unknown owner {owner}: {reason}")
