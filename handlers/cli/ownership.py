"""`ownership …`: which team owns what, also as a repository's CODEOWNERS says."""

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from handlers.cli.table import AsJson, listed, told

if TYPE_CHECKING:
    from agent.ownership.edit import Imported


HEADS = ("rule", "kind", "pattern", "team", "from")


def register(cli: typer.Typer) -> None:
    ownership = typer.Typer(no_args_is_help=True, help="See which team owns what, and import CODEOWNERS or a table.")
    ownership.command("list")(show)
    ownership.command("test")(attempt)
    ownership.command("import")(load)
    cli.add_typer(ownership, name="ownership")


def show(as_json: AsJson = False) -> None:
    """List the rules by which a report finds its team."""
    listed(HEADS, asyncio.run(_rows()), none="No rule yet: `python app.py team add` makes some.", as_json=as_json)


async def _rows() -> list[tuple[str, ...]]:
    from bot.settings import read_settings
    from handlers.cli.desk import look
    from storage import ownership, people

    async with look(read_settings()) as tx:
        teams = {team.id: team.name for team in await people.teams(tx)}
        return [
            (str(rule.id), rule.kind, rule.pattern, teams.get(rule.team_id or 0, ""), rule.origin or rule.source)
            for rule in await ownership.every(tx)
        ]


def attempt(
    text: Annotated[str, typer.Argument(help="A report, as somebody would write it.")], as_json: AsJson = False
) -> None:
    """Say whose a report would be, and by which rule."""
    told(asyncio.run(_tried(text)).splitlines(), as_json=as_json)


async def _tried(text: str) -> str:
    from agent.commands.ownership import tried
    from bot.messages import plain
    from bot.settings import read_settings
    from handlers.cli.desk import operator

    async with operator(read_settings()) as desk:
        return plain(await tried(desk, text)).replace("*", "")


def load(
    file: Annotated[Path, typer.Argument(help="A CODEOWNERS file, or a table NAME.csv: kind, pattern, team, people.")],
    repo: Annotated[str, typer.Option(help="The repository of a CODEOWNERS file, OWNER/NAME.")] = "",
    as_json: AsJson = False,
) -> None:
    """Take over a CODEOWNERS file or a table of rules, in place of what that file said before."""
    from bot.errors import UserError

    is_table = file.suffix.casefold() == ".csv"
    if not is_table and not repo:
        raise typer.BadParameter(
            "name the repository of a CODEOWNERS file; a table's name ends with .csv", param_hint="--repo"
        )
    try:
        content = file.read_bytes()
    except OSError as error:
        raise UserError(f"{file} cannot be read: {error.strerror}.") from None
    if is_table:
        count = asyncio.run(_load_table(content, file.name))
        told([f"{count} lines of {file.name} are rules now."], as_json=as_json)
        return
    told(_sentences(asyncio.run(_load(content, repo)), repo), as_json=as_json)


async def _load_table(content: bytes, name: str) -> int:
    from agent.ownership.edit import import_table
    from bot.settings import read_settings
    from handlers.cli.desk import operator

    async with operator(read_settings()) as desk:
        return await import_table(desk, content, name=name)


async def _load(content: bytes, repo: str) -> "Imported":
    from agent.ownership.edit import import_codeowners
    from bot.settings import read_settings
    from handlers.cli.desk import operator

    async with operator(read_settings()) as desk:
        return await import_codeowners(desk, content, repository=repo)


def _sentences(done: "Imported", repo: str) -> list[str]:
    unknown = [f"unknown owner {owner}: {reason}" for owner, reason in sorted(done.unknown.items())]
    return [f"{done.rules} lines of {repo} are rules now.", *(f"left out: {line}" for line in done.skipped), *unknown]
