"""`python app.py VERB`: one line per verb; errors are one clear line and an exit code."""

from collections.abc import Callable
from typing import Any

import typer

from handlers.cli import serve as serving
from handlers.cli.serve import Serve


def build_cli(serve: Serve) -> Callable[[], Any]:
    """The command line; `serve` is app.py's, since only app.py composes."""
    cli = typer.Typer(no_args_is_help=True, add_completion=False, rich_markup_mode=None)

    @cli.callback()
    def chargehand() -> None:
        """The foreman of an engineering team that lives in Slack."""

    serving.register(cli, serve)
    return cli
