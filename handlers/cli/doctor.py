"""`doctor`: what works, what is off because of what, and the next step for everything that fails."""

import asyncio
import json
import sys
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from handlers.cli.failures import FAILED

if TYPE_CHECKING:
    from bot.finding import Finding

STYLES = {"ok": "green", "off": "dim", "warn": "yellow", "fail": "bold red"}
PIPE_WIDTH = 200


def register(cli: typer.Typer) -> None:
    @cli.command()
    def doctor(as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False) -> None:
        """Check tokens, scopes, socket, database, disk, clock and model. Exit code 1: no report can become a ticket."""
        findings = asyncio.run(_examine())
        works = all(finding.state != "fail" for finding in findings)
        if as_json:
            report = {"works": works, "findings": [asdict(finding) for finding in findings]}
            typer.echo(json.dumps(report, indent=2, ensure_ascii=False))
        else:
            show_findings(findings)
            typer.echo("\nChargehand can do its job." if works else "\nChargehand cannot do its job yet.")
        if not works:
            raise typer.Exit(FAILED)


async def _examine() -> "list[Finding]":
    from datetime import UTC, datetime

    from bot.errors import SettingsError
    from bot.finding import Finding
    from bot.settings import read_settings
    from bot.slack.checkup import check_slack
    from handlers.cli.hooks import check_hooks
    from handlers.cli.models import check_models
    from handlers.cli.surroundings import check_database, check_disk, check_prices, check_settings

    try:
        settings = read_settings()
    except SettingsError as error:
        return [
            Finding(what="settings", state="fail", says=line, next_step="correct it in the environment or .env")
            for line in str(error).splitlines()
        ]
    return [
        *[finding async for finding in check_slack(settings, now=datetime.now(UTC))],
        *await asyncio.to_thread(check_database, settings),
        *([] if isinstance(settings.database, str) else check_disk(settings.database)),
        *await check_models(settings),
        *check_prices(settings),
        *await check_hooks(settings),
        *check_settings(settings),
    ]


def show_findings(findings: "list[Finding]") -> None:
    """A line for each, and under it the next step."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, show_header=False, pad_edge=False)
    for finding in findings:
        says = Text(finding.says)
        if finding.next_step:
            says.append(f"\n→ {finding.next_step}", style="italic")
        table.add_row(Text(finding.state, style=STYLES[finding.state]), finding.what, says)
    Console(file=sys.stdout, width=None if sys.stdout.isatty() else PIPE_WIDTH).print(table)
