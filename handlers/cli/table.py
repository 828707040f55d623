"""A list on the terminal; in a pipe each row is one line, and for programs all is JSON."""

import json
import sys
from collections.abc import Sequence
from typing import Annotated

import typer

PIPE_WIDTH = 240
AsJson = Annotated[bool, typer.Option("--json", help="For programs.")]


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


def listed(heads: Sequence[str], rows: Sequence[Sequence[str]], *, none: str, as_json: bool) -> None:
    """The same, or as JSON with the heads as names."""
    if as_json:
        typer.echo(json.dumps([dict(zip(heads, row, strict=True)) for row in rows], indent=2))
    else:
        table(heads, rows, none=none)


def told(sentences: Sequence[str], *, as_json: bool) -> None:
    """What was done or is so, in sentences; as JSON a list of them."""
    typer.echo(json.dumps(list(sentences), indent=2) if as_json else "\n".join(sentences))
