"""`jobs …`: the work that is queued, and what failed for good: to be run again, dropped or stopped, on the record."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Literal, TypeVar

import typer

from handlers.cli.failures import FAILED
from handlers.cli.job_pages import Asked, list_jobs, show_job

if TYPE_CHECKING:
    from agent.commands.jobs import Done
    from agent.desk import Desk

T = TypeVar("T")
State = Literal["scheduled", "ready", "running", "done", "dead", "discarded", "cancelled", "superseded"]
Number = Annotated[int, typer.Argument(help="Its number in `jobs list`.")]
Numbers = Annotated[list[int], typer.Argument(help="Their numbers in `jobs list`.")]
SomeNumbers = Annotated[list[int] | None, typer.Argument(help="Their numbers in `jobs list`.")]
Reason = Annotated[str, typer.Option(help="Goes on record.")]
Person = Annotated[str | None, typer.Option("--as", help="Act as this known person, with that person's rights.")]
AsJson = Annotated[bool, typer.Option("--json", help="For programs.")]
KindOf = Annotated[str | None, typer.Option(help="Only jobs of this kind, such as slack.message.")]
ErrorOf = Annotated[str | None, typer.Option(help="Only jobs with these words in their error.")]

UNITS = {"s": timedelta(seconds=1), "m": timedelta(minutes=1)}


def register(cli: typer.Typer) -> None:
    jobs = typer.Typer(no_args_is_help=True, help="Look at queued work; run dead letters again, drop or stop jobs.")
    jobs.command("list")(show_all)
    for verb in (show, replay, discard, cancel):
        jobs.command()(verb)
    cli.add_typer(jobs, name="jobs")


def show_all(  # noqa: PLR0913 - each parameter is an option of the command
    *,
    state: Annotated[State | None, typer.Option(help="Only jobs in this state; dead ones by their causes.")] = None,
    kind: KindOf = None,
    key: Annotated[str | None, typer.Option(help="Only jobs of this key, which run one at a time.")] = None,
    repo: Annotated[str | None, typer.Option(help="Only jobs that came of this repository: OWNER/NAME.")] = None,
    error: ErrorOf = None,
    since: Annotated[
        str | None, typer.Option(help="Only jobs made since then: 90m, 2h, 3d or 2026-03-02T02:10 (UTC).")
    ] = None,
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="How many at most.")] = 50,
    as_json: AsJson = False,
    acting_as: Person = None,
) -> None:
    """List the latest jobs; with --state dead, sum them up by their causes first."""
    from agent.commands.reconcile import moment_of

    moment = moment_of(since, now=datetime.now(UTC)) if since else None
    asked = Asked(state=state, kind=kind, key=key, repo=repo, error=error, since=moment, limit=limit)
    _at_desk(lambda desk: list_jobs(desk, asked, as_json=as_json), acting_as)


def show(number: Number, *, as_json: AsJson = False, acting_as: Person = None) -> None:
    """Show one job in full. What it came of, each attempt, what it did so far, and what a replay would do."""
    _at_desk(lambda desk: show_job(desk, number, as_json=as_json), acting_as)


def replay(
    numbers: SomeNumbers = None,
    *,
    reason: Reason,
    kind: KindOf = None,
    error: ErrorOf = None,
    rate: Annotated[str | None, typer.Option(help="So many at a time: 5/s, or 30/m.")] = None,
    force: Annotated[bool, typer.Option("--force", help="Also those that newer jobs took the place of.")] = False,
    acting_as: Person = None,
) -> None:
    """Run dead letters again, in the order in which they were put. Those named, or those of a kind or an error."""
    from agent.commands import jobs
    from bot.errors import UserError

    if bool(numbers) == bool(kind or error):
        raise UserError("Name jobs by their numbers, or else by --kind and --error: `jobs replay 41 --reason TEXT`.")
    wanted = jobs.Wanted(numbers=tuple(numbers or ()), kind=kind, error=error)
    interval = _interval(rate)
    done = _at_desk(
        lambda desk: jobs.replay(desk, wanted, why=reason, interval=interval, force=force),
        acting_as,
    )
    _tell(done, verb="replay")


def discard(numbers: Numbers, *, reason: Reason, acting_as: Person = None) -> None:
    """Take dead letters off the list. They are kept in the table until they are old."""
    from agent.commands import jobs

    _tell(_at_desk(lambda desk: jobs.discard(desk, numbers, why=reason), acting_as), verb="discard")


def cancel(
    number: Number,
    *,
    reason: Annotated[str, typer.Option(help="Goes on record.")] = "cancelled by hand",
    acting_as: Person = None,
) -> None:
    """End a job that waits, or tell one that runs to end."""
    from agent.commands import jobs

    job = _at_desk(lambda desk: jobs.cancel(desk, number, why=reason), acting_as)
    typer.echo(f"Job {number} is {jobs.told(job)}.")


def _at_desk(act: "Callable[[Desk], Awaitable[T]]", acting_as: str | None) -> T:
    async def sit() -> T:
        from bot.settings import read_settings
        from handlers.cli.desk import operator

        async with operator(read_settings(), acting_as=acting_as) as desk:
            return await act(desk)

    return asyncio.run(sit())


def _tell(done: "Done", *, verb: str) -> None:
    """What was done; whatever was refused makes the exit code 1."""
    from agent.commands.jobs import done_lines

    for line in done_lines(done, verb=verb):
        typer.echo(line)
    for line in done.refused:
        typer.echo(line, err=True)
    if done.refused:
        raise typer.Exit(FAILED)


def _interval(rate: str | None) -> timedelta:
    from bot.errors import UserError

    if rate is None:
        return timedelta()
    number, _, unit = rate.partition("/")
    if not number.isdecimal() or not int(number) or unit not in UNITS:
        raise UserError(f"{rate} is no rate: write 5/s for five a second, 30/m for thirty a minute.")
    return UNITS[unit] / int(number)
