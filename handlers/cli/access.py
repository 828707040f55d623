"""`access matrix`: who may run which verb, as the code decides it; `--check` holds the page of the rules against it."""

import json
from pathlib import Path
from typing import Annotated

import typer

from handlers.cli.failures import FAILED

PAGE = Path(__file__).parents[2] / "docs" / "design.md"


def register(cli: typer.Typer) -> None:
    access = typer.Typer(no_args_is_help=True, help="See who may do what.")
    access.callback()(lambda: None)  # or typer would make its only verb the group itself
    access.command()(matrix)
    cli.add_typer(access, name="access")


def matrix(
    check: Annotated[bool, typer.Option("--check", help="Compare it with docs/design.md; 1 if they differ.")] = False,
    page: Annotated[Path, typer.Option(help="The page to compare with.")] = PAGE,
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """Print who may run which verb."""
    from agent import matrix as access
    from handlers.cli.table import table

    head, *rows = access.matrix()
    if check:
        _compare(access.read(page.read_text(encoding="utf-8")), [head, *rows], page)
    elif as_json:
        named = [(row[0].strip("`"), *row[1:]) for row in rows]
        typer.echo(json.dumps([dict(zip(("verb", *head[1:]), row, strict=True)) for row in named], indent=2))
    else:
        table(head, rows, none="")


def _compare(written: list[tuple[str, ...]], decided: list[tuple[str, ...]], page: Path) -> None:
    """Name each line of one that the other has not.

    Raises:
        Exit: they differ.
    """
    differing = [f"{page.name} says:      {' | '.join(row)}" for row in written if row not in decided]
    differing += [f"the code decides: {' | '.join(row)}" for row in decided if row not in written]
    for line in differing:
        typer.echo(line)
    if differing:
        raise typer.Exit(FAILED)
    typer.echo(f"{page.name} says of {len(decided) - 1} rows what the code decides.")
