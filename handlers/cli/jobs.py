"""`jobs …`: the work that is queued, and the dead letters to run again or to drop."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Annotated, Literal

import typer

if TYPE_CHECKING:
    from agent.desk import Desk

State = Literal["ready", "running", "done", "dead", "discarded"]
Number = Annotated[int, typer.Argument(help="Its number in `jobs list`.")]


def register(cli: typer.Typer) -> None:
    jobs = typer.Typer(no_args_is_help=True, help="Look at queued work, run dead letters again or drop them.")
    jobs.command("list")(show_all)
    for verb in (show, replay, discard):
        jobs.command()(verb)
    cli.add_typer(jobs, name="jobs")


def show_all(
    state: Annotated[State | None, typer.Option(help="Only jobs in this state; dead ones wait for you.")] = None,
) -> None:
    """List the latest jobs."""
    asyncio.run(_at_desk(lambda desk: _list(desk, state)))


def show(number: Number) -> None:
    """Show one job in full."""
    asyncio.run(_at_desk(lambda desk: _show(desk, number)))


def replay(number: Number) -> None:
    """Run a dead letter again."""
    asyncio.run(_at_desk(lambda desk: _replay(desk, number)))


def discard(number: Number) -> None:
    """Take a dead letter off the list; it is kept in the table until it is pruned."""
    asyncio.run(_at_desk(lambda desk: _discard(desk, number)))


async def _at_desk(act: "Callable[[Desk], Awaitable[None]]") -> None:
    from bot.settings import read_settings
    from handlers.cli.desk import operator

    async with operator(read_settings()) as desk:
        await act(desk)


async def _list(desk: "Desk", state: State | None) -> None:
    from handlers.cli.table import table
    from storage import queue

    rows = [
        (str(job.id), job.state, job.name, str(job.attempts), f"{job.run_at:%Y-%m-%d %H:%M:%S}", job.last_error or "")
        for job in await queue.listing(desk.tx, state=state)
    ]
    table(("job", "state", "name", "attempts", "due (UTC)", "last error"), rows, none=f"No {state or 'queued'} jobs.")


async def _show(desk: "Desk", number: int) -> None:
    from bot.errors import UserError
    from storage import queue

    job = await queue.get(desk.tx, number)
    if job is None:
        raise UserError(f"There is no job {number}: `python app.py jobs list` shows them.")
    typer.echo(json.dumps(job.model_dump(mode="json"), indent=2))


async def _replay(desk: "Desk", number: int) -> None:
    from agent.dead_letters import replay

    await replay(desk, number)
    typer.echo(f"Job {number} runs again as soon as `serve` does.")


async def _discard(desk: "Desk", number: int) -> None:
    from agent.dead_letters import discard

    await discard(desk, number)
    typer.echo(f"Job {number} is discarded.")
