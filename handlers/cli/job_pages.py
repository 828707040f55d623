"""What `jobs list` and `jobs show` print: rows to look through, one job in full, or both for programs."""

import json
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

import typer

if TYPE_CHECKING:
    from agent.desk import Desk
    from storage.queue import Cause, Job

HEADS = ("job", "state", "kind", "attempts", "due (UTC)", "last error")
CAUSES = ("dead", "kind", "class", "first (UTC)", "last (UTC)", "latest error")


@dataclass(frozen=True, kw_only=True)
class Asked:
    """Which jobs to list; None asks for any."""

    state: str | None
    kind: str | None
    key: str | None
    repo: str | None
    error: str | None
    since: datetime | None
    limit: int


async def list_jobs(desk: "Desk", asked: Asked, *, as_json: bool) -> None:
    """The causes of dead letters, if those were asked for, and the jobs."""
    from agent.commands import jobs
    from agent.github import connections
    from handlers.cli.table import table
    from storage import queue

    repository = await connections.named(desk, asked.repo) if asked.repo else None
    chosen = queue.Chosen(kind=asked.kind, key=asked.key, repository=repository, error=asked.error, since=asked.since)
    causes = await jobs.causes(desk, chosen) if asked.state == "dead" else []
    found = await queue.listing(desk.tx, chosen, state=asked.state, limit=asked.limit)
    if as_json:
        listed = {"causes": [asdict(cause) for cause in causes], "jobs": [job.model_dump() for job in found]}
        typer.echo(json.dumps(listed, indent=2, default=_plain))
        return
    if causes:
        table(CAUSES, [_cause_row(cause) for cause in causes], none="")
        typer.echo()
    table(HEADS, [_row(job) for job in found], none=f"No {asked.state} jobs." if asked.state else "No jobs.")


def _row(job: "Job") -> tuple[str, ...]:
    error = (job.error_text or "").partition("\n")[0]
    return str(job.id), job.state, job.kind, str(job.attempts), f"{job.not_before:%Y-%m-%d %H:%M:%S}", error


def _cause_row(cause: "Cause") -> tuple[str, ...]:
    first, last = f"{cause.first:%Y-%m-%d %H:%M:%S}", f"{cause.last:%Y-%m-%d %H:%M:%S}"
    return str(cause.count), cause.kind, cause.error_class, first, last, cause.error.partition("\n")[0]


async def show_job(desk: "Desk", number: int, *, as_json: bool) -> None:
    """The row, the delivery it came of, its steps, the effects so far, and what a replay would do."""
    from agent import dead_letters
    from agent.commands import jobs
    from storage import trace

    job = await jobs.the_job(desk, number)
    events = [event for event in await trace.story(desk.tx, {job.correlation_id}) if event.job_id in {None, number}]
    prospect = await dead_letters.prospect(desk.tx, job)
    if as_json:
        shown = {"job": job.model_dump(), "events": [asdict(event) for event in events], "replay": prospect}
        typer.echo(json.dumps(shown, indent=2, default=_plain))
        return
    for name, value in job.model_dump().items():
        if value not in (None, "", {}):
            typer.echo(f"{name}: {json.dumps(value, default=_plain)}")
    typer.echo()
    from handlers.cli.trace import show_events

    show_events(events)
    typer.echo(f"\n{prospect}")


def _plain(value: Any) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)
