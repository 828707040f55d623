"""`db …`: the database's schema, health, copies, what is too old, a look inside, and starting over.

A look inside and deleting are for a SQLite file; a PostgreSQL server has its own programs for them, which are named.
"""

import asyncio
import os
import shutil
import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from handlers.cli import copies
from handlers.cli.failures import FAILED

if TYPE_CHECKING:
    from bot.settings import Settings
    from storage.file import Inspection


def register(cli: typer.Typer) -> None:
    db = typer.Typer(no_args_is_help=True, help="Upgrade, check, back up, move, prune or reset the database.")
    for verb in (upgrade, check, copies.backup, copies.restore, copies.move, prune, shell, reset):
        db.command()(verb)
    cli.add_typer(db, name="db")


def upgrade() -> None:
    """Bring the database to this version's schema. `serve` does so by itself, unless it has a narrower role."""
    from storage import migrate

    settings = _settings()
    changed = migrate.upgrade(settings.database, settings.connections)
    typer.echo(f"{settings.database_name} {'is now' if changed else 'was already'} at schema {migrate.newest()}.")


def check() -> None:
    """Read the whole database for damage and count what is in it."""
    name = _settings().database_name
    found = _inspected()
    for problem in found.problems:
        typer.echo(f"Damaged: {problem}", err=True)
    if found.problems:
        typer.echo("Stop Chargehand and put back the latest backup; `db backup` makes one.", err=True)
        raise typer.Exit(FAILED)
    typer.echo(f"{name} is sound.")
    typer.echo(", ".join(f"{table} {count}" for table, count in found.counts.items()) or "It is empty.")
    if not found.is_current:
        typer.echo(f"Its schema is {found.version}, this version wants {found.newest}: run `python app.py db upgrade`.")
        raise typer.Exit(FAILED)
    typer.echo(f"Schema {found.version}, the newest.")


def prune(
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would go.")] = False,
) -> None:
    """Drop what is older than the settings allow. A running Chargehand does so every night."""
    asyncio.run(_prune(_settings(), is_rehearsal=dry_run))


async def _prune(settings: "Settings", *, is_rehearsal: bool) -> None:
    from handlers.cli.desk import require_database
    from storage import migrate, retention
    from storage.database import open_database

    require_database(settings)
    migrate.require_newest(settings.database, settings.connections)
    async with open_database(settings.database, settings.connections) as db:
        for rule in retention.rules(settings.keep, now=datetime.now(UTC)):
            gone = await (retention.count if is_rehearsal else retention.apply)(db, rule)
            typer.echo(f"{rule.what:<24} {gone:>9} {'would go' if is_rehearsal else 'went'}")


def shell() -> None:
    """Look inside with SQL; end with Ctrl-D."""
    path = _existing("`psql` looks into it")
    if sqlite := shutil.which("sqlite3"):
        os.execv(sqlite, [sqlite, str(path)])  # noqa: S606 - an interactive program takes over this terminal
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        _converse(db)


def _converse(db: sqlite3.Connection) -> None:
    while True:
        try:
            for row in db.execute(input("sql> ")):
                typer.echo(" | ".join("" if value is None else str(value) for value in row))
        except sqlite3.Error as error:
            typer.echo(f"{error}", err=True)
        except EOFError:
            return


def reset(force: Annotated[bool, typer.Option("--force", help="Even if it holds tickets.")] = False) -> None:
    """Delete everything and start with an empty database."""
    from bot.errors import UserError
    from storage import migrate
    from storage.file import inspect, remove

    path = _file("`dropdb` and `createdb`, or `DROP SCHEMA … CASCADE`, empty it")
    found = inspect(path) if path.is_file() else None
    holds = _holds(found) if found else ""
    if holds and not force:
        raise UserError(f"{path} holds {holds}: make a copy with `python app.py db backup PATH`, then add --force.")
    typer.confirm(f"Delete {path}" + (f" with {holds}?" if holds else "?"), abort=True)
    remove(path)
    migrate.upgrade(path)
    typer.echo(f"{path} is empty now.")


def _holds(found: "Inspection") -> str:
    if found.problems:
        return "something that cannot be read"
    return _tickets(found) if found.counts.get("tickets") else ""


def _tickets(found: "Inspection") -> str:
    tickets = found.counts.get("tickets", 0)
    return "1 ticket" if tickets == 1 else f"{tickets} tickets"


def _inspected() -> "Inspection":
    from storage import file, remote

    where = _settings().database
    if isinstance(where, str):
        return remote.inspect(where, _settings().connections)
    return file.inspect(_existing())


def _existing(instead: str = "") -> Path:
    from bot.errors import UserError

    path = _file(instead)
    if not path.is_file():
        raise UserError(
            f"There is no database at {path}: `serve` or `db upgrade` makes one; DATABASE_URL is its place."
        )
    return path


def _file(instead: str) -> Path:
    from bot.errors import UserError

    settings = _settings()
    if isinstance(settings.database, str):
        raise UserError(f"{settings.database_name} is no SQLite file: {instead}.")
    return settings.database


def _settings() -> "Settings":
    from bot.settings import read_settings

    return read_settings()
