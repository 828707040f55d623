"""`db backup`, `db restore`, `db move`: the whole database in a file, from a file, and to another database."""

import asyncio
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from bot.settings import Settings
    from storage.backup import Manifest
    from storage.transfer import Contents


def backup(path: Annotated[Path, typer.Argument(help="The file to write; it must not exist.")]) -> None:
    """Copy the database while it is in use. A manifest beside the copy says what it must be."""
    from bot.settings import read_settings
    from handlers.cli.desk import require_database
    from storage.backup import make, manifest_of

    settings = read_settings()
    require_database(settings)
    manifest = make(settings.database, settings.connections, path, now=datetime.now(UTC))
    asyncio.run(_record(settings, manifest, path.absolute()))
    typer.echo(f"{path} holds {_tickets(manifest)} and was read back whole; {manifest_of(path).name} says so.")


async def _record(settings: "Settings", manifest: "Manifest", path: Path) -> None:
    """In the database, unless its schema is an older one: then the manifest has to do."""
    from storage.backup import record
    from storage.database import open_database
    from storage.migrate import newest

    if manifest.schema != newest():
        return
    async with open_database(settings.database, settings.connections) as db, db.write() as tx:
        await record(tx, manifest, path=path)


def restore(path: Annotated[Path, typer.Argument(help="A file that `db backup` wrote.")]) -> None:
    """Put a backup in the place of the database. What was there is kept; Chargehand must not run."""
    from bot.settings import read_settings
    from storage import restore as restoring

    settings = read_settings()
    _require_nobody(settings)
    done = restoring.restore(settings.database, settings.connections, path, now=datetime.now(UTC))
    taken = f"{done.manifest.taken_at:%Y-%m-%d %H:%M} UTC"
    typer.echo(f"{settings.database_name} is as it was at {taken}: {_tickets(done.manifest)}.")
    if done.kept:
        typer.echo(f"What was there is kept as {done.kept}.")
    typer.echo(f"{done.doubtful} unfinished jobs and messages are looked up before anything is said again.")
    typer.echo(f"Events since {taken} may be missing; what can be asked for again is, once `serve` runs.")


def move(
    to: Annotated[str, typer.Option(help="The other database: sqlite:///PATH or postgresql://USER@HOST/NAME.")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Check and count, change nothing.")] = False,
) -> None:
    """Copy everything to an empty database and compare. Chargehand must not run."""
    from bot.errors import SettingsError, UserError
    from bot.settings import read_settings
    from handlers.cli.desk import require_database
    from storage import transfer
    from storage.transfer import Place

    settings = read_settings()
    try:
        other = read_settings(database_url=to)
    except SettingsError as error:
        raise UserError(str(error).replace("DATABASE_URL", "--to")) from None
    require_database(settings)
    _require_nobody(settings)
    source, target = (Place(where=one.database, connections=one.connections, name=one.database_name)
                      for one in (settings, other))  # fmt: skip
    if dry_run:
        transfer.rehearse(source, target, tell=_tell)
        typer.echo(f"So much would move from {source.name} to {target.name}. Nothing was written.")
        return
    transfer.move(source, target, tell=_tell)
    typer.echo(f"Everything is in {target.name} now: every count and checksum agrees.")
    typer.echo(f"Set DATABASE_URL to it. {source.name} stays as it is, and `serve` refuses it from now on.")


def _tell(contents: "Contents") -> None:
    typer.echo(f"{contents.table:<16} {contents.rows:>9} rows  {contents.checksum}")


def _require_nobody(settings: "Settings") -> None:
    from bot.errors import UserError
    from bot.process import living

    if there := living(settings.database, settings.connections, now=datetime.now(UTC)):
        raise UserError(f"{', '.join(there)} works on {settings.database_name}: stop Chargehand first.")


def _tickets(manifest: "Manifest") -> str:
    tickets = manifest.counts.get("tickets", 0)
    return "1 ticket" if tickets == 1 else f"{tickets} tickets"
