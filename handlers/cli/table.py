"""A list on the terminal; in a pipe each row is one line."""

import sys
from collections.abc import Sequence

import typer

PIPE_WIDTH = 240


def table(heads: Sequence[str], rows: Sequence[Sequence[str]], *, none: str) -> None:
    """Print rows under their heads; `none` when there are none. What is printed is data, never markup."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    if not rows:
        typer.echo(none)
        return
    shown = Table(*heads, box=None, pad_edge=False, header_style="bold")
    for row in rows:
        shown.add_row(*(Text(cell) for cell in row))
    Console(file=sys.stdout, width=None if sys.stdout.isatty() else PIPE_WIDTH).print(shown)
