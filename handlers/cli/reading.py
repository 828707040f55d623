"""`repo connect` and `repo sync` show how far they are until it is done, and why it is not."""

import asyncio
import sys
from datetime import UTC, datetime

import typer
from rich.progress import Progress

from agent.github.connections import CONNECT, Connection, listing
from bot.errors import Refused
from bot.roles import Part
from bot.settings import Settings
from handlers.cli.desk import desk_to_look
from handlers.cli.failures import FAILED
from storage import audit, queue, workers
from storage.database import Database, open_database

LOOK_AGAIN = 0.5  # seconds
ENDED = {"done", "failed"}


async def until_connected(settings: Settings, name: str) -> None:
    """Wait for GitHub's answer.

    Raises:
        Refused: with what it was.
    """
    async with open_database(settings.database, settings.connections) as db:
        while await _is_worked_on(db):
            async with db.read() as tx:
                [job] = await queue.listing(tx, queue.Chosen(kind=CONNECT, key=f"repo:{name}"), limit=1)
                said = await audit.of(tx, "job", str(job.id))
            if job.finished_at and said:
                raise Refused(str(said[-1].after.get("reason", job.state)))
            if job.finished_at:
                return
            await asyncio.sleep(LOOK_AGAIN)


async def until_read(settings: Settings, name: str) -> None:
    """A bar on a terminal, a line for each step elsewhere, until the reading has ended."""
    async with open_database(settings.database, settings.connections) as db:
        with Progress(disable=not sys.stdout.isatty()) as bar:
            task, shown = bar.add_task(name, total=None), ""
            while await _is_worked_on(db):
                known = await _connection(db, settings, name)
                if known:
                    bar.update(task, completed=known.mirrored, total=known.repository.expected or None)
                    now = f"{known.state}: {known.progress}"
                    if now != shown and bar.disable:
                        typer.echo(now)
                    shown = now
                if known and known.state in ENDED:
                    raise typer.Exit(FAILED if known.state == "failed" else 0)
                await asyncio.sleep(LOOK_AGAIN)
    typer.echo("Nobody works on it at the moment: once `serve` runs, `repo list` shows how far it is.")


async def _is_worked_on(db: Database) -> bool:
    """Whether waiting makes sense."""
    now = datetime.now(UTC)
    async with db.read() as tx:
        processes = await workers.listing(tx)
    return any(one.does(Part.WORKER) and now - one.heartbeat_at < workers.SILENT_AFTER for one in processes)


async def _connection(db: Database, settings: Settings, name: str) -> Connection | None:
    async with db.read() as tx:
        known = await listing(await desk_to_look(settings, tx))
    found = [one for one in known if one.repository.full_name.lower() == name.lower()]
    return found[0] if found else None
