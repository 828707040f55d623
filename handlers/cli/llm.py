"""`llm check`: what each model of the chain can do, found by a few tokens; or which setting helps without one."""

import asyncio
import json
from dataclasses import asdict
from typing import TYPE_CHECKING

import typer

from handlers.cli import llm_cache
from handlers.cli.failures import FAILED
from handlers.cli.table import AsJson, table

if TYPE_CHECKING:
    from bot.llm.trial import Found
    from bot.settings import Settings

HEADS = ("provider", "kind", "model", "for", "listed", "tools", "schema", "asked by", "tokens", "problem")
NOTHING = """No model is configured: rules triage, reasons are told as they were written, and commands do the rest.
→ set ANTHROPIC_API_KEY=sk-ant-… for the Anthropic API, or for a server of your own (docs/models.md)
  CHARGEHAND_LLM_CHAIN=local
  CHARGEHAND_LLM__LOCAL__KIND=openai_compatible
  CHARGEHAND_LLM__LOCAL__BASE_URL=http://127.0.0.1:8080/v1
  CHARGEHAND_LLM__LOCAL__MODEL_MAIN=<id>"""


def register(cli: typer.Typer) -> None:
    llm = typer.Typer(no_args_is_help=True, help="See to the language models.")
    llm.command()(check)
    llm.add_typer(llm_cache.group(), name="cache")
    cli.add_typer(llm, name="llm")


def check(as_json: AsJson = False) -> None:
    """Try each model with a few tokens, which may cost money. Exit code 1: one of them could not be tried."""
    from bot.settings import read_settings
    from handlers.cli.models import try_models

    settings = read_settings()
    found = asyncio.run(try_models(settings))
    if as_json:
        typer.echo(json.dumps([asdict(one) | {"asked_by": _asked_by(settings, one)} for one in found], indent=2))
    elif not found:
        typer.echo(NOTHING)
    else:
        table(HEADS, [_row(settings, one) for one in found], none="")
        typer.echo("\n".join(_advice(settings, found)))
    if any(one.problem for one in found):
        raise typer.Exit(FAILED)


def _row(settings: "Settings", one: "Found") -> tuple[str, ...]:
    return (
        one.provider,
        one.kind,
        one.model,
        ", ".join(one.roles),
        _word(one.is_listed),
        _word(one.can_call),
        _word(one.keeps_schema),
        _asked_by(settings, one),
        str(one.tokens),
        one.problem,
    )


def _word(value: bool | None) -> str:
    return "?" if value is None else "yes" if value else "no"


def _asked_by(settings: "Settings", one: "Found") -> str:
    """The mode that counts: what is set goes before what was found."""
    wanted = next(server.tools for server in settings.servers if server.name == one.provider)
    return wanted or one.mode or "native"


def _advice(settings: "Settings", found: "list[Found]") -> list[str]:
    lines = []
    for one in found:
        name = f"CHARGEHAND_LLM__{one.provider.upper()}__"
        wanted = next(server.tools for server in settings.servers if server.name == one.provider)
        if one.problem:
            lines.append(f"→ {one.model}: {one.problem}; check {name}BASE_URL, {name}API_KEY and {name}MODEL_MAIN")
        elif one.is_listed is False:
            lines.append(f"→ {one.model} is not among the models of that server: check {name}MODEL_…")
        elif wanted and one.mode and wanted != one.mode:
            lines.append(f"→ {one.model}: {name}TOOLS={wanted} is set, found was {one.mode}")
    return lines or ["All that was tried works; what was found is used where TOOLS is not set."]
