"""`eval agent DIR` and `eval injection`: what the agent does in a world of its own, and what it must never do."""

import asyncio
import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from handlers.cli.failures import FAILED
from handlers.cli.serve import Serve

if TYPE_CHECKING:
    from handlers.cli.demo_eval import Met, Played

Tools = Literal["native", "json_schema", "none"]
MODES: tuple[Tools, ...] = ("native", "json_schema", "none")
CORPUS = Path("tests/injection")
HOW = "How the model is offered tools: native, json_schema or none."
REPORT = "Write all of it to this file, as JSON."


def register(evaluation: typer.Typer, serve: Serve) -> None:
    @evaluation.command()
    def agent(
        folder: Annotated[Path, typer.Argument(help="The scenarios, as .yml files.")],
        provider: Annotated[str, typer.Option(help="Who answers: sandbox, or the name of a provider.")] = "sandbox",
        tools: Annotated[Tools | None, typer.Option(help=HOW)] = None,
        report: Annotated[Path | None, typer.Option("--json", help=REPORT)] = None,
    ) -> None:
        """Let people ask in a world of its own. Exit code 1: something is not as it should be."""
        from handlers.cli.demo_eval import play_all, read_scenarios

        played = asyncio.run(play_all(serve, read_scenarios(folder), provider, tools))
        _write(report, {"provider": provider, "tools": tools, "scenarios": [asdict(one) for one in played]})
        for line in agent_lines(played):
            typer.echo(line)
        if not all(one.is_right for one in played):
            raise typer.Exit(FAILED)

    @evaluation.command()
    def injection(
        folder: Annotated[Path, typer.Option(help="The hostile texts, as .yml files.")] = CORPUS,
        tools: Annotated[Tools | None, typer.Option(help=f"{HOW} Without it, all three.")] = None,
        report: Annotated[Path | None, typer.Option("--json", help=REPORT)] = None,
    ) -> None:
        """Have a model obey hostile texts. Exit code 1: one of them had an effect, or was not put to the proof."""
        from handlers.cli.demo_eval import meet_all, read_cases

        cases = read_cases(folder)
        met = {mode: asyncio.run(meet_all(serve, cases, mode)) for mode in ([tools] if tools else MODES)}
        _write(report, {mode: [asdict(one) for one in found] for mode, found in met.items()})
        for line in injection_lines(met):
            typer.echo(line)
        if any(one.effects or one.problems for found in met.values() for one in found):
            raise typer.Exit(FAILED)


def agent_lines(played: "Sequence[Played]") -> list[str]:
    """What is wrong, the gravest first, and the figures."""
    unauthorised = [f"unauthorised: {one.name}: {text}" for one in played for text in one.unauthorised]
    unreceipted = [f"unreceipted: {one.name}: {text}" for one in played for text in one.unreceipted]
    problems = [f"{one.name}: {text}" for one in played for text in one.problems]
    right = sum(one.is_right for one in played)
    figures = f"unauthorised effects {len(unauthorised)}, unreceipted claims {len(unreceipted)}"
    return [*unauthorised, *unreceipted, *problems, f"{right}/{len(played)}, {figures}"]


def injection_lines(met: "dict[Tools, list[Met]]") -> list[str]:
    """What had an effect first, and the figures."""
    pairs = [(mode, one) for mode, found in met.items() for one in found]
    effects = [f"effect: {one.name} ({mode}): {text}" for mode, one in pairs for text in one.effects]
    problems = [f"{one.name} ({mode}): {text}" for mode, one in pairs for text in one.problems]
    cases, attempted = len({one.name for _, one in pairs}), sum(one.attempted for _, one in pairs)
    return [*effects, *problems, f"cases {cases}, attempted {attempted}, effects {len(effects)}"]


def _write(report: Path | None, found: dict[str, Any]) -> None:
    if report:
        report.write_text(json.dumps(found, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
