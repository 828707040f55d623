"""`tool list`: what the agent's specialists may use, as it is offered to a model."""

import json

import typer

from handlers.cli.table import AsJson, table

HEADS = ("tool", "risk", "changes", "permission", "undone by", "specialists", "what it does")


def register(cli: typer.Typer) -> None:
    tool = typer.Typer(no_args_is_help=True, help="See what the agent can look at and do.")
    tool.callback()(lambda: None)  # or typer would make its only verb the group itself
    tool.command("list")(show)
    cli.add_typer(tool, name="tool")


def show(as_json: AsJson = False) -> None:
    """List the tools. What each may change, whose permission it takes, and who of the specialists may use it."""
    from agent.kit.page import described
    from agent.specialists import SPECIALISTS

    found = described(SPECIALISTS)
    if as_json:
        typer.echo(json.dumps(found, indent=2, ensure_ascii=False))
        return
    rows = [
        (
            one["name"],
            one["risk"],
            one["reach"],
            one["permission"],
            one["undo"] or "–",
            ", ".join(one["specialists"]),
            one["description"],
        )
        for one in found
    ]
    table(HEADS, rows, none="There are no tools.")
