"""`help [VERB]`: the commands that people type in Slack, explained in the same words as there."""

from typing import Annotated

import typer

from handlers.cli.table import AsJson, told


def register(cli: typer.Typer) -> None:
    cli.command("help")(explain)


def explain(
    verb: Annotated[str, typer.Argument(help="One of them; else all.", show_default=False)] = "",
    as_json: AsJson = False,
) -> None:
    """Explain the commands that people type in Slack."""
    from agent.commands import help as guide
    from agent.commands.registry import VERBS, verb_named
    from bot.messages import plain

    told(plain(guide.verb_help(verb_named(verb)) if verb else guide.full_help(VERBS)).splitlines(), as_json=as_json)
