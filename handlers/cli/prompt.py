"""`prompt …`: what models are told, with the version and the hash that stand beside each call."""

import json
from typing import Annotated

import typer

from bot.errors import UserError
from handlers.cli.table import AsJson, listed

HEADS = ("name", "version", "hash", "purpose")


def register(cli: typer.Typer) -> None:
    prompt = typer.Typer(no_args_is_help=True, help="See what models are told.")
    prompt.command("list")(every)
    prompt.command()(show)
    cli.add_typer(prompt, name="prompt")


def every(as_json: AsJson = False) -> None:
    """List the prompts."""
    import prompts

    known = [prompts.about(name) for name in prompts.names()]
    rows = [(one.name, str(one.version), one.hash, one.purpose) for one in known]
    listed(HEADS, rows, none="There is no prompt.", as_json=as_json)


def show(
    name: Annotated[str, typer.Argument(help="As `prompt list` names it.")],
    example: Annotated[bool, typer.Option("--example", help="With example values, as it would be sent.")] = False,
    as_json: AsJson = False,
) -> None:
    """Show one prompt: the template, or with --example the text that a model would get."""
    import prompts

    try:
        found = prompts.about(name)
    except LookupError as unknown:
        raise UserError(str(unknown.args[0])) from None
    text = prompts.render(name, **prompts.example(name)) if example else found.text.rstrip()
    if as_json:
        about = {"name": found.name, "version": found.version, "hash": found.hash, "purpose": found.purpose}
        typer.echo(json.dumps(about | {"text": text}, indent=2))
        return
    typer.echo(text)
