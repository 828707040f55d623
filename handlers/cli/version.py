"""`--version`: which Chargehand this is."""

from typing import Annotated

import typer

VERSION = "0.1.0"  # pyproject.toml says the same


def register(cli: typer.Typer) -> None:
    @cli.callback()
    def chargehand(
        version: Annotated[
            bool, typer.Option("--version", callback=_tell, is_eager=True, help="Say which version this is.")
        ] = False,
    ) -> None:
        """The foreman of an engineering team that lives in Slack."""


def _tell(is_wanted: bool) -> None:
    if is_wanted:
        typer.echo(f"chargehand {VERSION}")
        raise typer.Exit
