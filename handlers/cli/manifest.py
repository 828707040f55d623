"""`manifest`: the text to paste where Slack asks for an app manifest."""

import json
from typing import Annotated

import typer


def register(cli: typer.Typer) -> None:
    @cli.command("manifest")
    def show(as_json: Annotated[bool, typer.Option("--json", help="JSON instead of YAML.")] = False) -> None:
        """Print the manifest of the Slack app that Chargehand needs."""
        import yaml

        from bot.slack.manifest import manifest

        text = json.dumps(manifest(), indent=2) if as_json else yaml.safe_dump(manifest(), sort_keys=False, width=120)
        typer.echo(text.rstrip())
