"""`eval`: how well messages are understood, what comes of requests, and what hostile texts bring about."""

import asyncio
import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from handlers.cli import eval_trials
from handlers.cli.failures import FAILED
from handlers.cli.serve import Serve
from handlers.cli.table import AsJson, table

if TYPE_CHECKING:
    from agent.turns.trial import Score
    from agent.turns.trial_model import Read

RULES = "rules"
WHO = "Who reads what rules leave: nobody (rules), or the model of this provider, which may cost money."
HEADS = ("class", "lines", "right", "wrong", "left")


def register(cli: typer.Typer, serve: Serve) -> None:
    evaluation = typer.Typer(
        no_args_is_help=True, help="Measure how well the agent understands, and what it is led to do."
    )
    evaluation.command()(route)
    eval_trials.register(evaluation, serve)
    cli.add_typer(evaluation, name="eval")


def route(
    file: Annotated[Path, typer.Argument(help="JSON lines: a text, where it is said, and what is expected.")],
    provider: Annotated[str, typer.Option(help=WHO)] = RULES,
    min_accuracy: Annotated[float, typer.Option(min=0, max=1, help="Exit code 1 below this share that is right.")] = 0,
    as_json: AsJson = False,
) -> None:
    """Read each line as a message would be. Exit code 1: too few are right, or a write was wrong."""
    from agent.turns.trial import read_lines, score
    from bot.errors import UserError

    try:
        text = file.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise UserError(f"{file} is no text in UTF-8: {error.reason} at byte {error.start}.") from error
    lines, read = read_lines(text), None
    if provider != RULES:
        from handlers.cli.demo_eval import route_all

        read = asyncio.run(route_all(lines, provider))
    total = score(lines, read.routes if read else None)
    if as_json:
        typer.echo(json.dumps(figures(total, read), indent=2))
    else:
        _show(total, read)
    if total.wrong_writes or total.accuracy < min_accuracy:
        raise typer.Exit(FAILED)


def figures(total: "Score", read: "Read | None" = None) -> dict[str, Any]:
    """The same for programs."""
    rows = [dict(zip(HEADS, row, strict=True)) for row in _rows(total)]
    return {
        "lines": total.lines.total(),
        "decided": total.decided,
        "left": total.left.total(),
        "accuracy": round(total.accuracy, 4),
        "invalid": [{"line": number, "said": said} for number, said in total.invalid],
        "classes": rows,
        "wrong": [{"line": number, "said": said} for number, said in total.wrong],
        "wrong_writes": [{"line": number, "said": said} for number, said in total.wrong_writes],
        "p50_ms": total.percentile(0.5),
        "p95_ms": total.percentile(0.95),
        "asked": read.asked if read else 0,
        "tokens": read.tokens if read else 0,
        "usd": read.usd if read else 0,
    }


def _rows(total: "Score") -> list[tuple[str, int, int, int, int]]:
    return [
        (kind, count, total.right[kind], count - total.right[kind] - total.left[kind], total.left[kind])
        for kind, count in sorted(total.lines.items(), key=lambda one: (-one[1], one[0]))
    ]


def _show(total: "Score", read: "Read | None") -> None:
    table(HEADS, [(kind, *map(str, counts)) for kind, *counts in _rows(total)], none="")
    typer.echo("")
    for number, said in total.wrong:
        typer.echo(f"line {number} is wrong: {said}")
    invalid = len(total.invalid) / total.lines.total()
    decided, left = total.decided, total.left.total()
    typer.echo(f"accuracy {total.accuracy:.3f} of {decided} decided, {left} left to a model, invalid {invalid:.1%}")
    cost = "" if read is None else f", asked {read.asked}, tokens {read.tokens}, cost {_cost(read.usd)}"
    typer.echo(f"p50 {total.percentile(0.5)} ms, p95 {total.percentile(0.95)} ms{cost or ', tokens 0, cost $0'}")
    typer.echo(f"wrong writes {len(total.wrong_writes)}")


def _cost(usd: float | None) -> str:
    return "unknown" if usd is None else f"${usd:.4f}"
